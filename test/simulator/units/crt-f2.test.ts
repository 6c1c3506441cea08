import { describe, expect, it, vi } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { unitReaders } from '../../../drivers/units/readers.ts';
import { CrtF2Unit } from '../../../src/simulator/units/crt-f2.ts';
import { memoryPorts } from '../../../src/simulator/wire/memory.ts';
import { BOTH, desk, failure, RANDOM, times } from './ccid-rig.ts';
import { commonFaults, describeFaults, type FaultRow, noiseAhead, noiseBefore } from './fault-matrix.ts';
import { scripted, scriptedT1, T1_ATR } from './host.ts';

const LOST = ['unit-silent', 'unknown'] as const;
const MUTE = ['card-mute', 'unknown'] as const;

const faults: readonly FaultRow[] = [
  ['acknowledged at the last moment', { kind: 'late-acknowledge', ms: 299 }, RANDOM],
  ['acknowledged a moment too late is not sent again', { kind: 'late-acknowledge', ms: 301 }, RANDOM],
  ['acknowledged far too late is unknown', { kind: 'late-acknowledge', ms: 1_300 }, LOST],
  ['that is not heard is not sent again', { kind: 'silence' }, LOST],
  ['refused twice goes again', { kind: 'refuse', times: 2 }, RANDOM],
  ['refused three times was not given to the card', { kind: 'refuse', times: 3 }, ['unit-refused', 'not-done']],
  ['whose answer is damaged three times is given it again', { kind: 'wrong-check', times: 3 }, RANDOM],
  ['whose answer is damaged for ever is unknown', { kind: 'wrong-check', times: 5 }, LOST],
  ['behind noise is not heard', noiseAhead, LOST],
  ['of which the end is lost is not heard', { kind: 'cut', way: 'to-device', at: 5 }, LOST],
  ['whose answer comes behind noise has it', noiseBefore, RANDOM],
  ['whose answer is cut is given it again', { kind: 'cut', way: 'to-host', at: 7 }, RANDOM],
  ['whose ACK is lost has its answer', { kind: 'cut', way: 'to-host' }, RANDOM],
  ['whose answer has a byte too many is given it again', { kind: 'double', way: 'to-host', at: 6 }, RANDOM],
  ['whose answer has lost its begin is unknown', { kind: 'flip', way: 'to-host', at: 1, mask: 4 }, MUTE],
];
// The mouth is closed: it opens for the next holder.
describeFaults(
  'crt-f2',
  (card) => new CrtF2Unit({ card }),
  [...commonFaults, ...faults],
  async ({ unit }) => unit.mover?.admit(true),
);

