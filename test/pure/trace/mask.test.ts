import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import { createMasker } from '../../../src/trace/mask.ts';

const SELECT_SSSE = '00A404000F7378312E73682EC9E7BBE1B1A3D5CF';
const NAME = `091E${'D5C5C8FD'.padEnd(60, '0')}`;

/** The lines of an exchange: commands and answers in turn, `reset` for a reset of the card. */
function mask(...steps: string[]): string[] {
  const masker = createMasker();
  let command = true;
  return steps.map((step) => {
    if (step === 'reset') {
      masker.reset();
      return step;
    }
    const line = command ? masker.command(fromHex(step)) : masker.answer(fromHex(step));
    command = !command;
    return line;
  });
}

const inSsse = (...steps: string[]) => mask(SELECT_SSSE, '611E', ...steps).slice(2);
/** The answer to a command in the SSSE, as it is shown. */
const answerTo = (command: string, answer: string) => inSsse(command, answer)[1];
const hidden = (count: number) => Array(count).fill('**').join(' ');
const zeros = (count: number) => Array(count).fill('00').join(' ');
const spaced = (hex: string) => hex.replace(/..(?=.)/g, '$& ');

describe('the ATR', () => {
  const atr = (hex: string) => createMasker().atr(fromHex(hex));

  it('shows the first three and the last two historical bytes', () => {
    expect(atr('3B6D000000875431008660320499000001')).toBe('3B 6D 00 00 00 87 54 ** ** ** ** ** ** ** ** 00 01');
  });

  it('hides the check byte that would tell of the others', () => {
    expect(atr('3BE500008131FE45A1A2A3A4A5A6')).toBe('3B E5 00 00 81 31 FE 45 A1 A2 A3 A4 A5 **');
  });

  it('hides the middle when there are interface bytes of several groups', () => {
    expect(atr('3B97118001A1A2A3A4A5A6A7FF')).toBe('3B 97 11 80 01 A1 A2 A3 ** ** A6 A7 **');
  });

  it.each(['3B', '3BFF11', '3B0FA1A2', '3BF0'])('that does not parse (%s) shows its first byte only', (hex) => {
    expect(atr(hex)).toBe(['3B', ...Array(hex.length / 2 - 1).fill('**')].join(' '));
  });

  it('of no bytes is no bytes', () => {
    expect(atr('')).toBe('');
  });
});

describe('commands with a PIN', () => {
  it.each([
    ['VERIFY', '0020000003735190', `00 20 00 00 03 ${hidden(3)}`],
    ['VERIFY of no bytes', '00200000', '00 20 00 00'],
    ['VERIFY of no bytes, T=0 form', '0020000000', '00 20 00 00 **'],
    ['VERIFY with an Le', '002000000373519000', `00 20 00 00 03 ${hidden(4)}`],
    ['VERIFY, extended', '00200000000003735190', `00 20 00 00 00 00 03 ${hidden(3)}`],
    ['VERIFY with a PIN for its length', '00200000735190', `00 20 00 00 ${hidden(3)}`],
    ['VERIFY with a short PIN for its Le', '00200000001234', `00 20 00 00 ${hidden(3)}`],
    ['CHANGE', '805E010007735190FF482615', `80 5E 01 00 07 ${hidden(7)}`],
    ['RELOAD', '842400010CCE26F208A9D08B8A32181865', `84 24 00 01 0C ${hidden(12)}`],
    ['UNBLOCK', '8424000004355A58ED', `84 24 00 00 04 ${hidden(4)}`],
    ['RELOAD, PBOC form', '805E000007735190A1A2A3A4', `80 5E 00 00 07 ${hidden(7)}`],
  ])('%s: header and length only', (_, command, line) => {
    expect(inSsse(command)).toEqual([line]);
  });
});

