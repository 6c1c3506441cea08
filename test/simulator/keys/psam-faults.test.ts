import { afterAll, describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { KeyProvider } from '../../../src/keys/provider.ts';
import { psamProvider } from '../../../src/keys/psam.ts';
import { type Fault, withFaults } from '../../../src/simulator/faults.ts';
import { type SimReaders, simReaders } from '../../../src/simulator/readers.ts';
import { poweredPsam } from '../golden-psams.ts';
import { type Act, everythingIn, pinTraces, purchaseOf, SHARED_ACTS, textOf } from './requests.ts';

/** Faults of the PSAM at every command of every verb (reliability-targets.md 4), over the twin. */
const STATUS_WORDS = (
  '6F00 6581 6700 6981 6982 6983 6984 6985 6986 6A80 6A81 6A82 6A83 6A84 6A86 6A88 6B00 6C00 6D00 6E00 ' +
  '6300 63C1 6200 6283 9100 FFFF 9302 9303 9403 9406'
).split(' ');

const terminal: Act = {
  name: 'terminal number',
  rule: '3DES',
  run: async (keys, waiting) => String((await keys.terminal(waiting)).terminalNumber),
};

/** The card has paid when a purchase is confirmed: what breaks there has another outcome. */
const purchase: Act = {
  name: 'purchase',
  rule: '3DES',
  run: async (keys, waiting) =>
    textOf(await keys.authorisePurchase(purchaseOf('3DES'), waiting), ({ terminalSerial }) => toHex(terminalSerial)),
};

const ACTS = [...SHARED_ACTS, terminal, purchase];
const counts = { runs: 0, commands: 0 };

afterAll(() => {
  process.stdout.write(
    `faults of a PSAM: ${counts.runs} runs over ${counts.commands} commands of ${ACTS.length} acts\n`,
  );
});

interface Bench {
  readonly keys: KeyProvider;
  readonly readers: SimReaders;
  /** Commands as they reached the PSAM. */
  readonly sent: string[];
}

function benchOf(rule: Act['rule'], faults: readonly Fault[] = []): Bench {
  const psam = poweredPsam(undefined, {}, rule === '3DES' ? 'psam-test' : 'psam-sm4');
  const sent: string[] = [];
  const faulty = withFaults(psam, faults);
  const card = {
    atr: psam.atr,
    powerOn: () => psam.powerOn(),
    powerOff: () => psam.powerOff(),
    reset: () => psam.reset(),
    process: (command: Uint8Array) => {
      sent.push(toHex(command));
      return faulty.process(command);
    },
  };
  const readers = simReaders(undefined, { card });
  return { readers, sent, keys: psamProvider((waiting) => readers.waitForCard({ ...waiting, timeout: 1 })) };
}

interface Measured {
  readonly act: Act;
  readonly right: string;
  readonly commands: readonly string[];
}

/** What each act gives and sends when nothing goes wrong: measured, not assumed. */
const measured: readonly Measured[] = await Promise.all(
  ACTS.map(async (act) => {
    const { keys, sent } = benchOf(act.rule);
    return { act, right: await act.run(keys), commands: [...sent] };
  }),
);

it('each act gives a result when nothing goes wrong', () => {
  expect(measured.filter(({ right }) => !/^[0-9A-F ]+$/.test(right))).toEqual([]);
});

counts.commands = measured.reduce((sum, { commands }) => sum + commands.length, 0);

async function runWith(act: Act, faults: readonly Fault[], waiting = {}) {
  counts.runs++;
  const bench = benchOf(act.rule, faults);
  const came = await act.run(bench.keys, waiting).catch((error: unknown) => error);
  if (typeof came !== 'string' && !(came instanceof SscardError)) throw came;
  return { ...bench, came, atEnd: bench.sent.length };
}

/** No PIN in what came; the same provider serves the same act again, with the right result. */
async function expectUsable({ act, right }: Measured, bench: Awaited<ReturnType<typeof runWith>>): Promise<void> {
  expect(pinTraces(everythingIn(bench.came))).toEqual([]);
  bench.readers.insert();
  const again = await act.run(bench.keys);
  // The number of a purchase goes up with each one begun.
  if (act === purchase) expect(again).toMatch(/^0000000[12]$/);
  else expect(again).toBe(right);
  await bench.keys[Symbol.asyncDispose]();
}

const KIND: Readonly<Record<string, string>> = {
  '00A4': 'psam-select',
  '00B0': 'psam-terminal',
  BFDE: 'psam-derive',
  '80FA00': 'psam-crypt',
  '80FA05': 'psam-mac',
  '8070': 'psam-purchase',
};

/** The step that a command belongs to; GET RESPONSE to the one before it. */
function stepOf(commands: readonly string[], at: number): string {
  const hex = commands[at] ?? '';
  if (hex.startsWith('00C0')) return stepOf(commands, at - 1);
  return KIND[hex.slice(0, 6)] ?? KIND[hex.slice(0, 4)] ?? '';
}

const AT_SELECT = ['6A80', '6A81', '6A82', '6A83', '6A84', '6A86', '6A88', '6B00', '6C00', '6D00', '6E00'];
const NO_KEY = ['6A88', '9403'];
const UNKNOWN = ['6D00', '6E00'];
const WRONG_DATA = ['6700', '6A80'];

/** What the provider may say of a status word at a step that is no error; `right`: there is another way, and it is taken. */
function answerTo(step: string, sw: string, afterPin: boolean): string | undefined {
  if (afterPin) return undefined;
  if (step === 'psam-select' && AT_SELECT.includes(sw)) return 'right';
  if (step === 'psam-terminal' && (sw === '6A82' || sw === '6C00')) return 'right';
  if (step === 'psam-derive' && NO_KEY.includes(sw)) return 'no-key';
  if (step === 'psam-derive' && WRONG_DATA.includes(sw)) return 'key-level';
  if (step === 'psam-derive' && UNKNOWN.includes(sw)) return 'right';
  if ((step === 'psam-crypt' || step === 'psam-mac') && WRONG_DATA.includes(sw)) return 'algorithm';
  if (step === 'psam-purchase' && NO_KEY.includes(sw)) return 'no-key';
  if (step === 'psam-purchase' && UNKNOWN.includes(sw)) return 'not-offered';
  return undefined;
}

/** From the block with the PIN on: no other provider can have it. */
function pinIsUsed({ act, commands }: Measured, at: number): boolean {
  const block = commands.findIndex((hex) => hex.startsWith('80FA00') && hex.includes('0373519080'));
  return act.name.startsWith('new PIN') && at >= block;
}

describe.each(measured)('$act.name', (one) => {
  const { act, right, commands } = one;

  it.each(STATUS_WORDS)('%s at each command', async (sw) => {
    for (const [at, hex] of commands.entries()) {
      const run = await runWith(act, [{ kind: 'answer', command: at + 1, answer: fromHex(sw) }]);
      const step = stepOf(commands, at);
      const used = pinIsUsed(one, at);
      const isKnownForm = step === 'psam-derive' && commands.slice(0, at).some((hex) => hex.startsWith('BFDE'));
      const answer = answerTo(step, sw, used);
      const context = { at, step, sw };
      if (answer === 'right' && !isKnownForm)
        expect({ ...context, came: run.came }).toEqual({ ...context, came: right });
      else if (answer === 'right') expect(run.came).toBe('not-offered');
      else if (answer !== undefined) expect({ ...context, came: run.came }).toEqual({ ...context, came: answer });
      else {
        const error = expect.objectContaining({ code: 'psam-refused' });
        expect({ ...context, came: run.came }).toEqual({ ...context, came: error });
        expect((run.came as SscardError).details).toMatchObject({ outcome: 'not-done' });
        // After 6C00 GET RESPONSE goes once more, as it says that nothing was done; a command with data never does.
        expect(run.atEnd).toBe(at + (sw === '6C00' && hex.startsWith('00C0') ? 2 : 1));
      }
      await expectUsable(one, run);
    }
  });

  it.each([
    ['removed-before', 'card-removed'],
    ['removed-after', 'card-removed'],
    ['reset', 'card-reset'],
  ] as const)('PSAM %s at each command', async (kind, code) => {
    for (const at of commands.keys()) {
      const run = await runWith(act, [{ kind, command: at + 1 }]);
      const details = { step: stepOf(commands, at), place: 'Simulated reader', outcome: 'not-done' };
      expect(run.came).toMatchObject({ code, details });
      expect(run.atEnd).toBe(at + 1);
      await expectUsable(one, run);
    }
  });

  it('no answer, and cancelled, at each command', async () => {
    for (const at of commands.keys()) {
      const mute: Fault = { kind: 'mute', command: at + 1 };
      const late = await runWith(act, [mute], { timeout: 10 });
      expect(late.came).toMatchObject({
        code: 'card-mute',
        details: { step: stepOf(commands, at), outcome: 'not-done' },
      });
      await expectUsable(one, late);
      const stop = new AbortController();
      const cancelled = runWith(act, [mute], { signal: stop.signal });
      setTimeout(() => stop.abort(), 10);
      const run = await cancelled;
      expect(run.came).toMatchObject({ code: 'cancelled', details: { outcome: 'not-done' } });
      expect([late.atEnd, run.atEnd]).toEqual([at + 1, at + 1]);
      await expectUsable(one, run);
    }
  });

  it.each(['', '90'])('half an answer at each command: %j', async (hex) => {
    for (const at of commands.keys()) {
      const run = await runWith(act, [{ kind: 'answer', command: at + 1, answer: fromHex(hex) }]);
      expect(run.came).toMatchObject({ code: 'card-removed', details: { step: stepOf(commands, at) } });
      expect(run.atEnd).toBe(at + 1);
      await expectUsable(one, run);
    }
  });
});

const DAMAGE: readonly (readonly [string, (data: Uint8Array) => Uint8Array])[] = [
  ['missing', () => new Uint8Array()],
  ['one byte short', (data) => data.subarray(0, -1)],
  ['one byte long', (data) => Uint8Array.of(...data, 0)],
  ['doubled', (data) => Uint8Array.of(...data, ...data)],
  ['of 255 bytes', () => new Uint8Array(255).fill(0x39)],
];

/** Commands that are answered with data. */
const fetching = measured.map((one) => ({
  ...one,
  places: [...one.commands.entries()].filter(([, hex]) => /^00(?:C0|B0)/.test(hex)).map(([at]) => at),
}));

describe.each(fetching)('data for $act.name', ({ places, ...one }) => {
  it.each(DAMAGE)('%s', async (how, damage) => {
    for (const at of places) {
      const answer = (real: Uint8Array) => Uint8Array.of(...damage(real.slice(0, -2)), 0x90, 0x00);
      const run = await runWith(one.act, [{ kind: 'answer', command: at + 1, answer }]);
      const step = stepOf(one.commands, at);
      // A PSAM may give four bytes of a MAC, or the whole block of DES.
      if (step === 'psam-mac' && one.act.rule === '3DES' && how === 'doubled') expect(run.came).toBe(one.right);
      else expect(run.came).toMatchObject({ code: 'psam-malformed', details: { step, outcome: 'not-done' } });
      expect(run.atEnd).toBe(at + 1);
      await expectUsable(one, run);
    }
  });
});

describe('a PSAM of the other cipher', () => {
  it.each(SHARED_ACTS)('$name: told, and no PIN is used', async (act) => {
    const { keys } = benchOf(act.rule === '3DES' ? 'SM4' : '3DES');
    expect(await act.run(keys)).toBe('algorithm');
  });
});

describe('a chain of answers that does not end', () => {
  it.each([
    ['61FF without data', '61FF', 'chain-stalled'],
    ['6101 with one byte', 'AA6101', 'psam-malformed'],
    ['6C10 for ever', '6C10', 'psam-refused'],
  ])('%s', async (_, hex, code) => {
    const act = SHARED_ACTS[1] as Act;
    const faults = Array.from(
      { length: 100 },
      (_, at): Fault => ({ kind: 'answer', command: at + 3, answer: fromHex(hex) }),
    );
    const run = await runWith(act, faults);
    expect(run.came).toMatchObject({ code, details: { step: 'psam-crypt', outcome: 'not-done' } });
    expect(run.atEnd).toBeLessThanOrEqual(2 + 65);
  });
});
