import { readdirSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { SscardError } from '../../../apdu/errors.ts';
import type { Channel } from '../../../drivers/reader.ts';
import { eventNames } from '../../../drivers/replay/events.ts';
import { replayReaders } from '../../../drivers/replay/readers.ts';
import { formatTranscript, parseTranscript, type Transcript } from '../../../drivers/replay/transcript.ts';
import { mutate, type Rng, random, report, seeds } from '../seeds.ts';

const INPUTS = 40_000;
const golden = new URL('../../../fixtures/golden/', import.meta.url);
const samples = readdirSync(golden)
  .filter((name) => name.endsWith('.transcript'))
  .map((name) => new Uint8Array(readFileSync(new URL(name, golden))));

const WORDS = [
  'atr',
  '>',
  '<',
  '!',
  '#',
  'title',
  'format',
  'format 1',
  'protocol T=1',
  '**',
  '*',
  '90 00',
  '3B 00',
  '00 B2 01 04',
  '0',
  'G',
  ' ',
  '\t',
  '\r',
  '\u0000',
  '\uFEFF',
  '\u2028',
  '张',
  'not-done',
  'unknown',
  ...eventNames,
];

/** Lines of the right words in the wrong places. */
function nonsense(rng: Rng): string {
  const line = () => Array.from({ length: rng.int(5) }, () => rng.pick(WORDS)).join(rng.int(3) === 0 ? '' : ' ');
  return Array.from({ length: rng.int(12) }, line).join(rng.int(8) === 0 ? '\r\n' : '\n');
}

/** Mostly steps that may follow one another, so that many of these texts are transcripts. */
function likely(rng: Rng): string {
  const lines = ['atr 3B 00'];
  for (let count = rng.int(20); count > 0; count--) {
    lines.push(`> ${rng.pick(['00 A4 00 00 02 DD F1', '00 B2 ** 28 06', '00', '00 20 00 00 03 73 51 90'])}`);
    const event = `! ${rng.pick(eventNames)}${rng.pick(['', ' unknown', ' not-done'])}`;
    lines.push(rng.int(4) === 0 ? event : `< ${rng.pick(['90 00', '** 61 04', '6A 82'])}`);
    if (rng.int(4) === 0) lines.push('! inserted', ...(rng.int(2) ? ['atr 3B **'] : []));
  }
  return lines.join('\n');
}

function input(rng: Rng): string | Uint8Array {
  switch (rng.int(4)) {
    case 0:
      return rng.bytes(rng.int(200));
    case 1:
      return mutate(rng, rng.pick(samples));
    case 2:
      return nonsense(rng);
    default:
      return likely(rng);
  }
}

/** @returns `undefined` for a text that is refused as it should be. */
function parsed(source: string | Uint8Array): Transcript | undefined {
  try {
    return parseTranscript(source);
  } catch (error) {
    if (!(error instanceof SscardError)) throw error;
    const { line, column } = error.details;
    const lines =
      typeof source === 'string' ? source.split('\n').length : source.filter((byte) => byte === 0x0a).length + 1;
    const named =
      error.code === 'transcript-malformed' && inside(line, lines) && inside(column, Number.POSITIVE_INFINITY);
    if (!named) throw new Error(`refused without its place: ${error.code}, ${line}:${column}`, { cause: error });
    return undefined;
  }
}

const inside = (value: number | undefined, end: number) =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= end;
const bare = ({ headers, steps }: Transcript) => ({ headers, steps: steps.map((step) => ({ ...step, line: 0 })) });

it('any text is a transcript, or is refused with line and column', () => {
  const used = seeds();
  let valid = 0;
  for (const seed of used) {
    const rng = random(seed);
    for (let count = Math.ceil(INPUTS / used.length); count > 0; count--) {
      const source = input(rng);
      const before = source.slice();
      const transcript = parsed(source);
      if (transcript === undefined) continue;
      valid++;
      if (Buffer.from(source).compare(Buffer.from(before)) !== 0) throw new Error('the input was changed');
      const again = parseTranscript(formatTranscript(transcript));
      if (!isDeepStrictEqual(bare(again), bare(transcript))) throw new Error('written again, it is another one');
    }
  }
  report('transcript', INPUTS, used, `${valid} valid`);
  expect(valid).toBeGreaterThan(INPUTS / 50);
});

/** Sends what the transcript has and what it has not; only typed errors may come. */
async function play(rng: Rng, transcript: Transcript): Promise<void> {
  const readers = replayReaders(transcript, { match: rng.pick(['strict', 'any', 'header'] as const) });
  const commands = transcript.steps.flatMap((step) => (step.kind === 'command' ? [step.bytes.bytes] : []));
  let channel: Channel | undefined;
  for (let turn = 0; turn < 2 * commands.length + 2; turn++) {
    try {
      channel ??= await readers.waitForCard();
      if (rng.int(8) === 0) await channel.reset('warm');
      const answer = await channel.transmit(
        rng.int(6) === 0 ? rng.bytes(rng.int(8)) : (commands[turn >> 1] ?? Uint8Array.of(0)),
      );
      expect(answer.length).toBeGreaterThanOrEqual(2);
    } catch (error) {
      if (!(error instanceof SscardError)) throw error;
      await channel?.close();
      channel = undefined;
    }
  }
  await readers[Symbol.asyncDispose]();
}

it('any transcript can be played, in any way', async () => {
  const used = seeds();
  let played = 0;
  for (const seed of used) {
    const rng = random(seed ^ 0x9e3779b9);
    for (let count = 0; count < 1_000; count++) {
      const transcript = parsed(likely(rng));
      if (transcript === undefined) continue;
      played++;
      await play(rng, transcript);
    }
  }
  report('replay', played, used);
  expect(played).toBeGreaterThan(300);
});
