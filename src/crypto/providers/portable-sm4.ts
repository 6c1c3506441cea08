import { fromHex } from '../../../apdu/bytes.ts';
import type { KeyedCipher } from './provider.ts';

/** S-box of GB/T 32907. */
const S_BOX =
  'D690E9FECCE13DB716B614C228FB2C052B679A762ABE04C3AA44132649860699' +
  '9C4250F491EF987A33540B43EDCFAC62E4B31CA9C908E89580DF94FA758F3FA6' +
  '4707A7FCF37317BA83593C19E6854FA8686B81B27164DA8BF8EB0F4B70569D35' +
  '1E240E5E6358D1A225227C3B01217887D40046579FD327524C3602E7A0C4C89E' +
  'EABF8AD240C738B5A3F7F2CEF96115A1E0AE5DA49B341A55AD933230F58CB1E3' +
  '1DF6E22E8266CA60C02923AB0D534E6FD5DB3745DEFD8E2F03FF6A726D6C5B51' +
  '8D1BAF92BBDDBC7F11D95C411F105AD80AC13188A5CD7BBD2D74D012B8E5B4B0' +
  '8969974A0C96777E65B9F109C56EC68418F07DEC3ADC4D2079EE5F3ED7CB3948';
const FAMILY_KEY = [0xa3b1bac6, 0x56aa3350, 0x677d9197, 0xb27022dc];
const ROUNDS = 32;

interface Tables {
  readonly sBox: Uint8Array;
  /** S-box and linear transformation L in one look-up, for the highest byte of a word. */
  readonly mixed: Uint32Array;
}

/** Made at the first use. */
let tables: Tables | undefined;

/** SM4 with its 32 round keys. @param key 16 bytes */
export function keyedSm4(key: Uint8Array, direction: 'encipher' | 'decipher'): KeyedCipher {
  tables ??= makeTables();
  const { sBox, mixed } = tables;
  const keys = schedule(key, sBox);
  if (direction === 'decipher') keys.reverse();
  return { block: 16, apply: (blocks, at) => applyRounds(mixed, keys, blocks, at), wipe: () => keys.fill(0) };
}

function makeTables(): Tables {
  const sBox = fromHex(S_BOX);
  const mixed = Uint32Array.from(sBox, (byte) => {
    const word = byte << 24;
    return word ^ rotate(word, 2) ^ rotate(word, 10) ^ rotate(word, 18) ^ rotate(word, 24);
  });
  return { sBox, mixed };
}

function schedule(key: Uint8Array, sBox: Uint8Array): Uint32Array {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  const words = FAMILY_KEY.map((word, index) => word ^ view.getUint32(4 * index));
  const keys = new Uint32Array(ROUNDS);
  for (let round = 0; round < ROUNDS; round++) {
    // CK: byte j of constant i is 7 (4 i + j), modulo 256.
    let constant = 0;
    for (let byte = 0; byte < 4; byte++) constant = (constant << 8) | ((7 * (4 * round + byte)) & 0xff);
    const [first = 0, second = 0, third = 0, fourth = 0] = words;
    const mix = second ^ third ^ fourth ^ constant;
    let word = 0;
    for (let shift = 24; shift >= 0; shift -= 8) word |= (sBox[(mix >>> shift) & 0xff] as number) << shift;
    const next = first ^ word ^ rotate(word, 13) ^ rotate(word, 23);
    keys[round] = next;
    words.shift();
    words.push(next);
  }
  words.fill(0);
  return keys;
}

function applyRounds(mixed: Uint32Array, keys: Uint32Array, blocks: DataView, at: number): void {
  let a = blocks.getUint32(at);
  let b = blocks.getUint32(at + 4);
  let c = blocks.getUint32(at + 8);
  let d = blocks.getUint32(at + 12);
  for (let round = 0; round < ROUNDS; round++) {
    const next = a ^ mixer(mixed, b ^ c ^ d ^ (keys[round] as number));
    a = b;
    b = c;
    c = d;
    d = next;
  }
  // The words of the result stand in reverse.
  blocks.setUint32(at, d);
  blocks.setUint32(at + 4, c);
  blocks.setUint32(at + 8, b);
  blocks.setUint32(at + 12, a);
}

/** T: the S-box on each byte, then L, which commutes with rotations by whole bytes. */
function mixer(mixed: Uint32Array, word: number): number {
  return (
    (mixed[word >>> 24] as number) ^
    rotate(mixed[(word >>> 16) & 0xff] as number, 24) ^
    rotate(mixed[(word >>> 8) & 0xff] as number, 16) ^
    rotate(mixed[word & 0xff] as number, 8)
  );
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
