import { afterAll, describe, expect, it } from 'vitest';
import { SscardError } from '../../../apdu/errors.ts';
import type { Waiting } from '../../../drivers/reader.ts';
import type { CardImage } from '../../../src/simulator/image.ts';
import type { Flow } from './flows.ts';
import { cardFile, type Generation, Rig, type Strike } from './rig.ts';
import { secretsOf } from './secrets.ts';

/** Every fault of reliability-targets.md 4, at every command of every flow, over the twin and its PSAM. */
const STATUS_WORDS = (
  '6F00 6581 6700 6981 6982 6983 6984 6985 6986 6A80 6A81 6A82 6A83 6A84 6A86 6A88 6B00 6C00 6D00 6E00 ' +
  '6300 63C1 6200 6283 9100 FFFF'
)
  .split(' ')
  .map((sw) => Number.parseInt(sw, 16));
const DAMAGE: readonly (readonly [string, (data: Uint8Array) => Uint8Array])[] = [
  ['missing', () => new Uint8Array()],
  ['one byte short', (data) => data.subarray(0, -1)],
  ['one byte long', (data) => Uint8Array.of(...data, 0)],
  ['doubled', (data) => Uint8Array.of(...data, ...data)],
];
/** CREDIT FOR LOAD, DEBIT FOR PURCHASE: never sent twice. */
const MONEY_COMMAND = /^(B0220000|B0240000)/;
/** VERIFY with a PIN, CHANGE PIN, RELOAD PIN. */
const PIN_COMMAND = /^(0020000003|805E0100|84240001)/;
/** No command of these flows stores more. */
const MOST_STORED = 400;

/**
 * What the card holds, tries aside: they are spent before a comparison. So is the debit side's transaction counter: every
 * reading counts.
 */
function state({ pin, directories, financial, ...rest }: CardImage): string {
  const kept = directories.map(({ keys: _keys, ...directory }) => directory);
  const debit = financial && { ...financial, state: { ...financial.state, atc: 0 } };
  return JSON.stringify({ ...rest, digits: pin.digits, directories: kept, debit });
}

interface Ran {
  readonly came: unknown;
  readonly rig: Rig;
  readonly before: CardImage;
  readonly after: CardImage;
}

interface Conditions {
  readonly strike?: Strike;
  readonly waiting?: Waiting;
  /** A write that loses power keeps the bytes stored so far. */
  readonly tears?: boolean;
}

async function run(flow: Flow, generation: Generation, { strike, waiting = {}, tears }: Conditions = {}): Promise<Ran> {
  const file = await cardFile(generation);
  const rig = await Rig.open(
    { ...file, card: flow.before?.(file.card) ?? file.card },
    { strike, tears, keys: flow.keys },
  );
  const before = rig.image();
  const came = await flow.act(rig.card, waiting).catch((error: unknown) => error);
  return { came, rig, before, after: rig.image() };
}

const kindOf = (came: unknown) => (came as { kind?: string } | undefined)?.kind;

/** What must hold after any fault. `good`: the state of the card after an act that went well. */
async function judge(flow: Flow, ran: Ran, good: string, pinCommands: number): Promise<void> {
  const { came, rig } = ran;
  // A broken promise of the program is no answer to a fault.
  if (came instanceof Error && !(came instanceof SscardError)) throw came;
  if (came instanceof SscardError) {
    expect(came.details).toMatchObject({ step: expect.any(String), place: expect.any(String) });
  }
  if (flow.truth !== undefined && !(came instanceof SscardError)) flow.truth(came, ran.before, ran.after);
  else judgeState(flow, ran, good);
  expect(rig.sent.filter((hex) => PIN_COMMAND.test(hex)).length).toBeLessThanOrEqual(pinCommands);
  expect(rig.sent.filter((hex) => MONEY_COMMAND.test(hex)).length).toBeLessThanOrEqual(1);
  expect(await secretsOf(came)).toEqual([]);
  await rig.close();
  if (flow.earns || came instanceof SscardError) expect(rig.resets).toBeGreaterThan(0);
}

