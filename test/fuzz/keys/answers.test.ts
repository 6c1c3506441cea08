import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { hsmProvider } from '../../../src/keys/hsm.ts';
import { psamProvider } from '../../../src/keys/psam.ts';
import type { SimulatedPsam } from '../../../src/simulator/psam.ts';
import { poweredPsam } from '../../simulator/golden-psams.ts';
import { type Act, everythingIn, pinTraces, SHARED_ACTS } from '../../simulator/keys/requests.ts';
import { type ScriptedChannel, scriptedChannel } from '../../simulator/social/channels.ts';
import { mutate, type Rng, random, report, seeds } from '../seeds.ts';

/** Hostile answers of a PSAM and of a key service (reliability-targets.md 3). */
const PSAM_ACTS = 20_000;
const SERVICE_ANSWERS = 50_000;

const STATUS =
  '9000 6100 6101 6108 61FF 6C00 6C08 6CFF 6283 6300 63C0 6700 6982 6985 6A80 6A82 6A88 6D00 6E00 6F00 9403';
const PSAM_CODES = ['answer-malformed', 'chain-stalled', 'chain-too-long', 'psam-malformed', 'psam-refused'];
/** SELECT, derivation, crypt and MAC, GET RESPONSE: nothing else is ever sent to a PSAM by these acts. */
const SENT = /^(?:00A40[04]00|BFDE|801A|80FA0[05]00|00C00000)/;
/** Two ways to select, two forms of four derivations, and four operations, each of which may be followed for 64 rounds. */
const MOST_COMMANDS = 2 + 5 + 4 * 65;
const REASONS = ['no-psam', 'algorithm', 'no-key', 'key-level', 'not-offered'];

function nonsense(rng: Rng, real: Uint8Array): Uint8Array {
  const status = () => fromHex(rng.pick(STATUS.split(' ')));
  switch (rng.int(6)) {
    case 0:
      return mutate(rng, real);
    case 1:
      return rng.bytes(rng.int(3));
    case 2:
      return rng.bytes(rng.int(260));
    case 3:
      return concat([real.subarray(0, -2), status()]);
    case 4:
      return concat([mutate(rng, real.subarray(0, -2)), fromHex('9000')]);
    default:
      return concat([rng.bytes(rng.int(40)), status()]);
  }
}

/** @returns what is wrong with how an act ended; its result may be wrong (nobody can tell), but has its length */
function judge(act: Act, came: unknown, codes: readonly string[]): string | undefined {
  if (came instanceof SscardError) {
    if (!codes.includes(came.code)) return `code ${came.code}`;
    if (came.details.outcome !== 'not-done') return 'an outcome that is not so';
    const traces = pinTraces(everythingIn(came));
    return traces.length > 0 ? `the PIN as ${traces.join()}` : undefined;
  }
  if (typeof came !== 'string') return `threw ${String(came)}`;
  if (REASONS.includes(came)) return undefined;
  const pin = act.rule === '3DES' ? /^[0-9A-F]{16} [0-9A-F]{8}$/ : /^[0-9A-F]{32} [0-9A-F]{8}$/;
  const form = act.name.startsWith('new PIN') ? pin : act.name.startsWith('MAC') ? /^[0-9A-F]{8}$/ : /^[0-9A-F]{16}$/;
  return form.test(came) ? undefined : 'a result of another form';
}

function judgeChannel({ sent }: ScriptedChannel): string | undefined {
  const stray = sent.find((command) => !SENT.test(command));
  if (stray !== undefined) return `sent ${stray}`;
  return sent.length > MOST_COMMANDS ? `${sent.length} commands` : undefined;
}

function hostileChannel(rng: Rng, psam: SimulatedPsam): ScriptedChannel {
  const answer = (command: Uint8Array) => {
    const real = psam.process(command);
    return rng.int(3) === 0 ? nonsense(rng, real) : real;
  };
  return scriptedChannel({ answer });
}

describe('a hostile PSAM', () => {
  it('gives a result, a reason or a typed error, in few commands, and no PIN', async () => {
    const used = seeds();
    for (const seed of used) {
      const rng = random(seed);
      const psams = { '3DES': poweredPsam(), SM4: poweredPsam(undefined, {}, 'psam-sm4') };
      for (let run = 0; run < PSAM_ACTS / used.length; run++) {
        const act = rng.pick(SHARED_ACTS);
        const psam = psams[rng.int(8) === 0 ? 'SM4' : act.rule === '3DES' ? '3DES' : 'SM4'];
        psam.reset();
        const channel = hostileChannel(rng, psam);
        const came = await act.run(psamProvider(async () => channel)).catch((error: unknown) => error);
        const wrong = judge(act, came, PSAM_CODES) ?? judgeChannel(channel);
        if (wrong !== undefined)
          expect.fail(`seed ${seed}, run ${run}, ${act.name}: ${wrong}\n${channel.sent.join('\n')}`);
      }
    }
    report('answers of a PSAM', PSAM_ACTS, used);
  });
});

const SAMPLES: readonly Readonly<Record<string, unknown>>[] = [
  { cryptogram: 'A13148FB7CFDD8B9' },
  { mac: '32181865' },
  { id: '00'.repeat(16), publicKey: `04${'11'.repeat(64)}`, expiresIn: 60 },
  { enciphered: 'CE26F208A9D08B8A', mac: '32181865' },
  { result: 'right' },
];

function hostileValue(rng: Rng): unknown {
  switch (rng.int(9)) {
    case 0:
      return null;
    case 1:
      return rng.int(1_000);
    case 2:
      return rng.int(2) === 0;
    case 3:
      return [];
    case 4:
      return {};
    case 5:
      return '0'.repeat(rng.int(5_000));
    case 6:
      return String.fromCharCode(...rng.bytes(rng.int(20)));
    case 7:
      return '\u{1f600}０１２３';
    default:
      return toHex(rng.bytes(rng.pick([4, 8, 16, 65])));
  }
}

function hostileAnswer(rng: Rng): Readonly<Record<string, unknown>> {
  const sample = rng.pick(SAMPLES);
  const members = Object.entries(sample).filter(() => rng.int(6) !== 0);
  const changed = members.map(([name, value]) => [name, rng.int(3) === 0 ? hostileValue(rng) : value] as const);
  const more =
    rng.int(6) === 0 ? [[rng.pick(['__proto__', 'constructor', 'mac', '']), hostileValue(rng)] as const] : [];
  return Object.fromEntries([...changed, ...more]);
}

describe('a hostile key service', () => {
  it('gives a result or a typed error, and no PIN', async () => {
    const used = seeds();
    for (const seed of used) {
      const rng = random(seed);
      const keys = hsmProvider({
        send: async () => ({ kind: 'done', value: hostileAnswer(rng) }),
        [Symbol.asyncDispose]: async () => {},
      });
      for (let run = 0; run < SERVICE_ANSWERS / used.length; run++) {
        const act = rng.pick(SHARED_ACTS);
        const came = await act.run(keys).catch((error: unknown) => error);
        const wrong = judge(act, came, ['key-service-malformed']);
        if (wrong !== undefined) expect.fail(`seed ${seed}, run ${run}, ${act.name}: ${wrong}`);
      }
    }
    report('answers of a key service', SERVICE_ANSWERS, used);
  });
});
