import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../apdu/bytes.ts';
import vectors from '../../fixtures/vectors/crypto/auth.json' with { type: 'json' };
import { processCryptogram as cryptogram } from '../../src/crypto/authentication.ts';
import { encryptEcb } from '../../src/crypto/blocks.ts';
import { diversify } from '../../src/crypto/diversify.ts';
import type { CardImage } from '../../src/simulator/image.ts';
import { authenticate, GET_CHALLENGE, poweredCard, SELECT_SSSE, talk } from './cards.ts';

const WRONG = authenticate('0A').replace(/..$/, '00');
const READ_PHOTO = '00B0880001';

describe('the cryptogram (6.4)', () => {
  const cases = vectors.vectors.filter(({ op }) => op === 'auth.process');

  it('has vectors', () => {
    expect(cases.length).toBeGreaterThan(0);
  });

  it.each(cases)('$id', ({ in: given, out }) => {
    const { masterKey = '', factor = '', processFactor = '', original = '' } = given;
    const key = diversify('3DES', fromHex(masterKey), fromHex(factor));
    expect(toHex(cryptogram('3DES', key, fromHex(processFactor), fromHex(original)))).toBe(out.cryptogram);
  });

  it('gives the worked session of 6.7', () => {
    const key = fromHex('A1B22EFD89B03EA0C70596AAE23B5856');
    const [challenge, raw] = [fromHex('1122334455667788'), fromHex('A1A2A3A4A5A6A7A8')];
    expect(toHex(encryptEcb('3DES', key, challenge))).toBe('158D7087B8D4F86B');
    expect(toHex(cryptogram('3DES', key, challenge, raw))).toBe('A13148FB7CFDD8B9');
  });

  it.each([
    ['SM4', 'A1A2A3A4A5A6A7A8A1A2A3A4A5A6A7A8'],
    ['SM4-zero', 'A1A2A3A4A5A6A7A80000000000000000'],
  ] as const)('%s: the first eight bytes under the session of C ‖ NOT C', (algorithm, block) => {
    const key = fromHex('0123456789ABCDEFFEDCBA9876543210');
    const session = encryptEcb('SM4', key, fromHex('1122334455667788EEDDCCBBAA998877'));
    const expected = toHex(encryptEcb('SM4', session, fromHex(block))).slice(0, 16);
    const raw = fromHex('A1A2A3A4A5A6A7A8');
    expect(toHex(cryptogram(algorithm, key, fromHex('1122334455667788'), raw))).toBe(expected);
  });
});

describe('GET CHALLENGE (5)', () => {
  it.each([
    ['0084000004', '112233449000'],
    ['0084000000', '11223344556677889000'],
    ['0084000010', '6C08'],
    ['0084010008', '6A86'],
  ])('%s gives %s', async (command, expected) => {
    const bytes = fromHex('1122334455667788');
    const card = await poweredCard((image) => image, { random: (length) => bytes.slice(0, length) });
    expect(talk(card, command)).toEqual([expected]);
  });

  it('only the last challenge counts', async () => {
    expect(talk(await poweredCard(), SELECT_SSSE, GET_CHALLENGE, GET_CHALLENGE, authenticate('0A')).at(-1)).toBe(
      '63CE',
    );
  });

  it('a challenge of four bytes is none for an authentication', async () => {
    const random = (length: number) => fromHex('1122334455667788').slice(0, length);
    const card = await poweredCard((image) => image, { random });
    expect(talk(card, SELECT_SSSE, GET_CHALLENGE, '0084000004', authenticate('0A')).at(-1)).toBe('6984');
  });

  it('outlives the selection of a directory: flow 7.3 (b) needs no order', async () => {
    expect(talk(await poweredCard(), GET_CHALLENGE, SELECT_SSSE, authenticate('0A')).at(-1)).toBe('9000');
  });
});

describe('EXTERNAL AUTHENTICATION (5, 6.1, 6.4)', () => {
  it.each(['00', '7F', '83'])('key %s cannot be used so', async (id) => {
    expect(talk(await poweredCard(), SELECT_SSSE, GET_CHALLENGE, authenticate(id)).at(-1)).toBe('6A88');
  });

  it('does not know the keys of the SSSE in another directory', async () => {
    expect(talk(await poweredCard(), SELECT_SSSE, '00A4000002DF04', GET_CHALLENGE, authenticate('0A')).at(-1)).toBe(
      '6A88',
    );
  });

  it('refuses P1', async () => {
    expect(talk(await poweredCard(), SELECT_SSSE, authenticate('0A').replace('008200', '008201')).at(-1)).toBe('6A86');
  });

  it('keeps two rights of one directory side by side', async () => {
    const random = () => fromHex('1122334455667788');
    const card = await poweredCard((image) => image, { random });
    talk(card, SELECT_SSSE, GET_CHALLENGE, authenticate('0A'), GET_CHALLENGE, authenticate('04'));
    expect(talk(card, READ_PHOTO, '00D6880001FF')).toEqual(['FF9000', '9000']);
  });

  it('keeps the right when the same directory is selected again', async () => {
    const card = await poweredCard();
    expect(talk(card, SELECT_SSSE, GET_CHALLENGE, authenticate('0A'), SELECT_SSSE, READ_PHOTO).at(-1)).toBe('FF9000');
  });

  it('drops the right when the MF is selected', async () => {
    const card = await poweredCard();
    talk(card, SELECT_SSSE, GET_CHALLENGE, authenticate('0A'), '00A40000023F00', SELECT_SSSE);
    expect(talk(card, READ_PHOTO)).toEqual(['6982']);
  });
});