describe('everything that has no rule', () => {
  it.each([
    ['EXTERNAL AUTHENTICATE', '0082000A10A13148FB7CFDD8B9A1A2A3A4A5A6A7A8', `00 82 00 0A 10 ${hidden(16)}`],
    ['INTERNAL AUTHENTICATE', '0088000010A13148FB7CFDD8B9A1A2A3A4A5A6A7A8', `00 88 00 00 10 ${hidden(16)}`],
    ['a key being loaded', '80D40100030A0B0C', `80 D4 01 00 03 ${hidden(3)}`],
    ['UPDATE BINARY', '00D6000003A1A2A3', `00 D6 00 00 03 ${hidden(3)}`],
    ['APPEND RECORD', '00E2000003A1A2A3', `00 E2 00 00 03 ${hidden(3)}`],
    ['a record by mode 01', '00DC052905050320FF01', `00 DC 05 29 05 ${hidden(5)}`],
    ['an unknown command', '00F0000002A1A200', `00 F0 00 00 02 ${hidden(2)} 00`],
    ['the same tag in another class', '80DC052806050420200116', `80 DC 05 28 06 ${hidden(6)}`],
    ['a command cut short', '00F00000', '00 F0 00 00'],
    ['a command whose length lies', '00F0000005A1', `00 F0 00 00 ${hidden(2)}`],
    ['less than a header', '00F000', hidden(3)],
  ])('%s: data hidden', (_, command, line) => {
    expect(inSsse(command)).toEqual([line]);
  });

  it.each([
    ['a challenge', '0084000008'],
    ['a balance', 'B026000104'],
    ['the photo', '00B0880008'],
    ['a cryptogram', '0088000010A13148FB7CFDD8B9A1A2A3A4A5A6A7A8'],
    ['an unknown command', '00F0000008'],
    ['a record by mode 02', '00B2052A08'],
  ])('the answer with %s: hidden', (_, command) => {
    expect(answerTo(command, 'A1A2A3A4A5A6A7A89000')).toBe(`${hidden(8)} 90 00`);
  });

  it('an answer to nothing: hidden', () => {
    expect(createMasker().answer(fromHex('A19000'))).toBe('** 90 00');
  });

  it('an answer without a status word: hidden', () => {
    expect(createMasker().answer(fromHex('A1'))).toBe('**');
  });
});

