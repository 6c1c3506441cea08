import { describe, expect, it } from 'vitest';
import type { VirtualCard } from '../../../src/simulator/readers.ts';
import type { UnitOrder } from '../../../src/simulator/units/mischief.ts';
import type { EmulatedUnit } from '../../../src/simulator/units/unit.ts';
import { faultyLine, type LineFault } from '../../../src/simulator/wire/line-faults.ts';
import { BOTH, desk, failure, RANDOM, times } from './ccid-rig.ts';
import { scripted } from './host.ts';

/** What goes wrong with an APDU, and what comes of it: the answer, or code and outcome. */
export type FaultRow = readonly [
  what: string,
  fault: UnitOrder | LineFault,
  expected: typeof RANDOM | readonly [code: string, outcome: 'unknown' | 'not-done'],
];

/** Longer than a unit of a moment needs, shorter than a late answer here. */
const PATIENCE = { timeout: 1_400 };
export const TOO_LATE = 1_800;

const isOfLine = (fault: UnitOrder | LineFault): fault is LineFault => 'way' in fault;

/** Each row: the card is asked at most once, and the same unit serves the next holder. */
export function describeFaults(
  protocol: string,
  make: (card: VirtualCard) => EmulatedUnit,
  rows: readonly FaultRow[],
  again: (there: Awaited<ReturnType<typeof desk>>, unit: EmulatedUnit) => Promise<void> = async () => {},
): void {
  describe(`an APDU through ${protocol}`, () => {
    it.concurrent.each(rows)('%s', async (_, fault, expected) => {
      const card = scripted();
      const unit = make(card);
      const line = faultyLine(unit);
      await using there = await desk(protocol, line);
      await there.unit.powerOn(0, 'cold', BOTH);
      if (isOfLine(fault)) line.fault(fault);
      else unit.misbehave(fault);
      const came = there.challenge(0, PATIENCE);
      if (expected === RANDOM) expect(await came).toBe(RANDOM);
      else expect(await failure(came)).toEqual(expected);
      expect(times(card)).toBeLessThanOrEqual(1);
      if (expected[1] === 'not-done') expect(times(card)).toBe(0);
      await again(there, unit);
      unit.insert();
      expect(await there.serve()).toBe(RANDOM);
    });
  });
}

const NOISE = Uint8Array.of(0xff, 0xf2, 0x60, 0x02);
const MUTE = ['card-mute', 'unknown'] as const;

/** What every unit bears. */
export const commonFaults: readonly FaultRow[] = [
  ['refused once goes again', { kind: 'refuse' }, RANDOM],
  ['whose answer is late is waited for', { kind: 'late-answer', ms: 50 }, RANDOM],
  ['whose answer is too late is not told of it', { kind: 'late-answer', ms: TOO_LATE }, MUTE],
  ['that is never answered is unknown', { kind: 'no-answer' }, MUTE],
  ['whose answer is that of another command has none', { kind: 'misaddressed' }, MUTE],
  ['behind a stale answer gets its own', { kind: 'stale-answer' }, RANDOM],
  ['to a card that is pulled before it', { kind: 'pulled', when: 'before' }, ['card-removed', 'unknown']],
  ['to a card that is pulled after it', { kind: 'pulled', when: 'after' }, ['card-removed', 'unknown']],
  ['behind which the unit is at its first speed', { kind: 'speed-lost' }, RANDOM],
  ['damaged on its way goes again', { kind: 'flip', way: 'to-device', at: 6, mask: 0x10 }, RANDOM],
];

/** Noise in front of the first byte that comes back. */
export const noiseBefore: LineFault = { kind: 'noise', way: 'to-host', bytes: NOISE };
/** The same in front of the command. */
export const noiseAhead: LineFault = { kind: 'noise', way: 'to-device', bytes: NOISE };
