import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { AcsUnit } from '../../../src/simulator/units/acs.ts';
import type { UnitOrder } from '../../../src/simulator/units/mischief.ts';
import { faultyLine, type LineFault } from '../../../src/simulator/wire/line-faults.ts';
import { BOTH, desk, failure, RANDOM, SOON, times } from './ccid-rig.ts';
import { ATR, scripted, scriptedT1, T1_ATR } from './host.ts';

/** A powered card in a unit, and what is to go wrong with the next command. */
async function powered() {
  const card = scripted();
  const unit = new AcsUnit({ card });
  const line = faultyLine(unit);
  const there = await desk('ccid-acs', line);
  await there.unit.powerOn(0, 'cold', BOTH);
  return { unit, line, card, there };
}

describe('an ACS unit of ours at an emulated one', () => {
  it('finds an ACR1281S at 9600, makes it fast, and gives the contact card', async () => {
    await using there = await desk('ccid-acs', new AcsUnit({ card: scripted() }));
    expect(there.unit.identity).toBe('ACR1281S V103');
    expect(await there.unit.presence(0)).toBe('present');
    const { atr, protocol } = await there.unit.powerOn(0, 'cold', BOTH);
    expect([toHex(atr), protocol]).toEqual([ATR, 'T=0']);
    expect(await there.challenge()).toBe(RANDOM);
  });

  it('finds a unit where a program before has left it', async () => {
    const unit = new AcsUnit({ card: scripted() }, { baud: 115_200 });
    await using there = await desk('ccid-acs', unit);
    expect(await there.serve()).toBe(RANDOM);
  });

  it('keeps a unit at the speed that was named', async () => {
    await using there = await desk('ccid-acs', new AcsUnit({ card: scripted() }), {}, 9600);
    expect(await there.serve()).toBe(RANDOM);
  });

  it('says that nothing answers, where nothing does', async () => {
    const unit = new AcsUnit({});
    unit.misbehave({ kind: 'silence', times: 9 });
    expect(await failure(desk('ccid-acs', unit, {}, 9600))).toEqual(['unit-silent', 'unknown']);
  });

  it('has three SAM interfaces in an ACR122L, and cards without contacts', async () => {
    const sams = [scripted(), scripted({ '0084000008': 'AA9000' })];
    const card = scripted(undefined, '3B6D00000081544A434F50763234315A5A');
    const unit = new AcsUnit({ card, sams }, { model: 'acr122l' });
    await using there = await desk('ccid-acs', unit);
    expect(there.unit.identity).toBe('ACR122');
    expect(await there.serve(1)).toBe(RANDOM);
    expect(await there.serve(2)).toBe('AA9000');
    expect(await there.serve(0)).toBe(RANDOM);
    expect(await there.challenge(1)).toBe(RANDOM);
    expect(await there.unit.presence(3)).toBe('unknown');
    expect(await failure(there.unit.powerOn(3, 'cold', BOTH))).toEqual(['no-card', 'unknown']);
  });

  it.each(['acr122l', 'acr122s'])('takes the word of the caller for the model: %s', async (model) => {
    const unit = new AcsUnit({ sams: [scripted()] }, { model: 'acr122l', baud: 115_200 });
    await using there = await desk('ccid-acs', unit, { model }, 115_200);
    expect(await there.serve(1)).toBe(RANDOM);
    expect(there.unit.slots).toHaveLength(model === 'acr122l' ? 4 : 2);
  });

  it('leaves T=1 to the unit', async () => {
    const card = scriptedT1();
    await using there = await desk('ccid-acs', new AcsUnit({ card }));
    const { atr, protocol } = await there.unit.powerOn(0, 'cold', BOTH);
    expect([toHex(atr), protocol]).toEqual([T1_ATR, 'T=1']);
    expect(await there.challenge()).toBe(RANDOM);
  });

  it('hears of cards that come and go, while a command runs and in between', async () => {
    const unit = new AcsUnit({});
    await using there = await desk('ccid-acs', unit);
    unit.insert(scripted());
    expect(await there.unit.presence(0)).toBe('present');
    unit.remove();
    expect(await there.unit.presence(0)).toBe('absent');
    expect(there.cards).toEqual([
      [0, true],
      [0, false],
    ]);
  });

  it('refuses commands that are too long, unsent', async () => {
    await using there = await desk('ccid-acs', new AcsUnit({ card: scripted() }));
    await there.unit.powerOn(0, 'cold', BOTH);
    const extended = fromHex(`00D60000000100${'00'.repeat(256)}`);
    expect(await failure(there.unit.transmit(0, extended))).toEqual(['unsupported', 'not-done']);
    expect(await there.challenge()).toBe(RANDOM);
  });

  it.each([[{ model: 'acr38' }], [{ slots: '2' }], [{ extended: 'maybe' }]])(
    'refuses options that there are not: %o',
    async (options) => {
      expect(await failure(desk('ccid-acs', new AcsUnit({}), options))).toEqual(['address-malformed', undefined]);
    },
  );
});

const HARMLESS: readonly (readonly [string, UnitOrder])[] = [
  ['an answer with a wrong checksum', { kind: 'wrong-check' }],
  ['three answers with a wrong checksum', { kind: 'wrong-check', times: 3 }],
  ['a frame that is refused', { kind: 'refuse' }],
  ['a frame that is refused three times', { kind: 'refuse', times: 3 }],
  ['an answer to a command given up', { kind: 'stale-answer' }],
  ['a late answer', { kind: 'late-answer', ms: 50 }],
  ['a late status frame', { kind: 'late-acknowledge', ms: 150 }],
  ['a notice before the status frame', { kind: 'notice', when: 'before-acknowledge', present: true }],
  ['a notice before the answer', { kind: 'notice', when: 'before-answer', present: true }],
  ['a notice after the answer', { kind: 'notice', when: 'after-answer', present: true }],
  ['a notice of a card that is gone and is not', { kind: 'notice', when: 'before-answer', present: false }],
];

