import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { processCryptogram } from '../../../src/crypto/authentication.ts';
import { encryptEcb } from '../../../src/crypto/blocks.ts';
import { processKey } from '../../../src/crypto/diversify.ts';
import { loadFactor, loadProof, transactionMac } from '../../../src/crypto/purse.ts';
import { commandMac, decipherData, encipherData, protectCommand } from '../../../src/crypto/secure-messaging.ts';

const NO_CHALLENGE = new Uint8Array(0);
const KEY = new Uint8Array(16).fill(0x35);

/** Key and values of social-security-card.md 6.7. */
describe('the worked vectors of the social security application', () => {
  const cardKey = fromHex('A1B22EFD89B03EA0C70596AAE23B5856');
  const challenge = fromHex('1122334455667788');
  const session = processKey('3DES', cardKey, challenge);

  it('process key and cryptogram', () => {
    const cryptogram = processCryptogram('3DES', cardKey, challenge, fromHex('A1A2A3A4A5A6A7A8'));
    expect([session, cryptogram].map(toHex)).toEqual(['158D7087B8D4F86B', 'A13148FB7CFDD8B9']);
  });

  it('RELOAD PIN', () => {
    const keys = { cipher: '3DES', mac: session, encipher: session } as const;
    const reload = { cla: 0x84, ins: 0x24, p1: 0, p2: 1, data: fromHex('123456') };
    expect(toHex(protectCommand(keys, NO_CHALLENGE, reload))).toBe('842400010CCE26F208A9D08B8A32181865');
  });

  it('PIN UNBLOCK', () => {
    const unblock = { cla: 0x84, ins: 0x24, p1: 0, p2: 0, data: new Uint8Array(0) };
    const apdu = protectCommand({ cipher: '3DES', mac: session }, NO_CHALLENGE, unblock);
    expect(toHex(apdu)).toBe('8424000004355A58ED');
  });

  it('key and MAC1 of a load', () => {
    const factor = loadFactor(fromHex('01020304'), fromHex('0005'));
    const proof = loadProof(0x2710, { amount: 0x1388, type: 0x30, terminal: fromHex('320400000001') });
    expect([processKey('3DES', cardKey, factor), transactionMac('3DES', cardKey, factor, proof)].map(toHex)).toEqual([
      '829DA021B42250E7',
      '278A57F4',
    ]);
  });
});

describe('a process cryptogram with SM4', () => {
  const data = fromHex('A1A2A3A4A5A6A7A8');
  const factor = fromHex('1122334455667788');
  const under = (block: Uint8Array) => encryptEcb('SM4', processKey('SM4', KEY, factor), block).slice(0, 8);

  it('fills the block with the data again', () => {
    expect(processCryptogram('SM4', KEY, factor, data)).toEqual(under(concat([data, data])));
  });

  it('fills the block with zeros under the other rule', () => {
    expect(processCryptogram('SM4-zero', KEY, factor, data)).toEqual(under(concat([data, new Uint8Array(8)])));
  });
});

describe('enciphered data', () => {
  it.each(['3DES', 'SM4'] as const)('come out as they went in: %s', (cipher) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 255 }), (data) => {
        expect(decipherData(cipher, KEY, encipherData(cipher, KEY, data))).toEqual(data);
      }),
      { numRuns: 60 },
    );
  });

  it('get no block of padding where length and data fill whole blocks', () => {
    expect(encipherData('3DES', KEY, new Uint8Array(7))).toHaveLength(8);
    expect(encipherData('SM4', KEY, new Uint8Array(15))).toHaveLength(16);
  });

  it.each([
    ['nothing', ''],
    ['half a block', '00112233'],
    ['a length beyond the end', '0811223344556677'],
    ['more than a block of padding', '05112233445580000000000000000000'],
    ['a whole block of padding', '07112233445566778000000000000000'],
    ['padding that does not begin with 80', '0311223301000000'],
    ['padding that is not zero', '0311223380000001'],
  ])('that hold %s are refused, all alike', (_, plain) => {
    const bytes = fromHex(plain);
    const enciphered = bytes.length % 8 === 0 ? encryptEcb('3DES', KEY, bytes) : bytes;
    expect(decipherData('3DES', KEY, enciphered)).toBeUndefined();
  });
});

describe('what is a fault of the program', () => {
  const command = { cla: 0x04, ins: 0xd6, p1: 0, p2: 0, data: new Uint8Array(251) };

  it.each([3, 5, 16])('a challenge of %i bytes', (length) => {
    expect(() => commandMac('3DES', KEY, new Uint8Array(length), new Uint8Array(5))).toThrow(RangeError);
  });

  it('data that leave no room for the MAC', () => {
    expect(protectCommand({ cipher: '3DES', mac: KEY }, NO_CHALLENGE, command)).toHaveLength(5 + 255);
    const over = { ...command, data: new Uint8Array(252) };
    expect(() => protectCommand({ cipher: '3DES', mac: KEY }, NO_CHALLENGE, over)).toThrow(RangeError);
  });

  it('more than 255 bytes to encipher', () => {
    expect(() => encipherData('SM4', KEY, new Uint8Array(256))).toThrow(RangeError);
  });

  it('a key of SM4 with eight bytes', () => {
    expect(() => commandMac('SM4', new Uint8Array(8), NO_CHALLENGE, new Uint8Array(5))).toThrow(RangeError);
  });

  it('an instruction that no command may have', () => {
    const wrong = { ...command, ins: 0x60, data: new Uint8Array(1) };
    expect(() => protectCommand({ cipher: '3DES', mac: KEY }, NO_CHALLENGE, wrong)).toThrow(SscardError);
  });

  it('data to authenticate that have not eight bytes', () => {
    expect(() => processCryptogram('3DES', KEY, new Uint8Array(8), new Uint8Array(16))).toThrow(RangeError);
  });
});
