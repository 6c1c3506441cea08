import type { KeyedCipher } from './provider.ts';

/** Tables of FIPS 46-3. S-boxes: one hex digit an entry, four rows of sixteen each. */
const S_BOXES = [
  'E4D12FB83A6C59070F74E2D1A6CB953841E8D62BFC973A50FC8249175B3EA06D',
  'F18E6B34972DC05A3D47F28EC01A69B50E7BA4D158C6932FD8A13F42B67C05E9',
  'A09E63F51DC7B428D709346A285ECBF1D6498F30B12C5AE71AD069874FE3B52C',
  '7DE3069A1285BC4FD8B56F03472C1AE9A690CB7DF13E52843F06A1D8945BC72E',
  '2C417AB6853FD0E9EB2C47D150FA3986421BAD78F9C5630EB8C71E2D6F09A453',
  'C1AF92680D34E75BAF427C9561DE0B389EF528C3704A1DB6432C95FABE17608D',
  '4B2EF08D3C975A61D0B7491AE35C2F8614BDC37EAF6805926BD814A7950FE23C',
  'D2846FB1A93E50C71FD8A374C56B0E927B419CE206ADF35821E74A8DFC90356B',
];
const P = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
];
const PC1 = [
  57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36, 63, 55,
  47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
];
const PC2 = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47, 55, 30,
  40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];
const ROTATIONS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];
const ROUNDS = 16;
/** Six-bit parts of a round key, one for each S-box. */
const GROUPS = 8;

/** S-box and permutation P in one look-up: 64 words for each S-box. Made at the first use. */
let boxes: Uint32Array | undefined;

/** Single DES with 8 bytes of key, 3DES (encipher, decipher, encipher) with 16 or 24. */
export function keyedDes(key: Uint8Array, direction: 'encipher' | 'decipher'): KeyedCipher {
  boxes ??= makeBoxes();
  const table = boxes;
  const schedules: Uint8Array[] = [];
  for (let at = 0; at < key.length; at += 8) schedules.push(schedule(key.subarray(at, at + 8)));
  if (key.length === 16) schedules.push(Uint8Array.from(schedules[0] as Uint8Array));
  schedules.forEach((keys, index) => {
    if (index % 2 === 1) reverse(keys);
  });
  if (direction === 'decipher') for (const keys of schedules.reverse()) reverse(keys);
  return {
    block: 8,
    apply: (blocks, at) => applyAll(table, schedules, blocks, at),
    wipe: () => {
      for (const keys of schedules) keys.fill(0);
    },
  };
}

function makeBoxes(): Uint32Array {
  const made = new Uint32Array(64 * GROUPS);
  S_BOXES.forEach((box, index) => {
    for (let six = 0; six < 64; six++) {
      const row = ((six >> 4) & 2) | (six & 1);
      const value = Number.parseInt(box.charAt(row * 16 + ((six >> 1) & 15)), 16) << (28 - 4 * index);
      let word = 0;
      for (const bit of P) word = (word << 1) | ((value >>> (32 - bit)) & 1);
      made[index * 64 + six] = word;
    }
  });
  return made;
}

/** Sixteen round keys of eight six-bit parts, in the order of enciphering. */
function schedule(key: Uint8Array): Uint8Array {
  const bits = PC1.map((bit) => ((key[(bit - 1) >> 3] as number) >> (7 - ((bit - 1) & 7))) & 1);
  const keys = new Uint8Array(ROUNDS * GROUPS);
  let turned = 0;
  ROTATIONS.forEach((rotation, round) => {
    turned += rotation;
    PC2.forEach((bit, index) => {
      const half = bit > 28 ? 28 : 0;
      const at = round * GROUPS + Math.floor(index / 6);
      keys[at] = ((keys[at] as number) << 1) | (bits[half + ((bit - 1 - half + turned) % 28)] as number);
    });
  });
  bits.fill(0);
  return keys;
}

/** Deciphering takes the round keys from the last to the first. */
function reverse(keys: Uint8Array): void {
  const turned = new Uint8Array(keys.length);
  for (let round = 0; round < ROUNDS; round++)
    turned.set(keys.subarray(round * GROUPS, (round + 1) * GROUPS), (ROUNDS - 1 - round) * GROUPS);
  keys.set(turned);
  turned.fill(0);
}

function applyAll(table: Uint32Array, schedules: readonly Uint8Array[], blocks: DataView, at: number): void {
  let left = blocks.getUint32(at);
  let right = blocks.getUint32(at + 4);
  // The initial permutation as five exchanges of bits between the halves, and its inverse below.
  let turn = ((left >>> 4) ^ right) & 0x0f0f0f0f;
  right ^= turn;
  left ^= turn << 4;
  turn = ((left >>> 16) ^ right) & 0x0000ffff;
  right ^= turn;
  left ^= turn << 16;
  turn = ((right >>> 2) ^ left) & 0x33333333;
  left ^= turn;
  right ^= turn << 2;
  turn = ((right >>> 8) ^ left) & 0x00ff00ff;
  left ^= turn;
  right ^= turn << 8;
  turn = ((left >>> 1) ^ right) & 0x55555555;
  right ^= turn;
  left ^= turn << 1;

  for (const keys of schedules) {
    for (let round = 0; round < ROUNDS; round++) {
      const next = left ^ feistel(table, right, keys, round * GROUPS);
      left = right;
      right = next;
    }
    // The last round does not exchange the halves.
    [left, right] = [right, left];
  }

  turn = ((left >>> 1) ^ right) & 0x55555555;
  right ^= turn;
  left ^= turn << 1;
  turn = ((right >>> 8) ^ left) & 0x00ff00ff;
  left ^= turn;
  right ^= turn << 8;
  turn = ((right >>> 2) ^ left) & 0x33333333;
  left ^= turn;
  right ^= turn << 2;
  turn = ((left >>> 16) ^ right) & 0x0000ffff;
  right ^= turn;
  left ^= turn << 16;
  turn = ((left >>> 4) ^ right) & 0x0f0f0f0f;
  right ^= turn;
  left ^= turn << 4;
  blocks.setUint32(at, left);
  blocks.setUint32(at + 4, right);
}

/** Expansion, round key, S-boxes and P: part `index` of the expansion is the six bits around half-byte `index`. */
function feistel(table: Uint32Array, half: number, keys: Uint8Array, first: number): number {
  let sum = 0;
  for (let index = 0; index < GROUPS; index++) {
    const turn = (4 * index + 5) & 31;
    const six = ((half << turn) | (half >>> (32 - turn))) & 63;
    sum ^= table[index * 64 + (six ^ (keys[first + index] as number))] as number;
  }
  return sum;
}