describe('items of the social security application', () => {
  it.each([
    [
      'card identification',
      '00B2012812',
      '0110320400D156000005990000015A3C7E01',
      `01 10 32 04 00 D1 56 00 00 05 ${hidden(6)} 7E 01`,
    ],
    ['card category', '00B2022803', '020131', '02 01 31'],
    ['version', '00B2032806', '0304322E3030', '03 04 32 2E 30 30'],
    ['institution', '00B204280E', '040C32040000001FFFFFFFFFFFFF', spaced('040C32040000001FFFFFFFFFFFFF')],
    ['issue date', '00B2052806', '050420200115', '05 04 20 20 01 15'],
    ['expiry date', '00B2062806', '060420300114', '06 04 20 30 01 14'],
    ['card number', '00B207280B', '0709433034393930303032', `07 09 ${hidden(6)} 30 30 32`],
    [
      'citizen number',
      '00B2083014',
      '0812333230343939313839303031303130313133',
      `08 12 33 32 30 34 ${hidden(10)} 30 31 31 33`,
    ],
    ['name', '00B2093020', NAME, `09 1E D5 C5 ** ** ${zeros(26)}`],
    ['rest of a long name', '00B24E3016', `4E14D1B7BDAD${'0'.repeat(32)}`, `4E 14 ${hidden(4)} ${zeros(16)}`],
    ['sex', '00B20A3003', '0A0131', '0A 01 **'],
    ['ethnicity', '00B20B3003', '0B0101', '0B 01 **'],
    ['birthplace', '00B20C3005', '0C03320400', `0C 03 ${hidden(3)}`],
    ['birth date', '00B20D3006', '0D0418900101', '0D 04 18 90 ** **'],
    ['provincial number', '00B2EA680E', 'EA0C4A5344303439393030303031', `EA 0C ${hidden(9)} 30 30 31`],
    ['place of first application', '00B2EB6805', 'EB03320400', `EB 03 ${hidden(3)}`],
  ])('%s', (_, command, answer, line) => {
    expect(answerTo(command, `${answer}9000`)).toBe(`${line} 90 00`);
  });

  it('are shown by number as by tag', () => {
    expect(answerTo('00B2032C06', '0304322E30309000')).toBe('03 04 32 2E 30 30 90 00');
  });

  it('are hidden alike when they are written', () => {
    expect(inSsse(`00DC093020${NAME}`)).toEqual([`00 DC 09 30 20 09 1E D5 C5 ** ** ${zeros(26)}`]);
  });

  it('are hidden alike when they are written by number into the current file', () => {
    const lines = inSsse('00B2EA680E', '6C0E', '00A4020002EF0D', '9000', '00DC01040EEA0C4A5344303439393030303031');
    expect(lines.at(-1)).toBe(`00 DC 01 04 0E EA 0C ${hidden(9)} 30 30 31`);
  });

  it('show a first character of four bytes whole', () => {
    const name = `091E8139EE39C0EE${'00'.repeat(24)}`;
    expect(answerTo('00B2093020', `${name}9000`)).toBe(`09 1E 81 39 EE 39 ** ** ${zeros(24)} 90 00`);
  });

  it('show of a long name the first character only', () => {
    const name = `091E${'B0A2'.repeat(15)}`;
    expect(answerTo('00B2093020', `${name}9000`)).toBe(`09 1E B0 A2 ${hidden(28)} 90 00`);
  });

  it('that are empty are shown empty', () => {
    expect(answerTo('00B2093020', `091E${'00'.repeat(30)}9000`)).toBe(`09 1E ${zeros(30)} 90 00`);
  });

  it('show a first letter of one byte', () => {
    const name = `091E4C6F${'00'.repeat(28)}`;
    expect(answerTo('00B2093020', `${name}9000`)).toBe(`09 1E 4C ** ${zeros(28)} 90 00`);
  });

  it.each(['00', '20', 'FF'])('hide a name of one character padded with %s: it would be the whole', (padding) => {
    const name = `091ED5C5${padding.repeat(28)}`;
    expect(answerTo('00B2093020', `${name}9000`)).toBe(`09 1E ** ** ${spaced(padding.repeat(28))} 90 00`);
  });

  it('of another length than the standard gives are hidden whole', () => {
    expect(answerTo('00B2032807', '030532303439399000')).toBe(`03 05 ${hidden(5)} 90 00`);
  });

  it('of an unknown tag hide the whole answer', () => {
    expect(answerTo('00B2032800', '0304322E30309901619000')).toBe(`${hidden(9)} 90 00`);
  });

  it('that do not parse are hidden whole', () => {
    expect(answerTo('00B2032806', '0304322E309000')).toBe(`${hidden(5)} 90 00`);
  });

  it('of another file are hidden whole, also with a tag we know', () => {
    expect(answerTo('00B2033806', '0304322E30309000')).toBe(`${hidden(6)} 90 00`);
    expect(answerTo('00B2083014', '0304322E30309000')).toBe(`${hidden(6)} 90 00`);
  });

  it('that come with an error are hidden', () => {
    expect(answerTo('00B2032806', '0304322E30306281')).toBe(`${hidden(6)} 62 81`);
  });
});

