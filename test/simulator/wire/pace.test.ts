import { describe, expect, it, vi } from 'vitest';
import { pacedLine } from '../../../src/simulator/wire/pace.ts';
import { hostOf, Recorder } from './recorder.ts';

const FIFTY = new Uint8Array(50).fill(0x5a);
const text = '5A'.repeat(50);

function rig() {
  const device = new Recorder();
  const line = pacedLine(device);
  return { device, line, host: hostOf(line) };
}

// A line may be slower than its speed on a busy machine, never faster: that is what is looked at.
describe('a line that takes its time', () => {
  it('to the host: no byte before its time', async () => {
    const { device, host } = rig();
    const start = performance.now();
    device.wire?.send(FIFTY);
    expect(host.got).toEqual([]);
    await vi.waitUntil(() => host.got.join('') === text);
    expect(host.last - start).toBeGreaterThanOrEqual((50 * 10 * 1000) / 9600);
  });

  it('to the device: each byte not before its own time', async () => {
    const { device, line } = rig();
    const start = performance.now();
    line.receive(FIFTY);
    await vi.waitUntil(() => device.heard.join('') === text);
    const early = device.times.filter((time, at) => time - start < ((at + 1) * 10 * 1000) / 9600 - 0.001);
    expect(early).toEqual([]);
  });

  it('one sending after the other', async () => {
    const { device, host } = rig();
    const start = performance.now();
    device.wire?.send(FIFTY);
    device.wire?.send(Uint8Array.of(1));
    await vi.waitUntil(() => host.got.join('') === `${text}01`);
    expect(host.last - start).toBeGreaterThanOrEqual((51 * 10 * 1000) / 9600);
  });

  it('what was sent before a change of speed comes at the old one', async () => {
    const { device, host } = rig();
    const start = performance.now();
    device.wire?.send(FIFTY);
    device.wire?.setSpeed(115_200);
    expect(host.speeds).toEqual([]);
    await vi.waitUntil(() => host.speeds.length === 1);
    expect(host.got.join('')).toBe(text);
    expect(performance.now() - start).toBeGreaterThanOrEqual((50 * 10 * 1000) / 9600);
  });

  it('what is under way when the plug is pulled does not come', async () => {
    const { device, line, host } = rig();
    device.wire?.send(FIFTY);
    line.detach();
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(host.got.join('')).toBe('');
    expect(device.detached).toBe(1);
  });
});
