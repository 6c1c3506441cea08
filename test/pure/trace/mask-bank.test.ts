import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import { formatTranscript, parseTranscript } from '../../../drivers/replay/transcript.ts';
import { describeTag } from '../../../src/financial/dictionary/dictionary.ts';
import { createMasker } from '../../../src/trace/mask.ts';
import { LIMITS, LISTED, TEMPLATES } from '../../../src/trace/mask-bank-policy.ts';
import { maskTranscript } from '../../../src/trace/transcript-masking.ts';

const tlv = (tag: string, value: string) => {
  const length = value.length / 2;
  return `${tag}${length > 127 ? '81' : ''}${length.toString(16).padStart(2, '0').toUpperCase()}${value}`;
};
const spaced = (hex: string) => hex.replace(/..(?=.)/g, '$& ');
const hidden = (count: number) => Array(count).fill('**').join(' ');

const UNIONPAY = 'A000000333010101';
const SELECT = `00A40400${tlv('', UNIONPAY)}`;
const LOGS = `${tlv('9F4D', '050A')}${tlv('DF4D', '0C0A')}`;
const control = (name: string, more: string, issuer = '') =>
  tlv('6F', `${tlv('84', name)}${tlv('A5', `${tlv('50', '50424F43')}${more}${tlv('BF0C', issuer)}`)}`);

/** The lines of an exchange: commands and answers in turn. */
function mask(...steps: string[]): string[] {
  const masker = createMasker();
  return steps.map((step, at) => (at % 2 === 0 ? masker.command(fromHex(step)) : masker.answer(fromHex(step))));
}

/** Lines in a UnionPay application that has a log in file 5, and a PDOL of amount and account number. */
const PDOL = '9F02065A0A9F1A02';
const inBank = (...steps: string[]) =>
  mask(SELECT, `${control(UNIONPAY, tlv('9F38', PDOL), LOGS)}9000`, ...steps).slice(2);
/** The answer to a command in it, without its status word. */
const answerTo = (command: string, answer: string) => inBank(command, `${answer}9000`)[1]?.slice(0, -6);
/** An object alone in a record, as it is shown. */
const inRecord = (object: string) => {
  const record = tlv('70', object);
  return answerTo('00B2010C00', record)?.slice(((record.length - object.length) / 2) * 3);
};

describe('selection of a payment application', () => {
  it.each([
    ['the payment directory', '315041592E5359532E4444463031'],
    ['the directory of contactless applications', '325041592E5359532E4444463031'],
    ['an application', UNIONPAY],
    ['a part of its name', 'A000000333'],
    ['an application of another scheme', 'A0000000031010'],
  ])('shows the name of %s and its control information', (_, name) => {
    const command = `00A40400${tlv('', name)}`;
    const fci = control(name, tlv('5F2D', '7A68') + tlv('9F11', '01'));
    expect(mask(command, `${fci}9000`)).toEqual([spaced(command), `${spaced(fci)} 90 00`]);
  });

  it('shows the control information of a blocked application', () => {
    const fci = control(UNIONPAY, '');
    expect(mask(SELECT, `${fci}6283`)[1]).toBe(`${spaced(fci)} 62 83`);
  });

  it('shows a directory record with several entries and fillers', () => {
    const entry = tlv('61', `${tlv('4F', UNIONPAY)}00${tlv('50', '504F53')}${tlv('87', '01')}`);
    const record = tlv('70', `${entry}FF${entry}`);
    expect(answerTo('00B2010C00', record)).toBe(spaced(record));
  });

  it('hides what issuers add and all that is in unknown templates, the second time as the first', () => {
    const fci = control('A000000333', '', `${tlv('DF11', '622800')}${tlv('BF62', tlv('50', '41'))}`);
    const shown = spaced(fci).replace('62 28 00', hidden(3)).replace('50 01 41', hidden(3));
    const transcript = maskTranscript(parseTranscript(`atr 3B 00\n> ${SELECT}\n< ${fci}9000\n`));
    expect(formatTranscript(transcript)).toContain(`< ${shown} 90 00\n`);
    expect(formatTranscript(maskTranscript(transcript))).toBe(formatTranscript(transcript));
  });

  it('finds lists in unknown templates, as a terminal does', () => {
    const record = tlv('70', tlv('BF62', tlv('8C', '9F02065A02')));
    const lines = inBank('00B2010C00', `${record}9000`, '80AE8000080000000123456228', '6985');
    expect(lines[2]).toBe(`80 AE 80 00 08 00 00 00 01 23 45 ${hidden(2)}`);
  });

  it('hides control information that is none', () => {
    expect(mask(SELECT, '6F0384A0019000')[1]).toBe(`${hidden(5)} 90 00`);
    expect(mask(SELECT, '70035001419000')[1]).toBe(`${hidden(5)} 90 00`);
  });

  it('of nobody known, its control information is hidden', () => {
    const fci = control('D156000005', '');
    expect(mask('00A4040005D156000005', `${fci}9000`)[1]).toBe(`${hidden(fci.length / 2)} 90 00`);
  });

  it('ends with the next SELECT, refused or not', () => {
    const record = tlv('70', tlv('5F24', '301231'));
    expect(inBank('00A4040005D156000005', '6A82', '00B2010C00', `${record}9000`)[3]).toBe(`${hidden(8)} 90 00`);
    expect(inBank('00A4000002DF04', '9000', '00B2010C00', `${record}9000`)[3]).toBe(`${hidden(8)} 90 00`);
    expect(inBank('80A4040000', '9000', '00B2010C00', `${record}9000`)[3]).toBe(`${hidden(8)} 90 00`);
  });
});