describe('the selected application', () => {
  const READ = ['00B2032806', '0304322E30309000'];
  const shown = '03 04 32 2E 30 30 90 00';
  const masked = `${hidden(6)} 90 00`;
  const lastOf = (...steps: string[]) => mask(...steps, ...READ).at(-1);

  it.each([
    ['by name', [SELECT_SSSE, '9000']],
    ['by name, answer waiting', [SELECT_SSSE, '611E']],
    ['by the name of SSF33 cards', ['00A404000F7378322E73682EC9E7BBE1B1A3D5CF', '9000']],
    ['by file identifier', ['00A4000002DDF1', '9000']],
    ['with a warning', [SELECT_SSSE, '6283']],
    ['again after another one', ['00A4040008A000000333010101', '9000', SELECT_SSSE, '9000']],
  ])('is known when selected %s', (_, steps) => {
    expect(lastOf(...steps)).toBe(shown);
  });

  it.each([
    ['at the start', []],
    ['after a refused SELECT', [SELECT_SSSE, '6A82']],
    ['after a reset', [SELECT_SSSE, '9000', 'reset']],
    ['in another application', [SELECT_SSSE, '9000', '00A4040008A000000333010101', '9000']],
    ['after another application was tried', [SELECT_SSSE, '9000', '00A4040008A000000333010101', '6A82']],
    ['in a directory', [SELECT_SSSE, '9000', '00A4000002DF04', '9000']],
    ['in the root', [SELECT_SSSE, '9000', '00A40000023F00', '9000']],
    ['in the root, selected without a name', [SELECT_SSSE, '9000', '00A40000', '9000']],
    ['after SELECT of the parent', [SELECT_SSSE, '9000', '00A40300', '9000']],
    ['after SELECT of a child by the same number', ['00A4010002DDF1', '9000']],
    ['after SELECT by path', [SELECT_SSSE, '9000', '00A4080002DDF1', '9000']],
    ['after SELECT of three bytes', [SELECT_SSSE, '9000', '00A4000003DDF100', '9000']],
    ['after SELECT in another class', [SELECT_SSSE, '9000', '01A4000002DDF1', '9000']],
    ['after a command that does not parse', [SELECT_SSSE, '9000', '00A4000009DDF1', '6700']],
  ])('is not known %s, so nothing is shown', (_, steps) => {
    expect(lastOf(...steps)).toBe(masked);
  });

  it('is not known when the answer to SELECT was lost', () => {
    const masker = createMasker();
    masker.command(fromHex(SELECT_SSSE));
    masker.command(fromHex('00B2032806'));
    expect(masker.answer(fromHex('0304322E30309000'))).toBe(masked);
  });

  it('is lost with a new ATR', () => {
    const masker = createMasker();
    masker.command(fromHex(SELECT_SSSE));
    masker.answer(fromHex('9000'));
    masker.atr(fromHex('3B00'));
    masker.command(fromHex('00B2032806'));
    expect(masker.answer(fromHex('0304322E30309000'))).toBe(masked);
  });

  it('is named in the SELECT, other data in a SELECT is hidden', () => {
    expect(mask('00A40000023F00')).toEqual(['00 A4 00 00 02 3F 00']);
    expect(mask(SELECT_SSSE)).toEqual([spaced(SELECT_SSSE)]);
    expect(mask('00A4040003735190')).toEqual([`00 A4 04 00 03 ${hidden(3)}`]);
    expect(mask('00A4080004DDF1EF05')).toEqual([`00 A4 08 00 04 ${hidden(4)}`]);
  });
});

