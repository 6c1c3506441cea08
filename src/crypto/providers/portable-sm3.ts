import { concat } from '../../../apdu/bytes.ts';

/** GB/T 32905. */
const START = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];
const BLOCK = 64;

/** SM3 digest, 32 bytes. */
export function portableSm3(data: Uint8Array): Uint8Array {
  const padded = pad(data);
  const view = new DataView(padded.buffer);
  const state = Uint32Array.from(START);
  const words = new Uint32Array(68);
  for (let at = 0; at < padded.length; at += BLOCK) {
    expand(words, view, at);
    compress(state, words);
  }
  padded.fill(0);
  words.fill(0);
  const digest = new Uint8Array(32);
  const out = new DataView(digest.buffer);
  state.forEach((word, index) => {
    out.setUint32(4 * index, word);
  });
  return digest;
}

/** HMAC with SM3 (RFC 2104), 32 bytes. */
export function portableHmacSm3(key: Uint8Array, data: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK);
  block.set(key.length > BLOCK ? portableSm3(key) : key);
  const inner = block.map((byte) => byte ^ 0x36);
  const outer = block.map((byte) => byte ^ 0x5c);
  try {
    return portableSm3(concat([outer, portableSm3(concat([inner, data]))]));
  } finally {
    for (const secret of [block, inner, outer]) secret.fill(0);
  }
}

/** `80`, zeros, and the number of bits in eight bytes, to whole blocks. */
function pad(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(Math.ceil((data.length + 9) / BLOCK) * BLOCK);
  padded.set(data);
  padded[data.length] = 0x80;
  new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(data.length) * 8n);
  return padded;
}

function expand(words: Uint32Array, view: DataView, at: number): void {
  for (let index = 0; index < 16; index++) words[index] = view.getUint32(at + 4 * index);
  for (let index = 16; index < 68; index++) {
    const word = (back: number) => words[index - back] as number;
    words[index] = p1(word(16) ^ word(9) ^ rotate(word(3), 15)) ^ rotate(word(13), 7) ^ word(6);
  }
}

function compress(state: Uint32Array, words: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let round = 0; round < 64; round++) {
    const early = round < 16;
    const turned = rotate(a, 12);
    const ss1 = rotate(turned + e + rotate(early ? 0x79cc4519 : 0x7a879d8a, round % 32), 7);
    const ff = early ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
    const gg = early ? e ^ f ^ g : (e & f) | (~e & g);
    const word = words[round] as number;
    const tt1 = (ff + d + (ss1 ^ turned) + (word ^ (words[round + 4] as number))) | 0;
    const tt2 = (gg + h + ss1 + word) | 0;
    [d, c, b, a] = [c, rotate(b, 9), a, tt1];
    [h, g, f, e] = [g, rotate(f, 19), e, tt2 ^ rotate(tt2, 9) ^ rotate(tt2, 17)];
  }
  [a, b, c, d, e, f, g, h].forEach((word, index) => {
    state[index] = (state[index] as number) ^ word;
  });
}

function p1(word: number): number {
  return word ^ rotate(word, 15) ^ rotate(word, 23);
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
