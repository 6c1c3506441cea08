import { describe, expect, it } from 'vitest';
import { toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { openCard } from '../../../src/card.ts';
import type { BasicInformation } from '../../../src/social/basic-information.ts';
import {
  cardOf,
  GOLDEN_VALUES,
  type ScriptedChannel,
  scriptedChannel,
  type Values,
} from '../../simulator/social/channels.ts';
import { nonsense } from '../nonsense.ts';
import { random, report, seeds } from '../seeds.ts';

/** Hostile answers to a reading (reliability-targets.md 3). */
const ANSWERS = 100_000;
const FLOWS = 20_000;

/** What a reading of a card that misbehaves may end with; anything else is ours to mend. */
const CODES = new Set([
  'answer-malformed',
  'application-blocked',
  'card-refused',
  'chain-stalled',
  'chain-too-long',
  'generation-unknown',
  'not-social-security-card',
  'record-malformed',
]);
/** SELECT, READ RECORD, GET RESPONSE: a reading sends nothing else, so no PIN and nothing that writes. */
const SENT = /^00(A404000F|A4000002|B2|C00000)/;
/** Thirteen commands; one of them may be followed for 64 rounds, in each of which the chain may go on. */
const MOST_COMMANDS = 2 + 12 * 65;

const LONG_NAME: Values = { ...GOLDEN_VALUES, '09': 'D5C5'.repeat(15) };
const KINDS: readonly Values[] = [
  GOLDEN_VALUES,
  LONG_NAME,
  { ...GOLDEN_VALUES, '03': '312E3030' },
  { ...GOLDEN_VALUES, '03': '332E3030' },
];

async function read(channel: ScriptedChannel): Promise<BasicInformation | SscardError> {
  try {
    return await (await openCard(channel)).social.readBasic();
  } catch (error) {
    if (error instanceof SscardError) return error;
    throw error;
  }
}

/** @returns what is wrong with how the reading ended */
function judge(came: BasicInformation | SscardError, { sent, endings }: ScriptedChannel): string | undefined {
  const stray = sent.find((command) => !SENT.test(command));
  if (stray !== undefined) return `sent ${stray}`;
  if (sent.length > MOST_COMMANDS) return `${sent.length} commands`;
  if (came instanceof SscardError) {
    if (!CODES.has(came.code)) return `ends with ${came.code}`;
    if (came.details.step === undefined || came.details.place === undefined) return `${came.code} names no place`;
    return endings.join() === 'reset' ? undefined : `${came.code}, and the transaction ends with ${endings}`;
  }
  if (endings.join() !== 'leave') return `read, and the transaction ends with ${endings}`;
  const text = JSON.stringify(came);
  if (/\\u00|\uFFFD/.test(text)) return `a control character in ${text}`;
  return came.specificationVersion.startsWith(came.generation.charAt(0))
    ? undefined
    : 'generation and version disagree';
}

describe('hostile answers', () => {
  it('to any one command of a reading end in a value or a typed error', { timeout: 120_000 }, async () => {
    const used = seeds();
    let count = 0;
    for (const seed of used) {
      const rng = random(seed);
      for (let n = 0; n < ANSWERS / used.length; n++, count++) {
        const card = cardOf(rng.pick(KINDS));
        const at = rng.int(13);
        let commands = 0;
        let given = '';
        const channel = scriptedChannel({
          answer: async (command) => {
            const real = await card.transmit(command);
            if (commands++ !== at) return real;
            const bytes = nonsense(rng, real);
            given = toHex(bytes.subarray(0, 300));
            return bytes;
          },
        });
        const problem = judge(await read(channel), channel);
        if (problem !== undefined) throw new Error(`seed ${seed}, command ${at + 1} answered ${given}: ${problem}`);
      }
    }
    report('answers to a reading', count, used);
    expect(count).toBeGreaterThanOrEqual(ANSWERS);
  });

  it('to every command of a reading end in a value or a typed error', { timeout: 120_000 }, async () => {
    const used = seeds();
    let count = 0;
    let whole = 0;
    for (const seed of used) {
      const rng = random(seed);
      for (let n = 0; n < FLOWS / used.length; n++, count++) {
        const card = cardOf(rng.pick(KINDS));
        const trust = rng.int(12);
        const script: string[] = [];
        const channel = scriptedChannel({
          chains: rng.int(4) === 0,
          answer: async (command) => {
            const real = await card.transmit(command);
            const bytes = rng.int(12) < trust ? real : nonsense(rng, real);
            script.push(toHex(bytes.subarray(0, 300)));
            return bytes;
          },
        });
        const came = await read(channel);
        if (!(came instanceof SscardError)) whole++;
        const problem = judge(came, channel);
        if (problem !== undefined) throw new Error(`seed ${seed}: ${problem}\n${script.join('\n')}`);
      }
    }
    report('readings by a fuzzed script', count, used, `${whole} came to an end`);
    expect(count).toBeGreaterThanOrEqual(FLOWS);
    expect(whole).toBeGreaterThan(0);
  });
});
