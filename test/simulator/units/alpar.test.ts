import { describe, expect, it, vi } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { unitReaders } from '../../../drivers/units/readers.ts';
import { AlparUnit } from '../../../src/simulator/units/alpar.ts';
import { memoryPorts } from '../../../src/simulator/wire/memory.ts';
import { BOTH, desk, failure, RANDOM } from './ccid-rig.ts';
import { commonFaults, describeFaults, type FaultRow, noiseAhead, noiseBefore } from './fault-matrix.ts';
import { scripted, scriptedT1, T1_ATR } from './host.ts';

const LOST = ['unit-silent', 'unknown'] as const;
const MUTE = ['card-mute', 'unknown'] as const;

const faults: readonly FaultRow[] = [
  ['refused twice was not given to the card', { kind: 'refuse', times: 2 }, ['unit-refused', 'not-done']],
  ['whose answer is damaged is unknown', { kind: 'wrong-check' }, LOST],
  ['whose answers are damaged for long is unknown', { kind: 'wrong-check', times: 5 }, LOST],
  ['that is not heard is unknown', { kind: 'silence' }, MUTE],
  ['behind noise is not heard', noiseAhead, MUTE],
  ['of which the end is lost is asked for again by the module', { kind: 'cut', way: 'to-device', at: 5 }, RANDOM],
  ['whose answer comes behind noise has it', noiseBefore, RANDOM],
  ['whose answer is cut is unknown', { kind: 'cut', way: 'to-host', at: 7 }, LOST],
  ['whose answer has a byte too many is unknown', { kind: 'double', way: 'to-host', at: 5 }, LOST],
  ['whose answer tells a wrong length is unknown', { kind: 'flip', way: 'to-host', at: 1, mask: 4 }, MUTE],
];
describeFaults('alpar', (card) => new AlparUnit({ card }), [...commonFaults, ...faults]);

describe('an ALPAR module of ours at an emulated one', () => {
  it('serves cards with T=0 and T=1, cold and warm', async () => {
    const unit = new AlparUnit({ card: scripted() });
    await using there = await desk('alpar', unit);
    expect(await there.unit.presence(0)).toBe('present');
    expect(await there.serve()).toBe(RANDOM);
    await there.unit.powerOn(0, 'warm', BOTH);
    expect(await there.challenge()).toBe(RANDOM);
    unit.remove();
    unit.insert(scriptedT1());
    const { atr, protocol } = await there.unit.powerOn(0, 'cold', BOTH);
    expect([toHex(atr), protocol]).toEqual([T1_ATR, 'T=1']);
    expect(await there.challenge()).toBe(RANDOM);
  });

  it('is told of cards that come and go', async () => {
    const unit = new AlparUnit({ card: scripted() });
    await using there = await desk('alpar', unit);
    unit.remove();
    await vi.waitUntil(() => there.cards.length === 1);
    unit.insert();
    await vi.waitUntil(() => there.cards.length === 2);
    expect(there.cards).toEqual([
      [0, false],
      [0, true],
    ]);
  });

  it('wakes a module that sleeps', async () => {
    await using there = await desk('alpar', new AlparUnit({ card: scripted() }, { asleep: true }));
    expect(await there.serve()).toBe(RANDOM);
  });

  it('sets a module to the speed that was named, and finds it when it fell back', async () => {
    const unit = new AlparUnit({ card: scripted() });
    await using there = await desk('alpar', unit, {}, 115_200);
    expect(await there.serve()).toBe(RANDOM);
    unit.misbehave({ kind: 'speed-lost' });
    expect(await there.challenge()).toBe(RANDOM);
    expect(await failure(there.challenge(0, { timeout: 100 }))).toEqual(['card-mute', 'unknown']);
    expect(await there.serve()).toBe(RANDOM);
  });

  it('has a PSAM in the second socket of a TDA8007', async () => {
    const sams = [scripted({ '0084000008': 'AA9000' })];
    const unit = new AlparUnit({ card: scripted(), sams }, { sockets: 2 });
    await using there = await desk('alpar', unit, { slots: '2' });
    expect(await there.serve(1)).toBe('AA9000');
    expect(await there.serve(0)).toBe(RANDOM);
    expect(await there.challenge(1)).toBe('AA9000');
  });

  it('gets one byte from mask 06 behind data', async () => {
    const card = scripted({ '00A40000023F00': '6104', '00C0000004': '6F0784059000' });
    await using there = await desk('alpar', new AlparUnit({ card }, { mask: 6 }));
    await there.unit.powerOn(0, 'cold', BOTH);
    expect(toHex(await there.unit.transmit(0, fromHex('00A40000023F0001')))).toBe('6F9000');
  });

  it('finds no card where none is', async () => {
    await using there = await desk('alpar', new AlparUnit({}));
    expect(await there.unit.presence(0)).toBe('absent');
    expect(await failure(there.unit.powerOn(0, 'cold', BOTH))).toEqual(['no-card', 'unknown']);
  });

  it('waits for a card as a reader', async () => {
    const unit = new AlparUnit({});
    await using readers = unitReaders({ protocol: 'alpar', ports: memoryPorts(unit), port: 'memory' });
    const waiting = readers.waitForCard({ timeout: 5_000 });
    setTimeout(() => unit.insert(scripted()), 50);
    await using channel = await waiting;
    expect(toHex(await channel.transmit(fromHex('0084000008')))).toBe(RANDOM);
  });

  it('that is unplugged is lost', async () => {
    await using there = await desk('alpar', new AlparUnit({ card: scripted() }));
    await there.unit.powerOn(0, 'cold', BOTH);
    there.plug.unplug();
    expect(await failure(there.challenge())).toEqual(['reader-lost', 'unknown']);
    expect(await failure(there.challenge())).toEqual(['reader-lost', 'not-done']);
    await vi.waitUntil(() => there.gone.length === 1);
  });
});
