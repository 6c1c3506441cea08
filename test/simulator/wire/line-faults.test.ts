import { describe, expect, it, vi } from 'vitest';
import { faultyLine, type LineFault, type LineHabits } from '../../../src/simulator/wire/line-faults.ts';
import { hostOf, Recorder } from './recorder.ts';

const SENT = Uint8Array.of(0x10, 0x20, 0x30, 0x40);

function rig(habits?: LineHabits) {
  const device = new Recorder();
  const line = faultyLine(device, habits);
  const host = hostOf(line);
  return { device, line, host };
}

type Case = readonly [name: string, fault: Omit<LineFault, 'way'> & { [key: string]: unknown }, heard: string];

const CASES: readonly Case[] = [
  ['noise in front', { kind: 'noise', bytes: Uint8Array.of(0xff) }, 'FF10203040'],
  ['noise inside', { kind: 'noise', at: 2, bytes: Uint8Array.of(0xff, 0xee) }, '1020FFEE3040'],
  ['a bit turned over', { kind: 'flip', at: 1, mask: 0x80 }, '10A03040'],
  ['a byte twice', { kind: 'double', at: 3 }, '1020304040'],
  ['the rest lost', { kind: 'cut', at: 1 }, '10'],
  ['one byte lost', { kind: 'cut', at: 1, count: 1 }, '103040'],
];

describe.each(['to-host', 'to-device'] as const)('a line with faults, %s', (way) => {
  const through = (fault: LineFault | undefined, habits?: LineHabits) => {
    const { device, line, host } = rig(habits);
    if (fault !== undefined) line.fault(fault);
    const send = (bytes: Uint8Array) => (way === 'to-host' ? device.wire?.send(bytes) : line.receive(bytes));
    return { send, heard: () => (way === 'to-host' ? host.got : device.heard), device, host };
  };

  it('carries what has no fault', () => {
    const { send, heard } = through(undefined);
    send(SENT);
    expect(heard()).toEqual(['10203040']);
  });

  it.each(CASES)('%s', (_, fault, expected) => {
    const { send, heard } = through({ ...fault, way } as LineFault);
    send(SENT);
    expect(heard().join('')).toBe(expected);
  });

  it('does a fault once', () => {
    const { send, heard } = through({ kind: 'cut', way });
    send(SENT);
    send(SENT);
    expect(heard()).toEqual(['10203040']);
  });

  it('loses more than one sending', () => {
    const { send, heard } = through({ kind: 'cut', way, at: 3, count: 3 });
    send(SENT);
    send(SENT);
    expect(heard().join('')).toBe('1020303040');
  });

  it('counts over several sendings', () => {
    const { send, heard } = through({ kind: 'flip', way, at: 5, mask: 1 });
    send(SENT);
    send(SENT);
    expect(heard().join('')).toBe('1020304010213040');
  });

  it('is late, and keeps the order', async () => {
    const { send, heard } = through({ kind: 'delay', way, at: 2, ms: 20 });
    send(SENT);
    send(Uint8Array.of(0x50));
    expect(heard()).toEqual(['1020']);
    await vi.waitUntil(() => heard().join('').length === 10);
    expect(heard().join('')).toBe('1020304050');
  });

  it('pulls the plug in place of a byte', () => {
    const { send, heard, host, device } = through({ kind: 'unplug', way, at: 3 });
    send(SENT);
    expect(heard()).toEqual(['102030']);
    expect(host.unplugged).toBe(1);
    expect(device.detached).toBe(1);
  });

  it('comes in pieces', async () => {
    const { send, heard } = through(undefined, { pieces: 3 });
    send(SENT);
    await vi.waitUntil(() => heard().length === 2);
    expect(heard()).toEqual(['102030', '40']);
  });
});

it('gives the host its own bytes back', () => {
  const { line, host, device } = rig({ echo: true });
  line.receive(SENT);
  expect(host.got).toEqual(['10203040']);
  expect(device.heard).toEqual(['10203040']);
});

it('changes the speed after what was said before', async () => {
  const { device, line, host } = rig();
  line.fault({ kind: 'delay', way: 'to-host', ms: 20 });
  device.wire?.send(SENT);
  device.wire?.setSpeed(115_200);
  expect(host.speeds).toEqual([]);
  await vi.waitUntil(() => host.speeds.length === 1);
  expect(host.got).toEqual(['10203040']);
});

it('forgets what was under way when the plug is pulled', async () => {
  const { device, line, host } = rig();
  line.fault({ kind: 'delay', way: 'to-host', ms: 5 });
  device.wire?.send(SENT);
  line.detach();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(host.got).toEqual([]);
});
