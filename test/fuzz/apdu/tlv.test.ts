import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'vitest';
import { decodeBerTlv, encodeBerTlv } from '../../../apdu/ber-tlv.ts';
import { concat, equalBytes, fromHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { decodeSimpleTlv, encodeSimpleTlv } from '../../../apdu/simple-tlv.ts';
import { mutate, type Rng } from '../seeds.ts';
import { attack, outcome } from './attack.ts';

const folder = new URL('../../../fixtures/vectors/emv/', import.meta.url);
const samples = readdirSync(folder)
  .flatMap((name) => readFileSync(new URL(name, folder), 'utf8').match(/(?<=")(?:6F|70|77)[0-9A-F]{8,}(?=")/g) ?? [])
  .map(fromHex);

const LENGTH_FORMS = ['short', 'short', 'short', 'short', 'long', 'longer', 'wrong'] as const;

function hostileTree(rng: Rng): Uint8Array {
  const kind = rng.int(4000);
  if (kind === 0) return rng.bytes(0x10000);
  if (kind < 4) return chainOfTemplates(rng, rng.int(70));
  if (kind < 6) return object(rng, rng.pick([0x04, 0x70]), new Uint8Array(0xfff0 + rng.int(0x20)), 'short');
  if (kind < 800) return rng.bytes(rng.int(48));
  if (kind < 2000) return mutate(rng, rng.pick(samples));
  const list = tree(rng, 1 + rng.int(6));
  return rng.int(3) === 0 ? mutate(rng, list) : list;
}

function tree(rng: Rng, levels: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let count = rng.int(4); count > 0; count--) {
    const tag = rng.pick([0x04, 0x50, 0x84, 0x9f0c, 0x5f2d, 0xdf8101, 0xdf818102, 0x70, 0xa5, 0xbf0c, 0xff21]);
    const template = levels > 1 && ((tag < 0x100 && tag & 0x20) || tag === 0xbf0c || tag === 0xff21);
    parts.push(object(rng, tag, template ? tree(rng, levels - 1) : rng.bytes(rng.int(12))));
    if (rng.int(40) === 0) parts.push(Uint8Array.of(rng.pick([0x00, 0xff])));
  }
  return concat(parts);
}

function chainOfTemplates(rng: Rng, levels: number): Uint8Array {
  let bytes: Uint8Array = new Uint8Array();
  for (let level = 0; level < levels; level++) bytes = object(rng, 0xa0, bytes, 'short');
  return bytes;
}

function object(rng: Rng, tag: number, value: Uint8Array, form = lengthForm(rng)): Uint8Array {
  const tagBytes = [tag >>> 24, (tag >>> 16) & 0xff, (tag >>> 8) & 0xff, tag & 0xff];
  while (tagBytes[0] === 0) tagBytes.shift();
  const length = value.length;
  const three = [0x83, length >> 16, (length >> 8) & 0xff, length & 0xff];
  const shortest = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  const lengthBytes =
    form === 'short'
      ? length > 0xffff
        ? three
        : shortest
      : form === 'long'
        ? [0x82, length >> 8, length & 0xff]
        : three;
  if (form === 'wrong') lengthBytes[3] = (length + rng.pick([1, 2, 255])) & 0xff;
  return concat([Uint8Array.from(tagBytes), Uint8Array.from(lengthBytes), value]);
}

function lengthForm(rng: Rng): (typeof LENGTH_FORMS)[number] {
  return rng.pick(LENGTH_FORMS);
}

/** The rules again, in another way: canonical bytes from bytes to bytes, `undefined` when they are none. */
function canonical(bytes: number[], lists: number, padding: boolean): number[] | undefined {
  if (lists > 64) return undefined;
  const out: number[] = [];
  const rest = bytes;
  let at = 0;
  const take = () => rest[at++] ?? Number.NaN;
  while (at < rest.length) {
    const first = take();
    if (padding && (first === 0 || first === 0xff)) continue;
    const tag = [first];
    if (first % 32 === 31)
      do tag.push(take());
      while ((tag.at(-1) as number) >= 0x80 && tag.length < 5);
    if (first === 0 || tag.length > 4 || tag.some(Number.isNaN) || (tag.length > 1 && tag[1] === 0x80))
      return undefined;
    let length = take();
    if (length >= 0x80) {
      const count = length - 0x80;
      if (count < 1 || count > 3) return undefined;
      length = 0;
      for (let index = 0; index < count; index++) length = length * 256 + take();
    }
    if (!(at + length <= rest.length) || length > 65_536) return undefined;
    const value = rest.slice(at, at + length);
    at += length;
    const inner = first & 0x20 ? canonical(value, lists + 1, padding) : value;
    if (!inner) return undefined;
    const size = inner.length;
    out.push(...tag);
    if (size > 0xffff) out.push(0x83, size >> 16, (size >> 8) & 0xff, size & 0xff);
    else if (size > 0xff) out.push(0x82, size >> 8, size & 0xff);
    else if (size > 0x7f) out.push(0x81, size);
    else out.push(size);
    for (const byte of inner) out.push(byte);
  }
  return out;
}

test('a BER-TLV tree is read and written in its canonical form, or refused', async () => {
  let valid = 0;
  await attack('ber-tlv', 400_000, hostileTree, (input, rng) => {
    const padding = rng.int(2) === 0;
    const list = outcome(() => decodeBerTlv(input, { padding }), 'tlv-malformed', input.length);
    const expected = canonical([...input], 1, padding);
    if (list instanceof SscardError)
      return expected === undefined ? undefined : `refused (${list.message}), but it is good`;
    if (expected === undefined) return 'accepted, but it is wrong';
    valid++;
    return equalBytes(encodeBerTlv(list), Uint8Array.from(expected)) ? undefined : 'not written in its canonical form';
  });
  if (valid < 80_000) throw new Error(`only ${valid} inputs were trees: the generator has lost its aim`);
});

function hostileRun(rng: Rng): Uint8Array {
  const kind = rng.int(1000);
  if (kind === 0) return rng.bytes(0x10000);
  if (kind < 300) return rng.bytes(rng.int(48));
  const parts: Uint8Array[] = [];
  for (let count = rng.int(8); count > 0; count--) {
    const value = rng.bytes(rng.int(rng.int(20) === 0 ? 256 : 16));
    parts.push(encodeSimpleTlv(rng.int(256), value));
  }
  return kind < 650 ? mutate(rng, concat(parts)) : concat(parts);
}

/** Whether the lengths lead to the very end. */
function isRun(bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length) at += 2 + (bytes[at + 1] ?? Number.NaN);
  return at === bytes.length;
}

test("the card's own TLV is read and written as it was, or refused", async () => {
  await attack('simple-tlv', 200_000, hostileRun, (input) => {
    const list = outcome(() => decodeSimpleTlv(input), 'tlv-malformed', input.length);
    if (list instanceof SscardError) return isRun(input) ? 'refused, but it is good' : undefined;
    if (!isRun(input)) return 'accepted, but it is wrong';
    const again = concat(list.map(({ tag, value }) => encodeSimpleTlv(tag, value)));
    return equalBytes(again, input) ? undefined : 'not written as it was';
  });
});
