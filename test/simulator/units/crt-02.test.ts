import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { unitReaders } from '../../../drivers/units/readers.ts';
import { Crt02Unit } from '../../../src/simulator/units/crt-02.ts';
import { memoryPorts } from '../../../src/simulator/wire/memory.ts';
import { BOTH, desk, failure, RANDOM, times } from './ccid-rig.ts';
import { commonFaults, describeFaults, type FaultRow, noiseAhead, noiseBefore } from './fault-matrix.ts';
import { scripted, scriptedT1 } from './host.ts';

const LOST = ['unit-silent', 'unknown'] as const;
const MUTE = ['card-mute', 'unknown'] as const;

const faults: readonly FaultRow[] = [
  ['acknowledged at the last moment', { kind: 'late-acknowledge', ms: 299 }, RANDOM],
  ['acknowledged a moment too late is done once', { kind: 'late-acknowledge', ms: 301 }, RANDOM],
  ['acknowledged far too late is done once', { kind: 'late-acknowledge', ms: 900 }, RANDOM],
  ['that is not heard goes again', { kind: 'silence' }, RANDOM],
  ['that is not heard three times was not done', { kind: 'silence', times: 3 }, ['unit-silent', 'not-done']],
  ['refused twice goes again', { kind: 'refuse', times: 2 }, RANDOM],
  ['refused three times was not given to the card', { kind: 'refuse', times: 3 }, ['unit-refused', 'not-done']],
  ['whose answer is damaged is unknown', { kind: 'wrong-check' }, LOST],
  ['behind noise goes again', noiseAhead, RANDOM],
  ['of which the end is lost goes again', { kind: 'cut', way: 'to-device', at: 5 }, RANDOM],
  ['whose ACK comes behind noise goes again', noiseBefore, RANDOM],
  ['whose ACK is lost goes again', { kind: 'cut', way: 'to-host' }, RANDOM],
  ['whose answer is cut is unknown', { kind: 'cut', way: 'to-host', at: 7 }, LOST],
  ['whose answer has a byte too many is unknown', { kind: 'double', way: 'to-host', at: 5 }, LOST],
  ['whose answer has lost its begin is unknown', { kind: 'flip', way: 'to-host', at: 1, mask: 4 }, MUTE],
];
describeFaults('crt-02', (card) => new Crt02Unit({ card }), [...commonFaults, ...faults]);

describe('an 02 unit of ours at an emulated one', () => {
  it('serves cards with T=0 and T=1, cold and warm', async () => {
    for (const [card, protocol] of [
      [scripted(), 'T=0'],
      [scriptedT1(), 'T=1'],
    ] as const) {
      await using there = await desk('crt-02', new Crt02Unit({ card }));
      expect((await there.unit.powerOn(0, 'cold', BOTH)).protocol).toBe(protocol);
      expect(await there.challenge()).toBe(RANDOM);
      await there.unit.powerOn(0, 'warm', BOTH);
      expect(await there.challenge()).toBe(RANDOM);
    }
  });

  it('works without ENQ, and with a result in front, as units behind HID do', async () => {
    const unit = new Crt02Unit({ card: scripted() }, { enq: false, resultHead: true });
    await using there = await desk('crt-02', unit, { enq: 'no', head: 'yes' });
    expect(await there.serve()).toBe(RANDOM);
    unit.misbehave({ kind: 'refuse', times: 2 });
    expect(await there.challenge()).toBe(RANDOM);
  });

  it('sets a unit to the speed that was named, and finds it when it fell back', async () => {
    const unit = new Crt02Unit({ card: scripted() });
    await using there = await desk('crt-02', unit, {}, 38_400);
    expect(await there.serve()).toBe(RANDOM);
    unit.misbehave({ kind: 'speed-lost' });
    expect(await there.challenge()).toBe(RANDOM);
    expect(await failure(there.challenge())).toEqual(['unit-silent', 'not-done']);
    expect(await there.serve()).toBe(RANDOM);
  });

  it('has PSAMs in its sockets; one loses its rights, and the others keep theirs', async () => {
    const [first, second] = [scripted({ '0084000008': 'AA9000' }), scriptedT1({ '0084000008': 'BB9000' })];
    await using there = await desk('crt-02', new Crt02Unit({ sams: [first, second] }));
    expect(await there.serve(1)).toBe('AA9000');
    expect(await there.serve(2)).toBe('BB9000');
    await there.unit.powerOff(1);
    expect(first.log.at(-1)).toBe('on');
    expect(await there.challenge(2)).toBe('BB9000');
    expect(await failure(there.challenge(1))).toEqual(['card-reset', 'not-done']);
    await there.unit.powerOff(2);
    expect(first.log.at(-1)).toBe('off');
    expect(await failure(there.unit.powerOn(3, 'cold', BOTH))).toEqual(['no-card', 'unknown']);
  });

  it('moves the card; who talked to it has lost it', async () => {
    const unit = new Crt02Unit({ card: scripted() });
    await using there = await desk('crt-02', unit);
    const { mover } = there.unit;
    expect(await mover?.position()).toBe('front');
    await there.serve();
    await mover?.move('inside');
    expect(await mover?.position()).toBe('inside');
    expect(await failure(there.challenge())).toEqual(['card-removed', 'not-done']);
    expect(await there.serve()).toBe(RANDOM);
    await mover?.eject();
    expect([await mover?.position(), await there.unit.presence(0)]).toEqual(['front', 'absent']);
    await mover?.admit(false);
    unit.remove();
    unit.insert();
    expect(await there.unit.presence(0)).toBe('absent');
    await mover?.admit(true);
    expect(await there.unit.presence(0)).toBe('present');
    await mover?.retain();
    expect(await mover?.position()).toBe('none');
  });

  it('stops what was given up, and drops its answer', async () => {
    const card = scripted();
    const unit = new Crt02Unit({ card });
    await using there = await desk('crt-02', unit);
    await there.serve();
    unit.misbehave({ kind: 'late-answer', ms: 100 });
    const abort = new AbortController();
    const given = there.challenge(0, { signal: abort.signal });
    setTimeout(() => abort.abort(), 20);
    expect(await failure(given)).toEqual(['cancelled', 'unknown']);
    expect(await there.challenge()).toBe(RANDOM);
    expect(times(card)).toBe(3);
  });

  it('waits for a card as a reader, and gives it back', async () => {
    const unit = new Crt02Unit({});
    await using readers = unitReaders({ protocol: 'crt-02', ports: memoryPorts(unit), port: 'memory' });
    const waiting = readers.waitForCard({ timeout: 5_000 });
    setTimeout(() => unit.insert(scripted()), 50);
    await using channel = await waiting;
    expect(toHex(await channel.transmit(fromHex('0084000008')))).toBe(RANDOM);
    await channel.close('eject');
    expect(await readers.mover?.position()).toBe('front');
  });
});
