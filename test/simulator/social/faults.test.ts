import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { Waiting } from '../../../drivers/reader.ts';
import { openCard } from '../../../src/card.ts';
import { SimulatedCard } from '../../../src/simulator/card.ts';
import { type Fault, withFaults } from '../../../src/simulator/faults.ts';
import { simReaders, type VirtualCard } from '../../../src/simulator/readers.ts';
import type { BasicInformation } from '../../../src/social/basic-information.ts';
import { goldenChallenges, goldenImage } from '../golden-cards.ts';
import { expectedReading, goldenHolders } from './channels.ts';

/** Faults at every command of a reading (reliability-targets.md 4), over the twin. */
const CARDS = ['li-si-1.0', 'zhang-san-2.0', 'long-name-2.0', 'wang-wu-3.0'];
const STATUS_WORDS = (
  '6F00 6581 6700 6981 6982 6983 6984 6985 6986 6A80 6A81 6A82 6A83 6A84 6A86 6A88 6B00 6C00 6D00 6E00 ' +
  '6300 63C1 6200 6283 9100 FFFF'
).split(' ');

const ISSUER = ['SSSE', 'SSSEEF05|03', 'SSSEEF05|01', 'SSSEEF05|05', 'SSSEEF05|06', 'SSSEEF05|07'];
const HOLDER = ['SSSEEF06|08', 'SSSEEF06|09', 'SSSEEF06|0A', 'SSSEEF06|0B', 'SSSEEF06|0D'];
const REGIONAL = ['SSSEEF0D|EA'];
/** Where each command of a reading goes, from the golden exchanges. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  'li-si-1.0': [...ISSUER, ...HOLDER],
  'zhang-san-2.0': [...ISSUER, ...HOLDER, ...REGIONAL],
  'long-name-2.0': [...ISSUER, ...HOLDER.toSpliced(2, 0, 'SSSEEF06|4E'), ...REGIONAL],
  'wang-wu-3.0': [...ISSUER, ...REGIONAL],
};
const COMMANDS = CARDS.flatMap((id) => (PLACES[id] ?? []).map((place, at) => ({ id, place, command: at + 1 })));

let runs = 0;
let images: ReadonlyMap<string, Awaited<ReturnType<typeof goldenImage>>>;

beforeAll(async () => {
  images = new Map(await Promise.all(CARDS.map(async (id) => [id, await goldenImage(id)] as const)));
});

afterAll(() => {
  process.stdout.write(`faults of a reading: ${runs} runs over ${COMMANDS.length} commands\n`);
});

interface Run {
  readonly came: BasicInformation | SscardError;
  /** Commands that reached the card, or were on their way to it. */
  readonly commands: number;
  /** How often the card was reset: nothing may be left behind by a failed reading. */
  readonly resets: number;
}

async function readWith(id: string, faults: readonly Fault[], waiting: Waiting = {}): Promise<Run> {
  runs++;
  const image = images.get(id);
  if (image === undefined) throw new Error(`no card ${id}`);
  const real = new SimulatedCard(image, { random: goldenChallenges(id) });
  const faulty = withFaults(real, faults);
  let commands = 0;
  let resets = 0;
  const card: VirtualCard = {
    atr: real.atr,
    powerOn: () => real.powerOn(),
    powerOff: () => real.powerOff(),
    reset: () => {
      resets++;
      real.reset();
    },
    process: (command) => {
      commands++;
      return faulty.process(command);
    },
  };
  const readers = simReaders(undefined, { card });
  const channel = await readers.waitForCard();
  const came = await (await openCard(channel)).social.readBasic(waiting).catch((error: unknown) => error);
  if (!(came instanceof SscardError) && (came as BasicInformation).generation === undefined) throw came;
  const result = { came: came as BasicInformation | SscardError, commands, resets };
  await channel.close();
  readers.remove();
  readers.insert();
  await (await readers.waitForCard()).close();
  return result;
}

function answer(command: number, hex: string): Fault {
  return { kind: 'answer', command, answer: fromHex(hex) };
}

const whole = (id: string) => expectedReading(goldenHolders().find((holder) => holder.id === id) as never);

