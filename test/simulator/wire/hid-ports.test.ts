import { describe, expect, it, type Mock, vi } from 'vitest';
import { toHex } from '../../../apdu/bytes.ts';
import type { SscardError } from '../../../apdu/errors.ts';
import { hidPackings } from '../../../drivers/hid/packing.ts';
import { hidPorts } from '../../../drivers/hid/ports.ts';
import type { PortListener } from '../../../drivers/port.ts';
import { FakeHid, type HidIdentity } from '../../../src/simulator/wire/hid.ts';
import { Recorder } from './recorder.ts';

const NAME = '23a4:0219';
const SETTINGS = { baud: 9600 };

function rig(more: Partial<HidIdentity> = {}) {
  const device = new Recorder();
  const hid = new FakeHid(device, { vendorId: 0x23a4, productId: 0x0219, ...more });
  const ports = hidPorts({ hid, ...(more.form && { packing: more.form }) });
  return { device, hid, ports };
}

function listener(): PortListener & { readonly text: () => string; readonly lost: Mock<PortListener['lost']> } {
  let text = '';
  return {
    text: () => text,
    received: (bytes) => {
      text += toHex(bytes);
    },
    lost: vi.fn<PortListener['lost']>(),
  };
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    ({ code }: SscardError) => code,
  );

describe('a HID device as a port', () => {
  it('is listed by its numbers, and nothing is sent', async () => {
    const { device, ports } = rig({ serialNumber: 'A1' });
    expect(await ports.list()).toEqual([{ name: NAME, vendorId: '23a4', productId: '0219', serialNumber: 'A1' }]);
    expect(device.heard).toEqual([]);
  });

  it.each(hidPackings)('carries bytes both ways in %s', async (form) => {
    const { device, ports } = rig({ form });
    const heard = listener();
    await using port = await ports.open(NAME, SETTINGS, heard);
    const bytes = Uint8Array.from({ length: 200 }, (_, at) => at + 1);
    await port.write(bytes);
    await vi.waitUntil(() => device.heard.length === 4);
    expect(device.heard.join('').startsWith(toHex(bytes))).toBe(true);
    device.wire?.send(bytes);
    await vi.waitUntil(() => heard.text().length >= 400);
    expect(heard.text().startsWith(toHex(bytes))).toBe(true);
    expect(heard.text().slice(400)).toMatch(/^0*$/);
  });

  it('is opened by its serial number, or by its path', async () => {
    const { hid, ports } = rig({ serialNumber: 'A1' });
    await (await ports.open(`${NAME}:A1`, SETTINGS, listener())).close();
    const [{ path } = { path: '' }] = await hid.devicesAsync();
    await (await ports.open(path, SETTINGS, listener())).close();
    expect(await codeOf(ports.open(`${NAME}:B2`, SETTINGS, listener()))).toBe('port-not-found');
  });

  it('is not chosen for its user where there are two', async () => {
    const { hid } = rig();
    const two = async () => [
      { path: '/dev/hidraw1', vendorId: 0x23a4, productId: 0x0219 },
      { path: '/dev/hidraw2', vendorId: 0x23a4, productId: 0x0219 },
    ];
    const opening = hidPorts({ hid: { HIDAsync: hid.HIDAsync, devicesAsync: two } }).open(NAME, SETTINGS, listener());
    await expect(opening).rejects.toMatchObject({
      code: 'reader-ambiguous',
      details: { choices: ['/dev/hidraw1', '/dev/hidraw2'] },
    });
  });

  it('has no speed', async () => {
    await using port = await rig().ports.open(NAME, SETTINGS, listener());
    expect(port.baud).toBeUndefined();
    await port.setSpeed(9600);
    await port.discardInput();
  });

  it.each([
    ['nothing of that number is there', '23a4:0001', 'port-not-found'],
    ['no such path is there', '/dev/hidraw99', 'port-not-found'],
  ])('%s', async (_, name, code) => {
    expect(await codeOf(rig().ports.open(name, SETTINGS, listener()))).toBe(code);
  });

  it('is opened by one at a time', async () => {
    const { ports } = rig();
    await using _ = await ports.open(NAME, SETTINGS, listener());
    expect(await codeOf(ports.open(NAME, SETTINGS, listener()))).toBe('port-in-use');
  });

  it('is not opened for a caller that has given up', async () => {
    const opening = rig().ports.open(NAME, SETTINGS, listener(), { signal: AbortSignal.abort() });
    expect(await codeOf(opening)).toBe('cancelled');
  });

  it('gives a device back that opens too late', async () => {
    const { hid, ports } = rig();
    const stop = new AbortController();
    const opening = ports.open(NAME, SETTINGS, listener(), { signal: stop.signal });
    stop.abort();
    expect(await codeOf(opening)).toBe('cancelled');
    await vi.waitUntil(async () => (await codeOf(ports.open(NAME, SETTINGS, listener()))) === 'none');
    hid.unplug();
  });
});

