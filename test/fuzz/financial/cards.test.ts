import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';
import type { Line } from '../../../drivers/exchange.ts';
import { type AflEntry, parseAfl } from '../../../src/financial/afl.ts';
import { parseFci } from '../../../src/financial/fci.ts';
import { type Initiated, initiate } from '../../../src/financial/initiate.ts';
import { readApplicationData } from '../../../src/financial/read-data.ts';
import { Termination } from '../../../src/financial/rules.ts';
import type { TerminalApplication } from '../../../src/financial/selection/candidate.ts';
import { buildCandidates } from '../../../src/financial/selection/candidates.ts';
import { Session } from '../../../src/financial/session.ts';
import { attack } from '../apdu/attack.ts';
import { mutate, type Rng } from '../seeds.ts';
import { SAMPLES } from './samples.ts';

/** Inputs for each kind of answer (reliability-targets.md 3). */
const INPUTS = 100_000;

const DONE = fromHex('9000');
const TERMINAL = new Map([
  [0x9f1a, fromHex('0156')],
  [0x9f02, fromHex('000000000100')],
]);
const APPLICATIONS: readonly TerminalApplication[] = [
  { aid: fromHex('A0000003330101'), asi: 'partial' },
  { aid: fromHex('A000000333010106'), asi: 'exact' },
];

/** A card that answers from a function, and what it was sent. */
function card(answer: (command: string) => Uint8Array): { readonly line: Line; readonly sent: string[] } {
  const sent: string[] = [];
  const transmit = async (command: Uint8Array) => {
    const text = toHex(command);
    sent.push(text);
    return answer(text);
  };
  return { line: { transmitter: { transmit }, waiting: {} }, sent };
}

/** What came, or the termination; anything else that is thrown is a finding and goes on up. */
async function ended<T>(act: Promise<T>): Promise<T | Termination> {
  try {
    return await act;
  } catch (error) {
    if (error instanceof Termination) return error;
    throw error;
  }
}

const readRecord = (sfi: number, number: number) =>
  `00B2${[number, (sfi << 3) | 4, 0].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('')}`;

/** All that a locator lets be read, in its order. */
const listed = (afl: readonly AflEntry[]) =>
  afl.flatMap(({ sfi, first, last }) =>
    Array.from({ length: last - first + 1 }, (_, at) => readRecord(sfi, first + at)),
  );

const samplesOf = (...tags: readonly number[]) => SAMPLES.filter(([tag = 0]) => tags.includes(tag));

describe('hostile cards', () => {
  it('answer GET PROCESSING OPTIONS: a profile with a locator, or a termination', async () => {
    const answers = [
      ...samplesOf(0x77, 0x80),
      ...['80067C0008010100', '770E82027C009408080101001001020100'].map(fromHex),
    ];
    const fci = parseFci(fromHex('6F158408A000000333010101A5099F38069F1A029F0206'));
    if (fci === undefined) throw new Error('malformed');
    let whole = 0;
    await attack(
      'answers to GET PROCESSING OPTIONS',
      INPUTS,
      (rng) => (rng.int(8) === 0 ? rng.bytes(rng.int(40)) : mutate(rng, rng.pick(answers))),
      async (input) => {
        const { line, sent } = card(() => concat([input, DONE]));
        const session = new Session(line, new Map(TERMINAL));
        const came = await ended<Initiated>(initiate(session, fci));
        if (sent.join() !== '80A800000A8308015600000000010000') return `sent ${sent}`;
        if (session.records.length !== 1) return 'the step left no record';
        if (came instanceof Termination) return undefined;
        if (came.kind !== 'initiated') return came.kind;
        whole++;
        return came.aip.length === 2 && came.afl.length > 0 ? undefined : 'initiated without profile or locator';
      },
    );
    expect(whole).toBeGreaterThan(INPUTS / 1000);
  });

  it('give a locator and records: only what the locator lists is read', async () => {
    const records = samplesOf(0x70);
    const locators = ['080101001001020118010201', '0802020058010101', '08010302'].map(fromHex);
    let whole = 0;
    await attack(
      'records by a locator',
      INPUTS,
      (rng) => mutate(rng, rng.pick(locators)),
      async (input, rng) => {
        const afl = parseAfl(input) ?? [];
        const allowed = listed(afl);
        const { line, sent } = card(() => answerWith(rng, rng.pick(records)));
        const session = new Session(line, new Map());
        const mandatory = rng.int(2) === 0 ? {} : { mandatory: [] };
        const came = await ended(readApplicationData(session, afl, mandatory));
        if (sent.join() !== allowed.slice(0, sent.length).join()) return `sent ${sent}`;
        if (came instanceof Termination) return undefined;
        if (came.length > 0) whole++;
        if (sent.length !== allowed.length) return 'not everything was read';
        const marked = afl.reduce((sum, { authenticated }) => sum + authenticated, 0);
        return came.length === marked ? undefined : `${came.length} records for authentication`;
      },
    );
    expect(whole).toBeGreaterThan(INPUTS / 1000);
  });

  it('have a payment directory: only its records are read, and candidates are what the terminal knows', async () => {
    const pse = [...samplesOf(0x6f), fromHex('6F15840E315041592E5359532E4444463031A503880101')];
    const directories = [...samplesOf(0x70), fromHex('701761154F08A00000033301010150095042204445424954')];
    let whole = 0;
    await attack(
      'directory records',
      INPUTS,
      (rng) => (rng.int(8) === 0 ? rng.bytes(rng.int(60)) : mutate(rng, rng.pick(directories))),
      async (input, rng) => {
        const select = rng.int(3) === 0 ? mutate(rng, rng.pick(pse)) : (pse.at(-1) as Uint8Array);
        const endless = rng.int(200) === 0;
        const { line, sent } = card((command) => {
          if (command.startsWith('00A404000E')) return concat([select, DONE]);
          if (command.startsWith('00B2'))
            return command.startsWith('00B201') || endless ? concat([input, DONE]) : fromHex('6A83');
          return rng.int(3) === 0 ? answerWith(rng, rng.pick(pse)) : fromHex('6A82');
        });
        const found = await buildCandidates(line, APPLICATIONS);
        if (sent.length > 1 + 255 + 4 * 32) return `${sent.length} commands`;
        const reads = sent.filter((command) => command.startsWith('00B2'));
        const file = Number.parseInt(reads[0]?.slice(6, 8) ?? '0C', 16) >> 3;
        if (reads.join() !== reads.map((_, at) => readRecord(file, at + 1)).join() || file > 10) return `read ${reads}`;
        if (sent.some((command) => !/^00(A4040[02]|B2|C0000000)/.test(command))) return `sent ${sent}`;
        if (found.kind !== 'candidates') return found.kind;
        if (found.candidates.some(({ from }) => from === 'pse')) whole++;
        const strange = found.candidates.find(({ aid }) => !toHex(aid).startsWith('A0000003330101'));
        return strange && `candidate ${toHex(strange.aid)}`;
      },
    );
    expect(whole).toBeGreaterThan(INPUTS / 1000);
  });
});

/** Whole, mutated, or with another status word. */
function answerWith(rng: Rng, sample: Uint8Array): Uint8Array {
  const kind = rng.int(8);
  if (kind < 4) return concat([sample, DONE]);
  if (kind < 7) return concat([mutate(rng, sample), DONE]);
  return concat([sample, fromHex(rng.pick(['6283', '6A83', '6985', '6200']))]);
}
