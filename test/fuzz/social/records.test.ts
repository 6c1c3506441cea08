import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { interpretBasic, type Reading } from '../../../src/social/interpret.ts';
import { loadProfile } from '../../../src/social/profile/load.ts';
import type { CodingRules } from '../../../src/social/profile/profile.ts';
import { mutate, type Rng, random, report, seeds } from '../seeds.ts';

/**
 * Identity records, each field (reliability-targets.md 3): what an independent encoder wrote is read back; anything
 * else ends in a value that was on the card, or in a remark.
 */
const COUNT = 200_000;
const ATR = fromHex('3B6D000000875431008660320499000001');

const TEXTS: readonly (readonly [item: string, field: string, length: number])[] = [
  ['socialSecurityNumber', 'socialSecurityNumber', 18],
  ['name', 'name', 30],
  ['cardNumber', 'cardNumber', 9],
  ['jiangsuPersonNumber', 'personNumber', 12],
];
const DATES: readonly (readonly [item: string, field: string])[] = [
  ['issueDate', 'issueDate'],
  ['expiryDate', 'validUntil'],
  ['birthDate', 'birthDate'],
];
const CODES: readonly (readonly [item: string, field: string])[] = [
  ['sex', 'sex'],
  ['ethnicity', 'ethnicity'],
];
const FIELDS = [...TEXTS, ...DATES, ...CODES, ['cardIdentificationCode', 'cardIdentification'] as const];

async function readField(coding: CodingRules, item: string, value: Uint8Array, described: number) {
  const records = new Map<string, Reading>([[item, { kind: 'value', value, described }]]);
  return interpretBasic({ generation: '2.0', version: '2.00', described: true, coding, records }, ATR);
}

/** A character that both this encoder and the card's code know; astral and four-byte ones included. */
function character(rng: Rng): string {
  const point = [0x21 + rng.int(0x5e), 0x4e00 + rng.int(0x51a5), 0x3400 + rng.int(0x19b5), 0x20000 + rng.int(0xa6d6)];
  return String.fromCodePoint(rng.pick(point));
}

function text(rng: Rng, length: number): { readonly text: string; readonly value: Uint8Array } {
  const value = new Uint8Array(length).fill(rng.pick([0x00, 0xff, 0x20]));
  let written = '';
  for (let used = 0; ; ) {
    const next = character(rng);
    const bytes = iconv.encode(next, 'gb18030');
    if (used + bytes.length > length || rng.int(12) === 0) return { text: written, value };
    value.set(bytes, used);
    used += bytes.length;
    written += next;
  }
}

function date(rng: Rng): string {
  const day = new Date(Date.UTC(1800 + rng.int(400), rng.int(12), 1 + rng.int(31)));
  return day.toISOString().slice(0, 10);
}

/**
 * Nineteen codes that the encoder here still writes as in 2005, as user-defined ones (FE10 to FE19, 9FB4 to 9FBB), and
 * A3A0, a second blank. All others were compared one by one.
 */
const NEWER = /[\uFE10-\uFE19\u9FB4-\u9FBB\u3000]/;

describe('identity records', () => {
  it('what was written is read back', { timeout: 120_000 }, async () => {
    const { coding } = await loadProfile('2.0');
    const used = seeds();
    let count = 0;
    for (const seed of used) {
      const rng = random(seed);
      for (let n = 0; n < COUNT / 2 / used.length; n++, count++) {
        if (n % 3 > 0) {
          const [item, field, length] = rng.pick(TEXTS);
          const written = text(rng, length);
          const came = await readField(coding, item, written.value, length);
          const value = came[field as keyof typeof came];
          if (value !== (written.text || null)) throw new Error(`seed ${seed}: ${toHex(written.value)} as ${value}`);
        } else {
          const [item, field] = rng.pick(DATES);
          const day = date(rng);
          const came = await readField(coding, item, fromHex(day.replaceAll('-', '')), 4);
          if (came[field as keyof typeof came] !== day) throw new Error(`seed ${seed}: ${day}`);
        }
      }
    }
    report('identity records, round trip', count, used);
    expect(count).toBeGreaterThanOrEqual(COUNT / 2);
  });

  it('any bytes are a value of the card or a remark, and stay as they are', { timeout: 120_000 }, async () => {
    const { coding } = await loadProfile('2.0');
    const used = seeds();
    let count = 0;
    for (const seed of used) {
      const rng = random(seed);
      for (let n = 0; n < COUNT / 2 / used.length; n++, count++) {
        const [item, field] = rng.pick(FIELDS);
        const sample = text(rng, 1 + rng.int(40)).value;
        const value = (rng.int(2) === 0 ? mutate(rng, sample) : rng.bytes(rng.int(40))).slice(0, 253);
        const before = toHex(value);
        const came = await readField(coding, item, value, value.length);
        const problem = judge(came, field, before) ?? (toHex(value) === before ? undefined : 'input changed');
        if (problem !== undefined) throw new Error(`seed ${seed}: ${item} ${before}: ${problem}`);
      }
    }
    report('identity records, any bytes', count, used);
    expect(count).toBeGreaterThanOrEqual(COUNT / 2);
  });
});

type Basic = Awaited<ReturnType<typeof readField>>;

/** A member is null exactly when a remark says why; a text is the one an independent decoder gives. */
function judge(came: Basic, field: string, hex: string): string | undefined {
  const value = came[field as keyof Basic];
  const remarks = came.oddities.filter((oddity) => oddity.field === field).map(({ kind }) => kind);
  const unreadable = remarks.some((kind) => ['empty', 'undecodable', 'date-impossible'].includes(kind));
  if ((value === null) !== unreadable) return `value ${JSON.stringify(value)} with remarks ${remarks}`;
  if (typeof value !== 'string' || field === 'cardIdentification' || DATES.some(([, name]) => name === field))
    return undefined;
  if (/\p{Cc}|\uFFFD/u.test(value)) return 'a character that no screen should get';
  const trimmed = Buffer.from(
    hex.replace(/(?:00|FF|20)*$/, (tail, at: number) => (at % 2 === 0 ? '' : tail)),
    'hex',
  );
  if (remarks.includes('private-use') || NEWER.test(value)) return undefined;
  const again = iconv.encode(value, 'gb18030');
  return again.equals(trimmed) ? undefined : `reads as ${value}, which is written ${again.toString('hex')}`;
}