/** What the clause says of this status word here, when it is not simply a refusal. */
function expectedAfter(place: string, sw: string, id: string): 'whole' | 'blocked' | object | undefined {
  if (place === 'SSSE') {
    if (sw === '6283') return 'blocked';
    // 1, rule 1: what fails by AID is tried by FID.
    return /^6[4-9A-F]/.test(sw) ? 'whole' : undefined;
  }
  // Le = 00 is taken for all there is (4), so the repetition that 6C00 asks for succeeds.
  if (sw === '6C00') return 'whole';
  const noKey = (...fields: string[]) => fields.map((field) => ({ field, reason: 'no-key' }));
  if (place === 'SSSEEF06|08' && sw === '6982') {
    const held = { socialSecurityNumber: null, name: null, sex: null, ethnicity: null, birthDate: null };
    return { ...held, withheld: noKey('socialSecurityNumber', 'name', 'sex', 'ethnicity', 'birthDate') };
  }
  if (place === 'SSSEEF06|4E' && sw === '6A83')
    return { name: '阿卜杜热合曼·买买提艾力·吐尔', oddities: [{ field: 'name', kind: 'missing' }] };
  if (place !== 'SSSEEF0D|EA') return undefined;
  if (sw === '6A82') return { personNumber: null };
  if (sw === '6A83') return { personNumber: null, oddities: [{ field: 'personNumber', kind: 'missing' }] };
  const withheld = [...(whole(id)['withheld'] as unknown[]), ...noKey('personNumber')];
  return sw === '6982' ? { personNumber: null, withheld } : undefined;
}

describe.each(COMMANDS)('$id, command $command, $place', ({ id, place, command }) => {
  const step = place === 'SSSE' ? 'select-application' : 'read-record';

  it.each(STATUS_WORDS)('answered %s', async (sw) => {
    const { came, commands, resets } = await readWith(id, [answer(command, sw)]);
    const expected = expectedAfter(place, sw, id);
    if (typeof expected === 'object' || expected === 'whole') {
      expect(came).toEqual({ ...whole(id), ...(expected === 'whole' ? {} : expected) });
      return;
    }
    const code = expected === 'blocked' ? 'application-blocked' : 'card-refused';
    expect(came).toMatchObject({ code, details: { step, place, sw: Number.parseInt(sw, 16) } });
    expect({ commands, resets }).toEqual({ commands: command, resets: 1 });
  });

  it.each([
    ['removed-before', 'not-done'],
    ['removed-after', 'unknown'],
  ] as const)('card %s', async (kind, outcome) => {
    const { came, commands } = await readWith(id, [{ kind, command }]);
    expect(came).toMatchObject({ code: 'card-removed', details: { step, place, outcome } });
    expect(commands).toBe(command);
  });

  it('reset by another program', async () => {
    const { came, commands } = await readWith(id, [{ kind: 'reset', command }]);
    expect(came).toMatchObject({ code: 'card-reset', details: { step, place } });
    expect(commands).toBe(command);
  });

  it('answered never', async () => {
    const { came, commands } = await readWith(id, [{ kind: 'mute', command }], { timeout: 40 });
    expect(came).toMatchObject({ code: 'card-mute', details: { step, place, outcome: 'unknown' } });
    expect(commands).toBe(command);
  });

  it('cancelled by the caller', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    const { came, commands } = await readWith(id, [{ kind: 'mute', command }], { signal: stop.signal });
    expect(came).toMatchObject({ code: 'cancelled', details: { step, place, outcome: 'unknown' } });
    expect(commands).toBe(command);
  });

  it.each(['', '90'])('half an answer: %s', async (hex) => {
    const { came, commands } = await readWith(id, [answer(command, hex)]);
    expect(came).toMatchObject({ code: 'card-removed', details: { step, place } });
    expect(commands).toBe(command);
  });
});

const DAMAGE: readonly (readonly [name: string, damage: (data: Uint8Array) => Uint8Array])[] = [
  ['missing', () => new Uint8Array()],
  ['one byte short', (data) => data.subarray(0, -1)],
  ['one byte long', (data) => Uint8Array.of(...data, 0)],
  ['doubled', (data) => Uint8Array.of(...data, ...data)],
  ['of another tag', (data) => data.with(0, (data[0] ?? 0) ^ 0x80)],
];

describe.each(COMMANDS.filter(({ place }) => place !== 'SSSE'))(
  '$id, command $command, $place, data',
  ({ id, place, command }) => {
    it.each(DAMAGE)('%s', async (_, damage) => {
      const { came, commands, resets } = await readWith(id, [
        { kind: 'answer', command, answer: (real) => Uint8Array.of(...damage(real.slice(0, -2)), 0x90, 0x00) },
      ]);
      expect(came).toMatchObject({ code: 'record-malformed', details: { step: 'read-record', place } });
      expect({ commands, resets }).toEqual({ commands: command, resets: 1 });
    });
  },
);
