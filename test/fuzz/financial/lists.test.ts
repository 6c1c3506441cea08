import { it } from 'vitest';
import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';
import { parseAfl } from '../../../src/financial/afl.ts';
import { formatOf } from '../../../src/financial/dictionary/dictionary.ts';
import { buildDol, type DolEntry, dolLength, parseDol } from '../../../src/financial/dol.ts';
import { parseFci } from '../../../src/financial/fci.ts';
import { isWellFormed } from '../../../src/financial/formats.ts';
import { attack } from '../apdu/attack.ts';
import { mutate, type Rng } from '../seeds.ts';
import { SAMPLES } from './samples.ts';

/** Inputs for each kind of list (reliability-targets.md 3). */
const INPUTS = 100_000;

const LISTS = [
  '9F1A029F7A019F02065F2A029F4E14',
  'DF69019F1A029F7A019F02065F2A029F4E14',
  '9F66049F02069F03069F1A0295055F2A029A039C019F3704',
  '8A029F02069F03069F1A0295055F2A029A039F21039C019F3704',
  '5A0A9F2013BF0C04DF81820102',
  '',
].map(fromHex);
const TAGS = [0x5a, 0x70, 0x95, 0x9a, 0x9c, 0x9f02, 0x9f20, 0x9f37, 0x9f4e, 0xbf0c, 0xdf69, 0xdf8101];

const hostile = (rng: Rng, samples: readonly Uint8Array[]) =>
  rng.int(4) === 0 ? rng.bytes(rng.int(24)) : mutate(rng, rng.pick(samples));

it('a locator gives the groups that it has, or nothing', async () => {
  const samples = ['080101001001020018010201', '0802020010010201', '08010100F0FEFF02'].map(fromHex);
  await attack(
    'AFL',
    INPUTS,
    (rng) => hostile(rng, samples),
    (input) => {
      const entries = parseAfl(input);
      if (entries === undefined) return undefined;
      const again = entries.flatMap(({ sfi, first, last, authenticated }) => [sfi << 3, first, last, authenticated]);
      if (toHex(Uint8Array.from(again)) !== toHex(input)) return 'other groups than in the locator';
      const bad = entries.some(({ sfi, first, last, authenticated }) => {
        const count = last - first + 1;
        return sfi < 1 || sfi > 30 || first < 1 || count < 1 || authenticated > count;
      });
      return bad || entries.length === 0 ? 'a group that the rule forbids' : undefined;
    },
  );
});

it('a list gives the entries that it has, and values of exactly their lengths, or nothing', async () => {
  await attack(
    'PDOL and CDOL',
    INPUTS,
    (rng) => hostile(rng, LISTS),
    (input, rng) => {
      const entries = parseDol(input);
      if (isWellFormed(0x8c, input) !== (entries !== undefined && input.length <= 252))
        return 'as CDOL1 it is judged otherwise';
      if (entries === undefined) return undefined;
      if (toHex(encode(entries)) !== toHex(input)) return 'other entries than in the list';
      const known = new Map(TAGS.map((tag) => [tag, rng.bytes(rng.int(12))]));
      const values = buildDol(entries, (tag) => known.get(tag));
      if (values.length !== dolLength(entries) || values.length > 255) return `${values.length} bytes of values`;
      const expected = entries.map((entry) => slowly(entry, known.get(entry.tag))).join('');
      return toHex(values) === expected ? undefined : `values ${toHex(values)}, not ${expected}`;
    },
  );
});

it('file control information is whole, or nothing', async () => {
  const samples = SAMPLES.filter((sample) => sample[0] === 0x6f);
  await attack(
    'FCI',
    INPUTS,
    (rng) => hostile(rng, samples),
    (input) => {
      const fci = parseFci(input);
      if (fci === undefined) return undefined;
      const { name, priority, label, preferredName, languages, logEntry, loadLogEntry } = fci;
      if (name.length < 5 || name.length > 16 || priority > 15) return 'a name or rank that the rule forbids';
      if (/\p{Cc}/u.test(`${label}${preferredName}`)) return 'a control character in a text';
      if (languages.some((code) => !/^[a-z]{2}$/.test(code))) return 'a language of no letters';
      const outside = [logEntry, loadLogEntry].some((log) => log && (log.sfi < 11 || log.sfi > 30 || log.records < 1));
      return outside ? 'a log outside of the files for logs' : undefined;
    },
  );
});

function encode(entries: readonly DolEntry[]): Uint8Array {
  return concat(entries.map(({ tag, length }) => fromHex(hexTag(tag) + length.toString(16).padStart(2, '0'))));
}

function hexTag(tag: number): string {
  const text = tag.toString(16);
  return text.length % 2 === 0 ? text : `0${text}`;
}

/** The rule again, on digits (emv-pboc.md 3.2). */
function slowly({ tag, length }: DolEntry, value: Uint8Array | undefined): string {
  const constructed = (Number.parseInt(hexTag(tag).slice(0, 2), 16) & 0x20) !== 0;
  if (value === undefined || constructed) return '00'.repeat(length);
  const digits = toHex(value);
  const wanted = 2 * length;
  if (formatOf(tag) === 'n') return digits.padStart(wanted, '0').slice(Math.max(digits.length - wanted, 0));
  return digits.padEnd(wanted, formatOf(tag) === 'cn' ? 'F' : '0').slice(0, wanted);
}
