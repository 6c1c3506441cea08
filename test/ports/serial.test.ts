import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, type Mock, vi } from 'vitest';
import type { SscardError } from '../../apdu/errors.ts';
import type { PortListener } from '../../drivers/port.ts';
import { serialPorts } from '../../drivers/serial/ports.ts';
import { type PtySlot, servePty } from '../../src/simulator/wire/pty.ts';
import type { Wire, WireDevice } from '../../src/simulator/wire/wire.ts';

/** Gives every byte back. */
class Echo implements WireDevice {
  readonly line = { baud: 115_200, bits: 10 } as const;
  readonly heard: number[] = [];
  attached = 0;
  wire: Wire | undefined;

  attach(wire: Wire): void {
    this.attached++;
    this.wire = wire;
  }

  receive(bytes: Uint8Array): void {
    this.heard.push(...bytes);
    this.wire?.send(bytes);
  }

  detach(): void {
    this.wire = undefined;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'sscard-ports-'));
const slots: PtySlot[] = [];
afterEach(async () => {
  for (const slot of slots.splice(0)) await slot.close();
  rmSync(folder, { recursive: true, force: true });
});

async function plug(device: WireDevice = new Echo(), options: { link?: string } = {}): Promise<PtySlot> {
  const slot = await servePty(device, options);
  slots.push(slot);
  return slot;
}

function listener(): PortListener & { readonly bytes: number[]; readonly lost: Mock<PortListener['lost']> } {
  const bytes: number[] = [];
  return { bytes, received: (got) => void bytes.push(...got), lost: vi.fn<PortListener['lost']>() };
}

const open = (path: string | undefined, heard: PortListener = listener()) =>
  serialPorts().open(path ?? 'unplugged', { baud: 115_200, stopBits: 2, rts: false }, heard);

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    ({ code }: SscardError) => code,
  );

describe('a serial port', () => {
  it('carries bytes both ways', async () => {
    const slot = await plug();
    const heard = listener();
    await using port = await open(slot.path, heard);
    await port.write(Uint8Array.from({ length: 256 }, (_, at) => at));
    await vi.waitUntil(() => heard.bytes.length === 256);
    expect(heard.bytes).toEqual(Array.from({ length: 256 }, (_, at) => at));
  });

  it('changes its speed, together with the device', async () => {
    const device = new Echo();
    const slot = await plug(device);
    const heard = listener();
    await using port = await open(slot.path, heard);
    expect(port.baud).toBe(115_200);
    await port.setSpeed(9600);
    device.wire?.setSpeed(9600);
    expect(port.baud).toBe(9600);
    await port.write(Uint8Array.of(1, 2, 3));
    await vi.waitUntil(() => heard.bytes.length === 3);
  });

  it.each([1200, 10_753, 38_400])('at %i baud hears something else than the device says at 115200', async (baud) => {
    const device = new Echo();
    const slot = await plug(device);
    const heard = listener();
    await using port = await open(slot.path, heard);
    await port.setSpeed(baud);
    device.wire?.send(Uint8Array.of(0x55, 0x06, 0x03));
    await vi.waitUntil(() => heard.bytes.length > 0);
    expect(heard.bytes).not.toContain(0x55);
    await port.write(Uint8Array.of(0x55));
    await vi.waitUntil(() => device.heard.length > 0);
    expect(device.heard).not.toContain(0x55);
  });

  it('forgets what came and was not handed over', async () => {
    const slot = await plug();
    await using port = await open(slot.path);
    await expect(port.discardInput()).resolves.toBeUndefined();
  });

  it('is opened by one program at a time', async () => {
    const slot = await plug();
    await using _ = await open(slot.path);
    expect(await codeOf(open(slot.path))).toBe('port-in-use');
  });

  it('is opened again after it was closed', async () => {
    const device = new Echo();
    const slot = await plug(device);
    await (await open(slot.path)).close();
    const heard = listener();
    await using port = await open(slot.path, heard);
    await port.write(Uint8Array.of(7));
    await vi.waitUntil(() => heard.bytes.length === 1);
    expect(device.attached).toBe(1);
  });

  it('closes more than once', async () => {
    const slot = await plug();
    const heard = listener();
    const port = await open(slot.path, heard);
    await port.close();
    await port.close();
    expect(heard.lost).not.toHaveBeenCalled();
  });

  it.each([
    ['a name that is none', '/dev/no-such-port', 'port-not-found'],
    ['a file that is no port', '/dev/null', 'port-failed'],
  ])('%s', async (_, path, code) => {
    expect(await codeOf(open(path))).toBe(code);
  });

  it('is not opened for a caller that has given up', async () => {
    const slot = await plug();
    const opening = serialPorts().open(slot.path ?? '', { baud: 9600 }, listener(), { signal: AbortSignal.abort() });
    expect(await codeOf(opening)).toBe('cancelled');
  });

  it('lists what the machine has, or says that it cannot, and sends nothing', async () => {
    const device = new Echo();
    await plug(device);
    expect(await codeOf(serialPorts().list())).toMatch(/^(none|ports-not-listed)$/);
    expect(device.heard).toEqual([]);
  });

  it('says that it cannot list where the system has no udevadm', async () => {
    vi.stubEnv('PATH', '/nowhere');
    const code = await codeOf(serialPorts().list());
    vi.unstubAllEnvs();
    expect(code).toBe('ports-not-listed');
  });
});

