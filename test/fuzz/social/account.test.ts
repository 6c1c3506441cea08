import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../../apdu/bytes.ts';
import { firstTpdu } from '../../../apdu/command.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { openCard } from '../../../src/card.ts';
import { hsmProvider } from '../../../src/keys/hsm.ts';
import { SimulatedCard } from '../../../src/simulator/card.ts';
import type { CardFile } from '../../../src/simulator/card-file-check.ts';
import { directService } from '../../simulator/account/direct-service.ts';
import { cardFile, pinOf, pins, SITE } from '../../simulator/matrix/rig.ts';
import { type ScriptedChannel, scriptedChannel } from '../../simulator/social/channels.ts';
import { nonsense } from '../nonsense.ts';
import { type Rng, random, report, seeds } from '../seeds.ts';

/** A card whose answers get lost or changed while it loads and pays: money and words agree all the same. */
const FLOWS = 10_000;
const COMMANDS = 11;
const PIN_COMMAND = /^0020000003/;
const MONEY_COMMAND = /^B02[24]0000/;
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

let file: CardFile;

beforeAll(async () => {
  const { card, ...rest } = await cardFile('2.0');
  file = { ...rest, card: { ...card, pin: { ...card.pin, digits: pins.other } } };
});

interface Ran {
  readonly came: unknown;
  readonly moved: number;
  readonly channel: ScriptedChannel;
}

/** One transaction; `answer` is what arrives of the card's answer to its nth command. */
async function transact(
  kind: 'load' | 'purchase',
  answer: (real: Uint8Array, nth: number) => Uint8Array,
): Promise<Ran> {
  const card = new SimulatedCard(file.card);
  card.powerOn();
  let commands = 0;
  const channel = scriptedChannel({
    atr: toHex(card.atr),
    answer: (command) => answer(card.process(firstTpdu(command) ?? command), commands++),
  });
  const keys = hsmProvider(directService(file.masters), { terminalNumber: file.psam.terminalNumber });
  const { social } = await openCard(channel, { keys, overlays: [SITE] });
  const request = { pin: pinOf(pins.other), amount: 100 };
  const act = kind === 'load' ? social.account.load(request) : social.account.purchase(request);
  const came = await act.catch((error: unknown) => error);
  const balance = (image: CardFile['card']) => image.purse?.balance ?? 0;
  return { came, moved: balance(card.image()) - balance(file.card), channel };
}

/** @returns what is wrong with how it ended */
function judge({ came, moved, channel: { sent, endings } }: Ran, amount: number): string | undefined {
  if (moved !== 0 && moved !== amount) return `moved ${moved}`;
  if (sent.filter((hex) => PIN_COMMAND.test(hex)).length > 1) return 'the PIN was sent twice';
  if (sent.filter((hex) => MONEY_COMMAND.test(hex)).length > 1) return 'money was sent twice';
  if (endings.join() !== 'reset') return `the transaction ends with ${endings}`;
  if (came instanceof SscardError) {
    if (!CODES.has(came.code)) return `ends with ${came.code}`;
    return moved === 0 ? undefined : `${came.code}, and the money has moved`;
  }
  if (came instanceof Error) return `ends with ${came.stack}`;
  const { kind } = came as { kind: string };
  if (kind === 'done') return moved === amount ? undefined : 'done, and no money has moved';
  return kind === 'unknown' || moved === 0 ? undefined : `${kind}, and the money has moved`;
}

describe('a transaction with a card that misbehaves', () => {
  it.each([
    ['load', 100],
    ['purchase', -100],
  ] as const)('%s ends as it is told', { timeout: 240_000 }, async (kind, amount) => {
    const used = seeds();
    const kinds = new Map<string, number>();
    let count = 0;
    for (const seed of used) {
      const rng: Rng = random(seed);
      for (let n = 0; n < FLOWS / used.length; n++, count++) {
        // One answer is wrong, or each of them may be.
        const only = rng.int(4) > 0 ? rng.int(COMMANDS) : undefined;
        const ran = await transact(kind, (real, nth) => {
          const wrong = only === undefined ? rng.int(12) === 0 : nth === only;
          return wrong ? nonsense(rng, real) : real;
        });
        const problem = judge(ran, amount);
        if (problem !== undefined)
          throw new Error(`seed ${seed}, run ${n}: ${problem}\n${ran.channel.sent.join('\n')}`);
        const told = ran.came instanceof SscardError ? 'error' : (ran.came as { kind: string }).kind;
        kinds.set(told, (kinds.get(told) ?? 0) + 1);
      }
    }
    report(`${kind} by a fuzzed card`, count, used, [...kinds].map(([told, times]) => `${told} ${times}`).join(', '));
    expect(count).toBeGreaterThanOrEqual(FLOWS);
    expect([...kinds.keys()]).toEqual(expect.arrayContaining(['done', 'not-done', 'unknown', 'error']));
  });
});