describe('an F2 unit of ours at an emulated one', () => {
  it('serves cards with T=0 and T=1, cold and warm', async () => {
    for (const [card, protocol] of [
      [scripted(), 'T=0'],
      [scriptedT1(), 'T=1'],
    ] as const) {
      await using there = await desk('crt-f2', new CrtF2Unit({ card }));
      expect((await there.unit.powerOn(0, 'cold', BOTH)).protocol).toBe(protocol);
      expect(await there.challenge()).toBe(RANDOM);
      await there.unit.powerOn(0, 'warm', [protocol]);
      expect(await there.challenge()).toBe(RANDOM);
    }
  });

  it('is found at the speed and address of its switches, whatever head its refusals have', async () => {
    const unit = new CrtF2Unit({ card: scripted() }, { baud: 38_400, address: 5, refusalHead: 0x4e });
    await using there = await desk('crt-f2', unit, { addr: '5' });
    expect(await failure(there.unit.powerOn(3, 'cold', BOTH))).toEqual(['no-card', 'unknown']);
    expect(await there.serve()).toBe(RANDOM);
  });

  it('has PSAMs in its sockets beside the card', async () => {
    const sams = [scripted({ '0084000008': 'AA9000' }), undefined, scriptedT1({ '0084000008': 'BB9000' })];
    await using there = await desk('crt-f2', new CrtF2Unit({ card: scripted(), sams }));
    expect(await there.serve(1)).toBe('AA9000');
    expect(await there.serve(3)).toBe('BB9000');
    expect(await there.serve(0)).toBe(RANDOM);
    expect(await there.challenge(1)).toBe('AA9000');
    expect(await failure(there.unit.powerOn(2, 'cold', BOTH))).toEqual(['no-card', 'unknown']);
  });

  it('moves the card; who talked to it has lost it', async () => {
    const unit = new CrtF2Unit({ card: scripted() });
    await using there = await desk('crt-f2', unit);
    const { mover } = there.unit;
    await there.serve();
    await mover?.move('inside');
    expect(await mover?.position()).toBe('inside');
    expect(await failure(there.challenge())).toEqual(['card-removed', 'not-done']);
    expect(await there.serve()).toBe(RANDOM);
    await mover?.eject();
    expect([await mover?.position(), await there.unit.presence(0)]).toEqual(['front', 'absent']);
    unit.remove();
    expect(await mover?.position()).toBe('none');
    unit.insert();
    expect(await mover?.position()).toBe('none');
    await mover?.admit(true);
    expect(await there.unit.presence(0)).toBe('present');
    await mover?.retain();
    expect(await mover?.position()).toBe('none');
  });

  it('says what a motor cannot do', async () => {
    const unit = new CrtF2Unit({ card: scripted() }, { bin: 0 });
    await using there = await desk('crt-f2', unit);
    unit.misbehave({ kind: 'jam' });
    const failed = (work: Promise<void> | undefined) => work?.catch(({ code, details }) => [code, details.reason]);
    expect(await failed(there.unit.mover?.move('contacts'))).toEqual(['unit-refused', 'jam']);
    expect(await failed(there.unit.mover?.retain())).toEqual(['unit-refused', 'bin-full']);
    expect(await there.serve()).toBe(RANDOM);
  });

  it('asks again what is not an APDU, and has one answer for it', async () => {
    const unit = new CrtF2Unit({ card: scripted() });
    await using there = await desk('crt-f2', unit);
    unit.misbehave({ kind: 'late-acknowledge', ms: 301 });
    expect(await there.unit.presence(0)).toBe('present');
    expect(await there.serve()).toBe(RANDOM);
  });

  it('stops what was given up, and drops its answer', async () => {
    const card = scripted();
    const unit = new CrtF2Unit({ card });
    await using there = await desk('crt-f2', unit);
    await there.serve();
    unit.misbehave({ kind: 'late-answer', ms: 100 });
    const abort = new AbortController();
    const given = there.challenge(0, { signal: abort.signal });
    setTimeout(() => abort.abort(), 20);
    expect(await failure(given)).toEqual(['cancelled', 'unknown']);
    expect(await there.challenge()).toBe(RANDOM);
    expect(times(card)).toBe(3);
  });

  it('opens its mouth for whoever waits for a card', async () => {
    const unit = new CrtF2Unit({});
    unit.insert(scriptedT1());
    await using readers = unitReaders({ protocol: 'crt-f2', ports: memoryPorts(unit), port: 'memory' });
    await using channel = await readers.waitForCard({ timeout: 5_000 });
    expect(toHex(channel.atr)).toBe(T1_ATR);
    expect(toHex(await channel.transmit(fromHex('0084000008')))).toBe(RANDOM);
    await channel.close('eject');
    expect(await readers.mover?.position()).toBe('front');
  });

  it('that is unplugged is lost', async () => {
    await using there = await desk('crt-f2', new CrtF2Unit({ card: scripted() }));
    await there.serve();
    there.plug.unplug();
    expect(await failure(there.challenge())).toEqual(['reader-lost', 'unknown']);
    await vi.waitUntil(() => there.gone.length === 1);
  });
});
