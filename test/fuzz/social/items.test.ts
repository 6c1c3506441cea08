import { describe, expect, it } from 'vitest';
import { toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { decodeFields } from '../../../src/social/codecs/fields.ts';
import { decodeItem } from '../../../src/social/codecs/item.ts';
import { encodeItem } from '../../../src/social/codecs/item-encode.ts';
import type { DecodedItem, GroupInput, ItemInput } from '../../../src/social/codecs/item-value.ts';
import { photoOf } from '../../../src/social/codecs/photo.ts';
import { loadWholeOverlays, loadWholeProfile } from '../../../src/social/profile/load.ts';
import { withOverlay } from '../../../src/social/profile/merge.ts';
import type { CodingRules, FileDescription, ItemDescription } from '../../../src/social/profile/profile.ts';
import { mutate, type Rng, random, report, seeds } from '../seeds.ts';

/** Items of every file, each field (reliability-targets.md 3): round trip; unknown characters kept, not guessed. */
const COUNT = 200_000;
const place = 'DF04EF05|8C';

async function description(): Promise<{
  items: readonly ItemDescription[];
  files: readonly FileDescription[];
  coding: CodingRules;
}> {
  const [first, second, overlays] = await Promise.all([
    loadWholeProfile('1.0'),
    loadWholeProfile('2.0'),
    loadWholeOverlays(),
  ]);
  const files = [...first.files, ...overlays.reduce(withOverlay, second).files];
  return { items: files.flatMap(({ items = [] }) => items), files, coding: second.coding };
}

const TEXT = 'AZaz09.-/张三李四王五𠀀㐀龥é¥·';
const digits = (rng: Rng, count: number) => Array.from({ length: count }, () => rng.int(10)).join('');
const day = (rng: Rng) => new Date(Date.UTC(1800 + rng.int(400), rng.int(12), 1 + rng.int(31))).toISOString();

/** A value that the item holds, as it is read back; `undefined`: written empty. */
function valueFor(rng: Rng, item: ItemDescription): ItemInput | undefined {
  const { format, length, meaning, items = [] } = item;
  if (rng.int(8) === 0) return undefined;
  if (format === 'group') return groupFor(rng, items);
  if (format === 'an') return textFor(rng, length);
  if (meaning === 'date') return day(rng).slice(0, 10);
  if (meaning === 'month') return day(rng).slice(0, 7);
  if (meaning === 'datetime') return day(rng).slice(0, 19);
  if (format === 'dec' || (meaning === 'fen' && format === 'cn')) return rng.int(10 ** Math.min(9, 2 * length));
  if (meaning === 'fen' || meaning === 'number') return rng.int(0x100 ** Math.min(4, length) - 1);
  if (format === 'cn') return `1${digits(rng, rng.int(2 * length))}`;
  return `01${toHex(rng.bytes((length || 1 + rng.int(40)) - 1))}`;
}

function groupFor(rng: Rng, parts: readonly ItemDescription[]): ItemInput | undefined {
  const values = parts.flatMap((part) => {
    const value = valueFor(rng, part);
    return value === undefined ? [] : [[part.tag ?? '', value] as const];
  });
  return values.length === 0 ? undefined : Object.fromEntries(values);
}

function textFor(rng: Rng, length: number): string | undefined {
  let [text, used] = ['', 0];
  for (let times = 1 + rng.int(length); times > 0; times--) {
    const character = rng.pick([...TEXT]);
    used += character < '~' ? 1 : '㐀𠀀¥'.includes(character) ? 4 : 2;
    if (used > length) break;
    text += character;
  }
  return text || undefined;
}

/** What was read, as it would be given to be written; `undefined`: empty, or not to be written as it is. */
function asInput(decoded: DecodedItem): ItemInput | undefined {
  if (!isPlain(decoded) || decoded.kind !== 'value') return undefined;
  const { value } = decoded;
  if (typeof value !== 'object') return value;
  if (!('parts' in value)) return value.code;
  const parts = value.parts.map((part) => [part.tag, asInput(part.decoded)] as const);
  return Object.fromEntries(parts.filter((part): part is [string, ItemInput] => part[1] !== undefined));
}

/** Read without a remark, but for a code that its table does not have, and without what breaks the national grammar. */
function isPlain(decoded: DecodedItem): boolean {
  if (decoded.kind !== 'value') return decoded.kind === 'empty';
  const { value, odd = [] } = decoded;
  if (odd.some((one) => one !== 'code-unknown')) return false;
  if (typeof value === 'object' && 'parts' in value) return value.parts.every((part) => isPlain(part.decoded));
  return !/[|$,^]/.test(typeof value === 'object' ? value.code : String(value));
}

/** As it comes when parts stand in the order of the description. */
function inOrder(input: ItemInput | undefined, { format, items = [] }: ItemDescription): ItemInput | undefined {
  if (format !== 'group' || input === undefined) return input;
  const given = new Map(Object.entries(input as GroupInput));
  return Object.fromEntries(
    items.flatMap(({ tag }) => {
      const value = given.get(tag ?? '');
      return value === undefined ? [] : [[tag, value]];
    }),
  );
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

describe('items', () => {
  it('what was written is read back', { timeout: 300_000 }, async () => {
    const { items, coding } = await description();
    const used = seeds();
    let count = 0;
    const met = new Set<ItemDescription>();
    for (const seed of used) {
      const rng = random(seed);
      for (let n = 0; n < COUNT / 2 / used.length; n++, count++) {
        const item = rng.pick(items);
        met.add(item);
        const value = valueFor(rng, item);
        const bytes = await encodeItem(item, value ?? null, coding, { place });
        const back = asInput(await decodeItem(item, bytes, coding));
        if (!same(inOrder(back, item), inOrder(value, item)) || (item.length > 0 && bytes.length !== item.length))
          throw new Error(
            `seed ${seed}: ${item.name} ${JSON.stringify(value)} as ${toHex(bytes)} is ${JSON.stringify(back)}`,
          );
      }
    }
    report('items, round trip', count, used, `${met.size} items`);
    expect(met.size).toBe(items.length);
  });

  it('any bytes are a value, empty, or kept as they are; a value is written and read again', {
    timeout: 300_000,
  }, async () => {
    const { items, coding } = await description();
    const used = seeds();
    let [count, again] = [0, 0];
    for (const seed of used) {
      const rng = random(seed);
      for (let n = 0; n < COUNT / 2 / used.length; n++, count++) {
        const item = rng.pick(items);
        const sample = await encodeItem(item, valueFor(rng, item) ?? null, coding, { place });
        const bytes = (
          rng.int(3) > 0 ? mutate(rng, sample) : rng.bytes(rng.int(2) === 0 ? item.length : rng.int(60))
        ).slice(0, 300);
        const before = toHex(bytes);
        const decoded = await decodeItem(item, bytes, coding);
        const where = `seed ${seed}: ${item.name} ${before}`;
        if (toHex(bytes) !== before) throw new Error(`${where}: changed`);
        if (decoded.kind === 'undecodable' && decoded.raw !== before) throw new Error(`${where}: not kept`);
        if (!isPlain(decoded)) continue;
        again++;
        const value = asInput(decoded);
        const rewritten = await encodeItem(item, value ?? null, coding, { place });
        const twice = await decodeItem(item, rewritten, coding);
        // Missing parts of a group are written empty: what was read is compared, not the bytes.
        if (!same(inOrder(asInput(twice), item), inOrder(value, item))) throw new Error(where);
      }
    }
    report('items, any bytes', count, used, `${again} written again`);
    expect(again).toBeGreaterThan(COUNT / 20);
  });

  it('refuses without the value, whatever is given', { timeout: 300_000 }, async () => {
    const { items, coding } = await description();
    const used = seeds();
    let [written, refused] = [0, 0];
    const odd = [
      '|',
      '$',
      '\u0000',
      '\ud800',
      ' ',
      '20230229',
      '99999999999',
      '-1',
      '张三'.repeat(50),
      'secret value 1',
    ];
    for (const seed of used) {
      const rng = random(seed);
      for (let n = 0; n < 10_000 / used.length; n++) {
        const item = rng.pick(items);
        const value = rng.pick([...odd, rng.pick(odd) + rng.pick(odd)]);
        try {
          await encodeItem(item, value, coding, { place });
          written++;
        } catch (error) {
          if (!(error instanceof SscardError) || error.code !== 'value-malformed') throw error;
          if (value.length > 4 && `${error.message} ${JSON.stringify(error.details)}`.includes(value))
            throw new Error('says it');
          refused++;
        }
      }
    }
    report('items, refused', written + refused, used, `${refused} refused`);
    expect(refused).toBeGreaterThan(written);
  });

  it('records of fields and photos have an end, whatever they hold', { timeout: 300_000 }, async () => {
    const { files, coding } = await description();
    const cyclic = files.filter(({ kind }) => kind === 'cyclic');
    const used = seeds();
    let count = 0;
    for (const seed of used) {
      const rng = random(seed);
      for (let n = 0; n < 10_000 / used.length; n++, count++) {
        const { items = [] } = rng.pick(cyclic);
        const bytes = rng.bytes(rng.int(120));
        const { fields, rest = '' } = await decodeFields(items, bytes, coding);
        expect(fields).toHaveLength(items.length);
        if (!toHex(bytes).endsWith(rest)) throw new Error(`seed ${seed}: ${toHex(bytes)}`);
        const file = Uint8Array.of(0xff, 0xd8, ...bytes.map((byte) => (rng.int(3) === 0 ? 0xff : byte)));
        const photo = photoOf(file);
        if (photo.kind === 'photo') expect(toHex(photo.jpeg)).toMatch(/^FFD8.*FFD9$/);
      }
    }
    report('records of fields and photos', count, used);
  });
});
