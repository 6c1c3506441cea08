import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { type Card, openCard } from '../../../src/card.ts';
import type { CaKeys } from '../../../src/financial/ca-keys.ts';
import { parseCaKeys } from '../../../src/financial/ca-keys-file.ts';
import { SimulatedCard } from '../../../src/simulator/card.ts';
import type { CardFile } from '../../../src/simulator/card-file-check.ts';
import { cardFile } from '../../simulator/matrix/rig.ts';
import { type ScriptedChannel, scriptedChannel } from '../../simulator/social/channels.ts';
import { nonsense } from '../nonsense.ts';
import { random, report, seeds } from '../seeds.ts';

/** A card that misbehaves at every enquiry of its debit side (reliability-targets.md 3, whole flows). */
const FLOWS = 20_000;

/** What an enquiry of such a card may end with; anything else is ours to mend. */
const CODES = new Set([
  'answer-malformed',
  'bank-application-missing',
  'bank-card-blocked',
  'bank-data-malformed',
  'chain-stalled',
  'chain-too-long',
]);
/** SELECT, READ RECORD, GET RESPONSE, GET DATA, GET PROCESSING OPTIONS, INTERNAL AUTHENTICATE: nothing else is sent. */
const SENT = /^(00A404|00B2|00C00000|80CA|80A80000|00880000)/;

/** The last one signs, which takes the twin most of the time: it comes less often. */
const ACTS: readonly ((card: Card) => Promise<unknown>)[] = [
  (card) => card.financial.info(),
  (card) => card.financial.info(),
  (card) => card.financial.balance(),
  (card) => card.financial.log(),
  (card) => card.financial.loadLog(),
  (card) => card.financial.verify(),
];

interface Kind {
  readonly file: CardFile;
  readonly caKeys: CaKeys;
}

let kinds: readonly Kind[] = [];

beforeAll(async () => {
  kinds = await Promise.all(
    (['2.0', '3.0'] as const).map(async (generation) => {
      const file = await cardFile(generation);
      const keys = await parseCaKeys(JSON.stringify({ keys: file.bank?.caKeys ?? [] }), 'card file');
      return { file, caKeys: keys.withTestKeys(true) };
    }),
  );
});

/** @returns what is wrong with how an enquiry ended */
function judge(came: unknown, { sent, endings }: ScriptedChannel): string | undefined {
  const stray = sent.find((command) => !SENT.test(command));
  if (stray !== undefined) return `sent ${stray}`;
  if (sent.filter((command) => command.startsWith('80A8')).length > 2) return 'began more than once';
  if (endings.join() !== 'reset') return `the transaction ends with ${endings}`;
  if (!(came instanceof Error)) return undefined;
  if (!(came instanceof SscardError)) throw came;
  if (!CODES.has(came.code)) return `ends with ${came.code}`;
  return came.details.step === undefined || came.details.place === undefined
    ? `${came.code} names no place`
    : undefined;
}

describe('hostile answers to enquiries of the debit side', () => {
  it('end in a value or a typed error, and nothing but reading is sent', { timeout: 280_000 }, async () => {
    const used = seeds();
    let count = 0;
    let whole = 0;
    for (const seed of used) {
      const rng = random(seed);
      for (let n = 0; n < FLOWS / used.length; n++, count++) {
        const { file, caKeys } = rng.pick(kinds);
        const card = new SimulatedCard(file.card);
        card.powerOn();
        const trust = rng.int(20);
        const script: string[] = [];
        const channel = scriptedChannel({
          answer: (command) => {
            const real = card.process(command);
            const bytes = rng.int(20) < trust ? real : nonsense(rng, real);
            script.push(toHex(bytes.subarray(0, 300)));
            return bytes;
          },
        });
        const opened = await openCard(channel, { financial: { caKeys } });
        const came = await rng
          .pick(ACTS)(opened)
          .catch((error: unknown) => error);
        if (!(came instanceof Error)) whole++;
        const problem = judge(came, channel);
        if (problem !== undefined) throw new Error(`seed ${seed}: ${problem}\n${script.join('\n')}`);
      }
    }
    report('enquiries by a fuzzed script', count, used, `${whole} came to an end`);
    expect(count).toBeGreaterThanOrEqual(FLOWS);
    expect(whole).toBeGreaterThan(1000);
  });
});
