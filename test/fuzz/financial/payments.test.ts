import { beforeAll, describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { CaKeys } from '../../../src/financial/ca-keys.ts';
import { Payment } from '../../../src/financial/payment/machine.ts';
import type { Finished } from '../../../src/financial/payment/outcome.ts';
import type { PaymentPause, PaymentState } from '../../../src/financial/payment/pauses.ts';
import { SimulatedCard } from '../../../src/simulator/card.ts';
import demo from '../../../src/simulator/demo-card.json' with { type: 'json' };
import type { CardImage } from '../../../src/simulator/image.ts';
import { PURCHASE, TERMINAL } from '../../pure/financial/payment/terminals.ts';
import { demoKeys, enter, OTHER_PIN, PIN } from '../../simulator/financial/payment-rig.ts';
import { scriptedChannel } from '../../simulator/social/channels.ts';
import { nonsense } from '../nonsense.ts';
import { mutate, type Rng, random, report, seeds } from '../seeds.ts';

/** A card that misbehaves in a payment, a host that may do so, too, and a person who types anything. */
const FLOWS = 20_000;

/** What a payment throws when the card breaks before money can have moved; after that it is an outcome. */
const CODES = new Set(['answer-malformed', 'chain-stalled', 'chain-too-long']);
/** A script command of the issuer has a class of its own. */
const SENT = /^(00A404|00B2|00C00000|80CA|80A80000|00880000|00840000|00200080|00200088|80AE|00820000|04|84|8C)/;
/** Host's words: approve, decline, refer, without or with issuer data and a script that nobody protected. */
const HOST = [
  '8A023030',
  '8A023035',
  '8A023031',
  '8A02303091081122334455667788720F9F1804000000018606041E000000AA',
  '',
].map(fromHex);

let caKeys: CaKeys;
beforeAll(async () => {
  caKeys = await demoKeys();
});

interface Run {
  readonly came: Finished | SscardError;
  readonly sent: readonly string[];
  readonly script: readonly string[];
  readonly pins: number;
}

async function run(rng: Rng): Promise<Run> {
  const card = new SimulatedCard(demo.card as unknown as CardImage);
  card.powerOn();
  const trust = 12 + rng.int(9);
  const script: string[] = [];
  const channel = scriptedChannel({
    lacks: ['reset'],
    answer: (command) => {
      const real = card.process(command);
      const bytes = rng.int(20) < trust ? real : nonsense(rng, real);
      script.push(toHex(bytes.subarray(0, 300)));
      return bytes;
    },
  });
  const request = { ...PURCHASE, forceOnline: rng.int(2) === 0, amount: 1 + rng.int(100_000) };
  const payment = new Payment(channel, { caKeys, terminal: TERMINAL }, request);
  let pins = 0;
  const answer = (pause: PaymentPause): Promise<PaymentState> => {
    if (rng.int(40) === 0) return payment.abandon();
    if (pause.kind === 'enter-pin') pins++;
    return answered(rng, pause);
  };
  try {
    let state = await payment.start();
    while (state.kind !== 'finished') state = await answer(state);
    return { came: state, sent: channel.sent, script, pins };
  } catch (error) {
    if (error instanceof SscardError) return { came: error, sent: channel.sent, script, pins };
    throw new Error(`throws ${String(error)}\n${script.join('\n')}`, { cause: error });
  }
}

function answered(rng: Rng, pause: PaymentPause): Promise<PaymentState> {
  switch (pause.kind) {
    case 'choose-application':
      return pause.choose(rng.pick(pause.choices));
    case 'confirm-application':
      return pause.confirm(rng.int(4) > 0);
    case 'enter-pin':
      if (rng.int(8) === 0) return pause.padFailed();
      return pause.where === 'host' ? pause.enter(rng.bytes(8)) : enter(pause, rng.pick([PIN, PIN, OTHER_PIN, '12']));
    case 'show-identity':
      return pause.shown(rng.int(2) === 0);
    case 'referral':
      return rng.int(2) === 0 ? pause.approve() : pause.decline();
    case 'go-online': {
      if (rng.int(5) === 0) return pause.proceed({ kind: 'unable' });
      const data = rng.pick(HOST);
      return pause.proceed({ kind: 'answered', data: rng.int(3) === 0 ? mutate(rng, data) : data });
    }
  }
}

const count = (sent: readonly string[], start: string) => sent.filter((hex) => hex.startsWith(start)).length;

/** @returns what is wrong with how a payment ended */
function judge({ came, sent, pins }: Run): string | undefined {
  const stray = sent.find((command) => !SENT.test(command));
  if (stray !== undefined) return `sent ${stray}`;
  if (count(sent, '80AE') > 2 + repeated(sent)) return 'more than two cryptograms';
  if (count(sent, '0082') > 1) return 'the issuer was presented twice';
  if (count(sent, '002000') > pins) return 'more PINs were sent than typed';
  if (came instanceof SscardError) {
    if (!CODES.has(came.code)) return `ends with ${came.code}`;
    return came.details.step === undefined ? `${came.code} names no step` : undefined;
  }
  const { outcome, records } = came;
  if (records.length === 0) return 'leaves no record';
  if (outcome.kind === 'approved' && count(sent, '80AE') === 0) return 'approved without a cryptogram';
  return undefined;
}

/** 6Cxx says that nothing was done; a command that brought data is then sent once more. */
function repeated(sent: readonly string[]): number {
  return sent.filter((hex, at) => hex.startsWith('80AE') && sent[at - 1]?.slice(0, -2) === hex.slice(0, -2)).length;
}

describe('hostile answers in a payment', () => {
  it('end in an outcome or a typed error; nothing is sent once more', { timeout: 290_000 }, async () => {
    const used = seeds();
    const ends = new Map<string, number>();
    let flows = 0;
    for (const seed of used) {
      const rng = random(seed);
      for (let n = 0; n < FLOWS / used.length; n++, flows++) {
        const ran = await run(rng);
        const end = ran.came instanceof SscardError ? ran.came.code : ran.came.outcome.kind;
        ends.set(end, (ends.get(end) ?? 0) + 1);
        const problem = judge(ran);
        if (problem !== undefined) throw new Error(`seed ${seed}, flow ${n}: ${problem}\n${ran.script.join('\n')}`);
      }
    }
    const told = [...ends].map(([end, times]) => `${end} ${times}`).join(', ');
    report('payments by a fuzzed script', flows, used, told);
    expect(flows).toBeGreaterThanOrEqual(FLOWS);
    for (const kind of ['approved', 'declined', 'terminated']) expect(ends.get(kind) ?? 0, kind).toBeGreaterThan(0);
  });
});