describe('an account number', () => {
  it.each([
    ['16 digits', '6228000100001117', `62 28 00 ${hidden(3)} 11 17`],
    ['16 digits in ten bytes', '6228000100001117FFFF', `62 28 00 ${hidden(3)} 11 17 FF FF`],
    ['19 digits: the last four begin in the middle of a byte', '6228480000000000117F', `62 28 48 ${hidden(5)} 11 7F`],
    ['15 digits', '374245001741007F', `37 42 45 ${hidden(3)} 00 7F`],
    ['13 digits, too few bytes for both ends', '62280000000FFFFF', hidden(8)],
    ['letters', '62280A000000111A', hidden(8)],
    ['six bytes', '622800011117', hidden(6)],
    ['eleven bytes', '6228000100001117FFFFFF', hidden(11)],
  ])('of %s', (_, number, shown) => {
    expect(inRecord(tlv('5A', number))).toBe(`5A ${spaced(tlv('', number)).slice(0, 2)} ${shown}`);
  });
});

describe('objects in records', () => {
  it.each([
    ['track 2', '57', '6228000100001117D3012220'],
    ['track 1, discretionary', '9F1F', '303132'],
    ['track 2, discretionary', '9F20', '303132'],
    ['track 1', '56', '42363232'],
    ['name', '5F20', '5A48414E472F53414E'],
    ['long name', '9F0B', '5A48414E47'.repeat(6)],
    ['identity number', '9F61', '3332303439393138393030313031'],
    ['kind of document', '9F62', '00'],
    ['card certificate, enciphered', '9F46', '88'.repeat(128)],
    ['card certificate with the number in clear', '9F46', `146228480000000000117F${'00'.repeat(137)}`],
    ['PIN key certificate', '9F2D', '88'.repeat(96)],
    ['signature over static data', '93', '88'.repeat(96)],
    ['a limit, as long as a balance', '9F5C', '000000038787'],
    ['available amount', '9F5D', '000000038787'],
    ['PIN data', '99', '1234'],
    ['service code', '5F30', '0201'],
    ['an unknown object', '9F7F', '622800'],
  ])('hide %s, length shown', (_, tag, value) => {
    const head = tlv(tag, value).slice(0, -value.length);
    expect(inRecord(tlv(tag, value))).toBe(`${spaced(head)} ${hidden(value.length / 2)}`);
  });

  it.each([
    ['expiry', '5F24', '301231'],
    ['lists', '8C', '9F02069F1A0295055F2A029A039C019F3704'],
    ['CVM list', '8E', '000000000000000042035E031F00'],
    ['action codes', '9F0D', 'F020040000'],
    ['PBOC limits', '9F58', '03'],
  ])('show %s', (_, tag, value) => {
    expect(inRecord(tlv(tag, value))).toBe(spaced(tlv(tag, value)));
  });

  it('hide a value of another length than its object has', () => {
    expect(inRecord(tlv('5F24', '62280001'))).toBe(`5F 24 04 ${hidden(4)}`);
  });

  it('hide a list that asks for what nobody knows', () => {
    expect(inRecord(tlv('8C', '62280001'))).toBe(`8C 04 ${hidden(4)}`);
  });

  it('hide private objects under another RID', () => {
    const record = tlv('70', tlv('9F58', '03'));
    const lines = mask('00A4040007A0000000031010', '9000', '00B2010C00', `${record}9000`);
    expect(lines[3]).toBe('70 04 9F 58 01 ** 90 00');
  });

  it.each([
    ['not a template 70', '77035F2400', '00B2010C00'],
    ['cut short', '70085F2403301231', '00B2010C00'],
    ['followed by something', '70065F240330123101', '00B2010C00'],
    ['in the file of a log', '70065F2403301231', '00B2012C00'],
    ['in a file above ten', '70065F2403301231', '00B2015C00'],
    ['by a mode that EMV does not use', '70065F2403301231', '00B2010D00'],
  ])('of a record %s are hidden whole', (_, record, command) => {
    expect(answerTo(command, record)).toBe(hidden(record.length / 2));
  });

  it('are hidden whole with a warning', () => {
    expect(inBank('00B2010C00', '70065F24033012316282')[1]).toBe(`${hidden(8)} 62 82`);
  });

  it('are shown when GET RESPONSE fetches them, and hidden in pieces', () => {
    const record = '70065F2403301231';
    expect(inBank('00B2010C00', '6108', '00C0000008', `${record}9000`)[3]).toBe(`${spaced(record)} 90 00`);
    const pieces = inBank('00B2010C00', `${record}6108`, '00C0000008', `${record}9000`);
    expect([pieces[1], pieces[3]]).toEqual([`${hidden(8)} 61 08`, `${hidden(8)} 90 00`]);
  });
});