/** Done, not done, or unknown; an act that may have been done is never just an error (P6). */
function judgeState(flow: Flow, ran: Ran, good: string): void {
  const [before, after] = [state(ran.before), state(ran.after)];
  const told = kindOf(ran.came);
  if (ran.came instanceof SscardError) expect(after).toBe(before);
  else if (flow.good === undefined) return;
  else if (told === flow.good) expect(after).toBe(good);
  else if (told === 'unknown') expect([before, good]).toContain(after);
  else expect(after).toBe(before);
}

/**
 * Every fault of reliability-targets.md 4 at every command of these flows, and power cuts at every stored byte (5).
 * Prints its counts under this name.
 */
export function faultMatrix(name: string, flows: readonly Flow[]): void {
  const cases = flows.flatMap((flow) => flow.generations.map((generation) => ({ name: flow.name, generation, flow })));
  const counts = { commands: 0, runs: 0, cuts: 0 };

  afterAll(() => {
    const { runs, cuts, commands } = counts;
    process.stdout.write(`fault matrix of ${name}: ${runs} runs over ${cases.length} flows of ${commands} commands\n`);
    process.stdout.write(`power cuts of ${name}: ${cuts}\n`);
  });

  describe.each(cases)('$name, $generation', ({ flow, generation }) => {
    let commands: readonly string[] = [];
    let good = '';
    let pinCommands = 0;

    /** @param expectSent what reached the card when the flow has to end at the fault */
    const everywhere = async (
      strikeAt: (command: number) => Strike,
      endsThere: boolean,
      waiting: () => Waiting = () => ({}),
    ) => {
      for (let at = 1; at <= commands.length; at++) {
        counts.runs++;
        const ran = await run(flow, generation, { strike: strikeAt(at), waiting: waiting() });
        await judge(flow, ran, good, pinCommands);
        if (endsThere) expect(ran.rig.sent).toHaveLength(at);
      }
    };

    it('goes well', async () => {
      counts.runs++;
      const ran = await run(flow, generation);
      if (ran.came instanceof Error) throw ran.came;
      commands = ran.rig.sent;
      good = state(ran.after);
      pinCommands = flow.offersPin ? 1 : commands.filter((hex) => PIN_COMMAND.test(hex)).length;
      counts.commands += commands.length;
      if (flow.good !== undefined) expect(kindOf(ran.came)).toBe(flow.good);
      expect(pinCommands).toBeLessThanOrEqual(1);
      await judge(flow, ran, good, pinCommands);
    });

    it.each(['removed-before', 'removed-after', 'reset', 'swapped'] as const)('card %s', async (kind) => {
      await everywhere((command) => ({ kind, command }), true);
    });

    it('no answer in time', async () => {
      await everywhere(
        (command) => ({ kind: 'mute', command }),
        true,
        () => ({ timeout: 30 }),
      );
    });

    it('cancelled by the caller', async () => {
      await everywhere(
        (command) => ({ kind: 'mute', command }),
        true,
        () => ({ signal: AbortSignal.timeout(20) }),
      );
    });

    it.each(STATUS_WORDS)('status %i', async (sw) => {
      await everywhere((command) => ({ kind: 'refuse', command, sw }), false);
    });

    it.each([
      ['stores whole or not at all', false],
      ['tears', true],
    ])('power cut at every stored byte of a card that %s', async (_, tears) => {
      for (let command = 1; command <= commands.length; command++) {
        for (let bytes = 0; bytes < MOST_STORED; bytes++) {
          counts.runs++;
          const ran = await run(flow, generation, { strike: { kind: 'power-cut', command, bytes }, tears });
          const cut = ran.rig.sent.length === command && state(ran.after) !== good;
          const lost = ran.came instanceof SscardError || kindOf(ran.came) === 'unknown';
          counts.cuts++;
          // A torn card may hold neither the old nor the new; then nobody may say more than "unknown".
          if (tears && lost && !(ran.came instanceof SscardError)) await ran.rig.close();
          else await judge(flow, ran, good, pinCommands);
          if (!cut && !lost) break;
        }
      }
    });

    it.each(DAMAGE)('data %s', async (_, damage) => {
      await everywhere((command) => ({ kind: 'damage', command, damage }), false);
    });
  });
}