describe('a port that is unplugged', () => {
  it('says so once while somebody waits for bytes', async () => {
    const slot = await plug();
    const heard = listener();
    const port = await open(slot.path, heard);
    slot.unplug();
    await vi.waitUntil(() => heard.lost.mock.calls.length > 0);
    await port.close();
    expect(heard.lost).toHaveBeenCalledTimes(1);
  });

  it('fails whoever writes', async () => {
    const slot = await plug();
    const heard = listener();
    const port = await open(slot.path, heard);
    slot.unplug();
    await vi.waitUntil(() => heard.lost.mock.calls.length > 0);
    expect(await codeOf(port.write(Uint8Array.of(1)))).toBe('reader-lost');
    expect(await codeOf(port.setSpeed(9600))).toBe('reader-lost');
  });

  it('is closed without waiting for ever, also in the same moment', async () => {
    const slot = await plug();
    const heard = listener();
    const port = await open(slot.path, heard);
    slot.unplug();
    await port.close();
    expect(heard.lost).not.toHaveBeenCalled();
  });

  it('is found again under the name that a link keeps', async () => {
    const link = join(mkdtempSync(join(tmpdir(), 'sscard-link-')), 'unit');
    const slot = await plug(new Echo(), { link });
    const first = await open(link);
    slot.unplug();
    expect(existsSync(link)).toBe(false);
    await first.close();
    slot.plugIn();
    const heard = listener();
    await using port = await open(link, heard);
    await port.write(Uint8Array.of(9));
    await vi.waitUntil(() => heard.bytes.length === 1);
  });
});

it('1,000 plug cycles lose no event and leave nothing open', async () => {
  const device = new Echo();
  const slot = await plug(device);
  const files = () => readdirSync('/proc/self/fd').length;
  const cycle = async () => {
    slot.plugIn();
    const heard = listener();
    const port = await open(slot.path, heard);
    await port.write(Uint8Array.of(1));
    await vi.waitUntil(() => heard.bytes.length === 1, { interval: 1 });
    slot.unplug();
    await vi.waitUntil(() => heard.lost.mock.calls.length > 0, { interval: 1 });
    await port.close();
    return heard.lost.mock.calls.length;
  };
  slot.unplug();
  await cycle();
  const before = files();
  let lost = 0;
  for (let turn = 0; turn < 1000; turn++) lost += await cycle();
  expect(lost).toBe(1000);
  expect(files()).toBeLessThanOrEqual(before);
});