describe('processing options', () => {
  const AMOUNT = '000000012345';
  const VALUES = `${AMOUNT}6228480000000000117F0156`;
  const SHOWN = `${spaced(AMOUNT)} ${hidden(10)} 01 56`;

  it('show what the PDOL asks of the terminal, not of the card', () => {
    expect(inBank(`80A8000014${tlv('83', VALUES)}00`)[0]).toBe(`80 A8 00 00 14 83 12 ${SHOWN} 00`);
  });

  it.each([
    ['of another length', '012345'],
    ['of no list', ''],
  ])('hide data %s', (_, values) => {
    const line = inBank(`80A80000${tlv('', tlv('83', values))}00`)[0];
    expect(line).toBe(`80 A8 00 00 ${spaced(tlv('', tlv('83', values)).slice(0, 6))} ${values && `${hidden(3)} `}00`);
  });

  it('hide a value of another length than its object has', () => {
    const fci = control(UNIONPAY, tlv('9F38', '9F3708'));
    const lines = mask(SELECT, `${fci}9000`, '80A800000A8308622800010000111700');
    expect(lines[2]).toContain(`83 08 ${hidden(8)}`);
  });

  it('are hidden when the card sends two lists of one length, and one asks for what is secret', () => {
    const record = (list: string) => `${tlv('70', tlv('8C', list))}9000`;
    const lists = ['00B2010C00', record('9F02069F3704'), '00B2020C00', record('5A0A')];
    expect(inBank(...lists, `80AE80000A${AMOUNT}1122334400`)[4]).toBe(`80 AE 80 00 0A ${hidden(10)} 00`);
  });

  it('show profile and locator of format 1, and nothing of one that is none', () => {
    expect(answerTo('80A8000002830000', '80067C0008010500')).toBe('80 06 7C 00 08 01 05 00');
    expect(answerTo('80A8000002830000', '8006622848000117')).toBe(`80 06 ${hidden(6)}`);
  });

  it('hide track and amount in format 2', () => {
    const answer = tlv('77', `${tlv('82', '7C00')}${tlv('57', '6228000100001117D301')}${tlv('9F5D', '000000038787')}`);
    expect(answerTo('80A8000002830000', answer)).toBe(`77 19 82 02 7C 00 57 0A ${hidden(10)} 9F 5D 06 ${hidden(6)}`);
  });
});

describe('cryptograms and signatures', () => {
  const BEFORE = '8000010102030405060708';

  it.each([
    ['PBOC', `07010103A00000010A010000038787868FD1FC`, 8],
    ['another scheme', '06010A03A0A800', 7],
    ['no verification results', '07010162280001', 0],
    ['a length that lies', '07010103A00000', 0],
  ])('show the issuer data up to the algorithm: %s', (_, data, count) => {
    const shown = count === 0 ? '' : ` ${spaced(data.slice(0, count * 2))}`;
    const rest = data.length / 2 - count;
    expect(answerTo('80AE800000', tlv('80', BEFORE + data))).toBe(
      `80 ${spaced(tlv('', BEFORE + data)).slice(0, 2)} ${spaced(BEFORE)}${shown}${rest > 0 ? ` ${hidden(rest)}` : ''}`,
    );
  });

  it('show the same in format 2, without the signature', () => {
    const answer = tlv('77', `${tlv('9F27', '80')}${tlv('9F4B', '5BB09226')}${tlv('9F10', '07010103A0000001AABB')}`);
    expect(answerTo('80AE900000', answer)).toBe(
      `77 18 9F 27 01 80 9F 4B 04 ${hidden(4)} 9F 10 0A 07 01 01 03 A0 00 00 01 ** **`,
    );
  });

  it('hide what a list asks of the card in GENERATE AC and INTERNAL AUTHENTICATE', () => {
    const lists = tlv('70', `${tlv('8C', '9F02065708')}${tlv('9F49', '9F37045A02')}`);
    const lines = inBank(
      ...['00B2010C00', `${lists}9000`],
      ...['80AE80000E0000000123456228000100001117', '6985'],
      ...['0088000006112233446228', '6985'],
    );
    expect(lines[2]).toBe(`80 AE 80 00 0E 00 00 00 01 23 45 ${hidden(8)}`);
    expect(lines[4]).toBe(`00 88 00 00 06 11 22 33 44 ${hidden(2)}`);
  });

  it('hide the data of a list that was not seen, and what a card signed', () => {
    const lines = inBank('00880000041122334400', `${tlv('80', '11CAF50D')}9000`);
    expect(lines).toEqual([`00 88 00 00 04 ${hidden(4)} 00`, `80 04 ${hidden(4)} 90 00`]);
  });
});