describe('reports that are wrong', () => {
  it.each(['short', 'long', 'wrong-number'] as const)('%s: the next one is heard again', async (fault) => {
    for (const form of hidPackings) {
      const { device, hid, ports } = rig({ form });
      const heard = listener();
      await using _port = await ports.open(NAME, SETTINGS, heard);
      hid.misreport(fault);
      device.wire?.send(new Uint8Array(40).fill(0x11));
      device.wire?.send(Uint8Array.of(0x22, 0x33));
      await vi.waitUntil(() => heard.text().includes('2233'));
      expect(heard.lost).not.toHaveBeenCalled();
    }
  });

  it.each([
    ['twice', '111122'],
    ['late', '2211'],
  ] as const)('that come %s are handed up as they come', async (fault, expected) => {
    const { device, hid, ports } = rig({ form: 'len1-64' });
    const heard = listener();
    await using _port = await ports.open(NAME, SETTINGS, heard);
    hid.misreport(fault);
    device.wire?.send(Uint8Array.of(0x11));
    device.wire?.send(Uint8Array.of(0x22));
    await vi.waitUntil(() => heard.text().length >= expected.length);
    expect(heard.text()).toBe(expected);
  });

  it('of another number are not handed up', async () => {
    const { device, hid, ports } = rig({ form: 'rid-64' });
    const heard = listener();
    await using _port = await ports.open(NAME, SETTINGS, heard);
    hid.misreport('wrong-number');
    device.wire?.send(Uint8Array.of(0x11));
    device.wire?.send(Uint8Array.of(0x22));
    await vi.waitUntil(() => heard.text() !== '');
    expect(heard.text().startsWith('22')).toBe(true);
  });
});

describe('a HID device that is unplugged', () => {
  it('says so once while somebody waits', async () => {
    const { hid, ports } = rig();
    const heard = listener();
    const port = await ports.open(NAME, SETTINGS, heard);
    hid.unplug();
    await vi.waitUntil(() => heard.lost.mock.calls.length > 0);
    await port.close();
    expect(heard.lost).toHaveBeenCalledTimes(1);
    expect(await codeOf(port.write(Uint8Array.of(1)))).toBe('reader-lost');
    expect(await codeOf(port.setSpeed(9600))).toBe('reader-lost');
  });

  it('fails whoever writes, between two reports too, and says it once', async () => {
    const { hid, ports } = rig();
    const heard = listener();
    const port = await ports.open(NAME, SETTINGS, heard);
    const writing = codeOf(port.write(new Uint8Array(300)));
    hid.unplug();
    expect(await writing).toBe('reader-lost');
    await vi.waitUntil(() => heard.lost.mock.calls.length > 0);
    expect(heard.lost).toHaveBeenCalledTimes(1);
  });

  it('in the moment it is closed is no news', async () => {
    const { hid, ports } = rig();
    const heard = listener();
    const port = await ports.open(NAME, SETTINGS, heard);
    const closing = port.close();
    hid.unplug();
    await closing;
    expect(heard.lost).not.toHaveBeenCalled();
  });

  it('in the moment it is opened is not there', async () => {
    const { hid, ports } = rig();
    const opening = codeOf(ports.open(NAME, SETTINGS, listener()));
    hid.unplug();
    expect(await opening).toBe('port-not-found');
    expect(await ports.list()).toEqual([]);
  });

  it('is there again under the same name', async () => {
    const { device, hid, ports } = rig();
    const first = await ports.open(NAME, SETTINGS, listener());
    hid.unplug();
    await first.close();
    hid.plugIn();
    await using port = await ports.open(NAME, SETTINGS, listener());
    await port.write(Uint8Array.of(9));
    await vi.waitUntil(() => device.heard.length === 1);
  });
});