describe('the current file', () => {
  const READ = ['00B2030006', '0304322E30309000'];
  const shown = '03 04 32 2E 30 30 90 00';
  const masked = `${hidden(6)} 90 00`;
  const lastOf = (...steps: string[]) => inSsse(...steps, ...READ).at(-1);

  it.each([
    ['selected by P1 02', ['00A4020002EF05', '9000']],
    ['selected by P1 00', ['00A4000002EF05', '9000']],
    ['named by an earlier read', ['00B2052806', '0504202001159000']],
    ['still that after commands that leave it', ['00A4020002EF05', '9000', '0084000008', '9000', '00200000', '63C6']],
    ['named by an update', ['00DC052806050420200116', '9000']],
  ])('is known when it was %s', (_, steps) => {
    expect(lastOf(...steps)).toBe(shown);
  });

  it.each([
    ['none was selected', []],
    ['the selection was refused', ['00A4020002EF05', '9000', '00A4020002EF1F', '6A82']],
    ['another was selected', ['00A4020002EF05', '9000', '00A4020002EF07', '9000']],
    ['the read that named another was refused', ['00A4020002EF05', '9000', '00B2083014', '6982']],
    ['a binary command named another', ['00A4020002EF05', '9000', '00B0880004', 'A1A2A3A49000']],
    ['an append named another', ['00A4020002EF05', '9000', '00E2003003A1A2A3', '9000']],
    ['an unknown command came between', ['00A4020002EF05', '9000', '00F00000', '9000']],
    ['a command of another class came between', ['00A4020002EF05', '9000', '80F00000', '9000']],
  ])('is not known when %s', (_, steps) => {
    expect(lastOf(...steps)).toBe(masked);
  });
});

describe('an answer in several steps', () => {
  it('is shown when GET RESPONSE fetches a known item', () => {
    const lines = inSsse('00B2032800', '6106', '00C0000006', '0304322E30309000');
    expect(lines.at(-1)).toBe('03 04 32 2E 30 30 90 00');
  });

  it('is hidden when GET RESPONSE fetches something secret', () => {
    const lines = inSsse('0088000010A13148FB7CFDD8B9A1A2A3A4A5A6A7A8', '6108', '00C0000008', 'A13148FB7CFDD8B99000');
    expect(lines.at(-1)).toBe(`${hidden(8)} 90 00`);
  });

  it('is shown after the right length was told', () => {
    expect(inSsse('00B2032800', '6C06', '00B2032806', '0304322E30309000').at(-1)).toBe('03 04 32 2E 30 30 90 00');
    const lines = inSsse('00B2032800', '6106', '00C0000007', '6C06', '00C0000006', '0304322E30309000');
    expect(lines.at(-1)).toBe('03 04 32 2E 30 30 90 00');
  });

  it('is hidden when an item comes in pieces', () => {
    const lines = inSsse(
      '00B2083000',
      '6114',
      '00C0000004',
      '081233326110',
      '00C0000010',
      '303439393138393030313031303131339000',
    );
    expect(lines.filter((line) => !line.startsWith('00'))).toEqual([
      '61 14',
      `${hidden(4)} 61 10`,
      expect.stringMatching(/^(\*\* )+90 00$/),
    ]);
  });

  it('is hidden when nothing was waiting any more', () => {
    const lines = inSsse('00B2032806', '0304322E30309000', '00C0000006', '0304322E30309000');
    expect(lines.at(-1)).toBe(`${hidden(6)} 90 00`);
  });

  it('is hidden when another command came between', () => {
    const lines = inSsse('00B2032800', '6106', '0084000008', '9000', '00C0000006', '0304322E30309000');
    expect(lines.at(-1)).toBe(`${hidden(6)} 90 00`);
  });

  it('shows the control information of the social security application, also in pieces', () => {
    expect(mask(SELECT_SSSE, '611E', '00C0000004', '6F1C840F611A', '00C000001A', 'A5099000').slice(2)).toEqual([
      '00 C0 00 00 04',
      '6F 1C 84 0F 61 1A',
      '00 C0 00 00 1A',
      'A5 09 90 00',
    ]);
  });

  it('hides the control information of another application', () => {
    const lines = mask('00A4040008D156000005010101', '6104', '00C0000004', '6F0284009000');
    expect(lines.at(-1)).toBe(`${hidden(4)} 90 00`);
  });
});

it('a long answer is written without blanks, so that it fits in a line of a transcript', () => {
  const line = createMasker().answer(new Uint8Array(65_538));
  expect(line).toHaveLength(2 * 65_538);
});