describe('commands to the financial application', () => {
  it.each([
    ['VERIFY, plain', '0020008008261234FFFFFFFFFF'],
    ['VERIFY, enciphered', `0020008810${'AB'.repeat(16)}`],
    ['PIN CHANGE', '842400020A01020304050607080910'],
    ['PIN UNBLOCK', '8424000004AABBCCDD'],
    ['PUT DATA', '04DA9F790A000000012345AABBCCDD'],
    ['UPDATE RECORD', '04DC010C0E70085A06622800011117AABBCCDD'],
    ['EXTERNAL AUTHENTICATE', '008200000A11223344556677883030'],
    ['APPLICATION BLOCK', '841E000004AABBCCDD'],
  ])('%s: header and length', (_, command) => {
    expect(inBank(command)[0]).toBe(`${spaced(command.slice(0, 10))} ${hidden(command.length / 2 - 5)}`);
  });

  it.each([
    ['the PIN tries', '80CA9F1700', '9F170103', '9F 17 01 03'],
    ['the counter', '80CA9F3600', '9F36020ADC', '9F 36 02 0A DC'],
    ['the form of the log', '80CA9F4F00', tlv('9F4F', '9A039F02069F4E14'), '9F 4F 08 9A 03 9F 02 06 9F 4E 14'],
    ['a limit', '80CA9F7700', tlv('9F77', '000000015000'), '9F 77 06 00 00 00 01 50 00'],
    ['the e-cash balance, hidden', '80CA9F7900', tlv('9F79', '000000038787'), `9F 79 06 ${hidden(6)}`],
    ['the second balance, hidden', '80CADF7900', tlv('DF79', '000000038787'), `DF 79 06 ${hidden(6)}`],
    ['another object than was asked for', '80CA9F3600', '9F790600000003', hidden(7)],
    ['two objects', '80CA9F3600', '9F36020ADC5A026228', hidden(9)],
    ['a template', '80CA00BF00', 'BF0C009F', hidden(4)],
    ['a challenge', '0084000000', '1122334455667788', hidden(8)],
  ])('GET DATA or alike of %s', (_, command, answer, shown) => {
    expect(answerTo(command, answer)).toBe(shown);
  });

  it('the log is hidden', () => {
    expect(answerTo('00B2015C00', '160524191222000000012345')).toBe(hidden(12));
  });
});

describe('the policy', () => {
  const rules = [...TEMPLATES.values(), LIMITS].flatMap((list) => [...list]);
  const context = fromHex(UNIONPAY);

  it.each(rules)('for %i agrees with the dictionary', (tag, { min, max, shown }) => {
    const known = describeTag(tag, context);
    expect(known?.secret).toBe(shown === 'account' ? 'pan' : undefined);
    expect(max).toBeLessThanOrEqual(known?.max ?? -1);
    expect(min).toBeLessThanOrEqual(known?.min || max);
  });

  it.each([...LISTED])('for %i in a list agrees with the dictionary', (tag, length) => {
    const known = describeTag(tag, context);
    expect(known).toBeDefined();
    if (length === 0) return;
    expect(known?.secret).toBeUndefined();
    expect([known?.min, known?.max]).toContain(length);
  });
});

describe('golden exchanges of the financial application', () => {
  const golden = new URL('../../../fixtures/golden/', import.meta.url);
  const names = readdirSync(golden).filter((name) => /^bank-.*\.transcript$/.test(name));

  it.each(names)('%s, masked: the same again the second time, and no account number', (name) => {
    const once = maskTranscript(parseTranscript(readFileSync(new URL(name, golden))));
    const text = formatTranscript(once);
    expect(formatTranscript(maskTranscript(once))).toBe(text);
    expect(text).not.toMatch(/62 28 00 01|D3 01 22|26 12 34/);
  });
});