describe('a card whose rights outlive the directory (6.4, security.rightsOutliveDirectory)', () => {
  const outlive = (image: CardImage): CardImage => ({ ...image, rightsOutliveDirectory: true });
  const earned = [SELECT_SSSE, GET_CHALLENGE, authenticate('0A')];

  it('keeps a right while its directories are selected', async () => {
    const card = await poweredCard(outlive);
    expect(talk(card, ...earned, '00A4000002DF04', SELECT_SSSE, READ_PHOTO).at(-1)).toBe('FF9000');
  });

  it('does not open a key of the same number in another directory', async () => {
    const df04 = (image: CardImage): CardImage => ({
      ...outlive(image),
      directories: image.directories.map((directory) => ({
        ...directory,
        keys: directory.keys.map((key) => (key.name === 'RK1DF04' ? { ...key, id: '0A' } : key)),
        files: directory.files.map((file) => (file.read === 'pin' ? { ...file, read: 'key:0A' } : file)),
      })),
    });
    expect(talk(await poweredCard(df04), ...earned, '00A4000002DF04', '00B201441C').at(-1)).toBe('6982');
  });

  it('drops it when the application is left', async () => {
    const card = await poweredCard(outlive);
    expect(talk(card, ...earned, '00A40000023F00', SELECT_SSSE, READ_PHOTO).at(-1)).toBe('6982');
  });
});

describe('the tries of a key (6.4, 10)', () => {
  const random = () => fromHex('1122334455667788');
  const wrong = (times: number) => Array.from({ length: times }, () => [GET_CHALLENGE, WRONG]).flat();

  it('fifteen wrong ones lock the key, also for the right answer', async () => {
    const card = await poweredCard((image) => image, { random });
    const answers = talk(card, SELECT_SSSE, ...wrong(15), GET_CHALLENGE, authenticate('0A'));
    expect([answers.at(-3), answers.at(-1)]).toEqual(['63C0', '6983']);
  });

  it('a right one restores the tries', async () => {
    const card = await poweredCard((image) => image, { random });
    const answers = talk(card, SELECT_SSSE, ...wrong(14), GET_CHALLENGE, authenticate('0A'), GET_CHALLENGE, WRONG);
    expect(answers.at(-1)).toBe('63CE');
  });

  it('a power cycle restores nothing', async () => {
    const card = await poweredCard((image) => image, { random });
    talk(card, SELECT_SSSE, ...wrong(3));
    card.powerOff();
    card.powerOn();
    expect(talk(card, SELECT_SSSE, ...wrong(1)).at(-1)).toBe('63CB');
  });

  it('one key locked leaves the others', async () => {
    const card = await poweredCard((image) => image, { random });
    talk(card, SELECT_SSSE, ...wrong(15));
    expect(talk(card, GET_CHALLENGE, authenticate('04')).at(-1)).toBe('9000');
  });

  it('the PUK has three (10)', async () => {
    const card = await poweredCard((image) => image, { random });
    const puk = WRONG.replace('0082000A', '00820006');
    expect(talk(card, SELECT_SSSE, GET_CHALLENGE, puk).at(-1)).toBe('63C2');
  });
});

describe('INTERNAL AUTHENTICATION (5, 6.4)', () => {
  const command = '00880000101122334455667788A1A2A3A4A5A6A7A8';

  it.each([
    ['before the application is selected', [], command, '6A88'],
    ['in a directory without IRK', [SELECT_SSSE, '00A4000002DF04'], command, '6A88'],
    ['with another key reference', [SELECT_SSSE], command.replace('00880000', '0088000A'), '6A86'],
    ['with eight bytes', [SELECT_SSSE], '00880000081122334455667788', '6700'],
  ])('is refused %s', async (_, before, refused, status) => {
    expect(talk(await poweredCard(), ...before, refused).at(-1)).toBe(status);
  });

  it('uses up no challenge', async () => {
    expect(talk(await poweredCard(), SELECT_SSSE, GET_CHALLENGE, command, authenticate('0A')).at(-1)).toBe('9000');
  });
});