const HARMFUL: readonly (readonly [string, UnitOrder, readonly string[]])[] = [
  ['answers with a wrong checksum', { kind: 'wrong-check', times: 4 }, ['card-mute', 'unknown']],
  ['a frame that is refused four times', { kind: 'refuse', times: 4 }, ['unit-refused', 'not-done']],
  ['a command that is not heard', { kind: 'silence' }, ['card-mute', 'unknown']],
  ['an answer that does not come', { kind: 'no-answer' }, ['card-mute', 'unknown']],
  ['an answer that comes too late', { kind: 'late-answer', ms: 700 }, ['card-mute', 'unknown']],
  ['a status frame that comes too late', { kind: 'late-acknowledge', ms: 700 }, ['card-mute', 'unknown']],
  ['an answer to another command', { kind: 'misaddressed' }, ['card-mute', 'unknown']],
  ['a card that is pulled before', { kind: 'pulled', when: 'before' }, ['card-removed', 'unknown']],
  ['a card that is pulled after', { kind: 'pulled', when: 'after' }, ['card-removed', 'unknown']],
];

describe('an ACS unit that misbehaves', () => {
  it.each(HARMLESS)('carries the command once through %s', async (_, order) => {
    const { unit, card, there } = await powered();
    await using _there = there;
    unit.misbehave(order);
    expect(await there.challenge()).toBe(RANDOM);
    expect(times(card)).toBe(1);
    expect(await there.challenge()).toBe(RANDOM);
  });

  it.each(HARMFUL)('serves the next card after %s', async (_, order, told) => {
    const { unit, card, there } = await powered();
    await using _there = there;
    unit.misbehave(order);
    expect(await failure(there.challenge(0, SOON))).toEqual(told);
    expect(times(card)).toBeLessThanOrEqual(1);
    unit.insert();
    expect(await there.serve()).toBe(RANDOM);
  });
});

const LINE: readonly (readonly [string, LineFault])[] = [
  ['noise in front of the status frame', { kind: 'noise', way: 'to-host', bytes: fromHex('FF0051034402') }],
  ['noise that looks like a frame', { kind: 'noise', way: 'to-host', at: 4, bytes: fromHex('02800A000000') }],
  ['a status frame that is lost', { kind: 'cut', way: 'to-host', count: 4 }],
  ['a bit that is turned over in the answer', { kind: 'flip', way: 'to-host', at: 18, mask: 0x10 }],
  ['a byte that comes twice in the answer', { kind: 'double', way: 'to-host', at: 9 }],
  ['an answer that is cut', { kind: 'cut', way: 'to-host', at: 9 }],
  ['a bit that is turned over in the command', { kind: 'flip', way: 'to-device', at: 12, mask: 0x01 }],
  ['a command that is cut', { kind: 'cut', way: 'to-device', at: 9 }],
];

describe('an ACS unit on a bad line', () => {
  it.each(LINE)('carries the command at most once, and serves the next card after %s', async (_, fault) => {
    const { line, card, there } = await powered();
    await using _there = there;
    line.fault(fault);
    const answer = await there.challenge(0, { timeout: 1000 }).catch(() => 'no answer');
    expect([RANDOM, 'no answer']).toContain(answer);
    expect(times(card)).toBeLessThanOrEqual(1);
    expect(await there.serve()).toBe(RANDOM);
  });

  it.each(['flip', 'cut', 'double'] as const)(
    'serves on after a %s at each byte of an answer',
    async (kind) => {
      const { line, card, there } = await powered();
      await using _there = there;
      for (let at = 0; at < 27; at++) {
        const before = times(card);
        line.fault(kind === 'flip' ? { kind, way: 'to-host', at, mask: 0x41 } : { kind, way: 'to-host', at });
        const answer = await there.challenge(0, { timeout: 1500 }).catch(() => 'no answer');
        expect([RANDOM, 'no answer']).toContain(answer);
        expect(times(card) - before).toBeLessThanOrEqual(1);
        expect(await there.serve()).toBe(RANDOM);
      }
    },
    60_000,
  );

  it('takes bytes one by one', async () => {
    await using there = await desk('ccid-acs', faultyLine(new AcsUnit({ card: scripted() }), { pieces: 1 }));
    expect(await there.serve()).toBe(RANDOM);
  });

  it.each(Array.from({ length: 27 }, (_, at) => at))('says once that the plug was pulled at byte %i', async (at) => {
    const { line, there } = await powered();
    await using _there = there;
    line.fault({ kind: 'unplug', way: 'to-host', at });
    expect(await failure(there.challenge())).toEqual(['reader-lost', 'unknown']);
    expect(await failure(there.challenge())).toEqual(['reader-lost', 'not-done']);
    expect(there.gone).toHaveLength(1);
  });

  it('finds a unit again that has fallen back to its first speed', async () => {
    const { unit, there } = await powered();
    await using _there = there;
    unit.misbehave({ kind: 'speed-lost' });
    await there.challenge();
    expect(await failure(there.challenge(0, SOON))).toEqual(['card-mute', 'unknown']);
    expect(await there.serve()).toBe(RANDOM);
  });
});
