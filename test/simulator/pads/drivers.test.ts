import { describe, expect, it, vi } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { PinEntry, PinPad } from '../../../drivers/pin-pad.ts';
import { type KmyOptions, kmyMaintenance, kmyPad } from '../../../drivers/pinpad/kmy/pad.ts';
import { plainPad } from '../../../drivers/pinpad/plain/pad.ts';
import { type Zt598Options, zt598Maintenance, zt598Pad } from '../../../drivers/pinpad/zt598/pad.ts';
import type { PortListener, Ports } from '../../../drivers/port.ts';
import { decryptEcb, encryptEcb } from '../../../src/crypto/blocks.ts';
import { pinBlock0 } from '../../../src/crypto/pin-block.ts';
import { KmyPad } from '../../../src/simulator/pads/kmy.ts';
import type { EmulatedPad } from '../../../src/simulator/pads/pad.ts';
import { type PlainAnswer, PlainPad } from '../../../src/simulator/pads/plain.ts';
import { Zt598Pad } from '../../../src/simulator/pads/zt598.ts';
import { memoryPorts } from '../../../src/simulator/wire/memory.ts';

const PIN = '735190';
const ACCOUNT = '6234567890123453';
const MASTER = fromHex('0123456789ABCDEFFEDCBA9876543210');
const WORKING = fromHex('00112233445566778899AABBCCDDEEFF');
const ascii = new TextEncoder();

/** Everything that went over the line, both ways. */
function tapped(ports: Ports): { readonly ports: Ports; readonly seen: () => Buffer } {
  const bytes: Uint8Array[] = [];
  const tap: Ports = {
    scheme: ports.scheme,
    list: (waiting) => ports.list(waiting),
    async open(name, settings, listener, waiting) {
      const heard: PortListener = {
        received: (got) => {
          bytes.push(got.slice());
          listener.received(got);
        },
        lost: (cause) => listener.lost(cause),
      };
      const port = await ports.open(name, settings, heard, waiting);
      const write = port.write.bind(port);
      port.write = (sent) => {
        bytes.push(sent.slice());
        return write(sent);
      };
      return port;
    },
  };
  return { ports: tap, seen: () => Buffer.concat(bytes) };
}

const blockEntry = (change: Partial<PinEntry> = {}): PinEntry => ({
  prompt: 'pin',
  min: 4,
  max: 6,
  form: { kind: 'block', format: 0, accountNumber: ACCOUNT },
  ...change,
});
const digitsEntry = (change: Partial<PinEntry> = {}): PinEntry => ({
  prompt: 'pin',
  min: 4,
  max: 6,
  form: { kind: 'digits' },
  ...change,
});

interface Epp {
  readonly name: string;
  readonly device: () => EmulatedPad;
  readonly cipher: '3DES' | 'SM4';
  readonly working: number;
  readonly open: (ports: Ports) => Promise<PinPad>;
  readonly maintain: (ports: Ports) => ReturnType<typeof kmyMaintenance>;
}

const kmy = (ports: Ports): KmyOptions => ({ ports, port: 'memory' });
const zt = (ports: Ports, algorithm: '3DES' | 'SM4'): Zt598Options => ({ ports, port: 'memory', algorithm });

const epps: readonly Epp[] = [
  {
    name: 'KMY350x',
    device: () => new KmyPad(),
    cipher: '3DES',
    working: 0,
    open: (ports) => kmyPad(kmy(ports)),
    maintain: (ports) => kmyMaintenance(kmy(ports)),
  },
  {
    name: 'KMY350x, binary',
    device: () => new KmyPad({ variant: 'binary' }),
    cipher: '3DES',
    working: 0,
    open: (ports) => kmyPad({ ...kmy(ports), variant: 'binary' }),
    maintain: (ports) => kmyMaintenance({ ...kmy(ports), variant: 'binary' }),
  },
  {
    name: 'ZT598',
    device: () => new Zt598Pad(),
    cipher: '3DES',
    working: 0x40,
    open: (ports) => zt598Pad(zt(ports, '3DES')),
    maintain: (ports) => zt598Maintenance(zt(ports, '3DES')),
  },
  {
    name: 'ZT598, SM4',
    device: () => new Zt598Pad(),
    cipher: 'SM4',
    working: 0x20,
    open: (ports) => zt598Pad(zt(ports, 'SM4')),
    maintain: (ports) => zt598Maintenance(zt(ports, 'SM4')),
  },
];

/** A pad with its keys loaded, in the same number for master and all. */
async function ready({ device: make, cipher, working, open, maintain }: Epp) {
  const device = make();
  const { ports, seen } = tapped(memoryPorts(device));
  const maintenance = await maintain(ports);
  expect(await maintenance.loadMasterKey(1, MASTER)).toEqual({ kind: 'loaded' });
  const cryptogram = encryptEcb(cipher, MASTER, WORKING);
  // KMY blocks are made under working key 0 of master key 0.
  expect(await maintenance.loadMasterKey(0 + (working === 0 ? 0 : 1), MASTER)).toEqual({ kind: 'loaded' });
  const key = { master: working === 0 ? 0 : 1, number: working, cryptogram };
  expect(await maintenance.loadWorkingKey(key)).toEqual({ kind: 'loaded' });
  await maintenance[Symbol.asyncDispose]();
  const before = seen().length;
  const pad = await open(ports);
  return { device, pad, seen: () => seen().subarray(before) };
}

describe.each(epps)('$name', (epp) => {
  it('gives the block of what was typed, and shows stars', async () => {
    const { device, pad } = await ready(epp);
    const stars: number[] = [];
    device.act('73<3519<90');
    const entered = await pad.enterPin(blockEntry({ progress: (digits) => stars.push(digits) }));
    expect(entered.kind).toBe('block');
    const block = decryptEcb(epp.cipher, WORKING, entered.kind === 'block' ? entered.block : new Uint8Array());
    expect(block).toHaveLength(epp.cipher === 'SM4' ? 16 : 8);
    if (epp.cipher === '3DES') expect(toHex(block)).toBe(toHex(pinBlock0(ascii.encode(PIN), ACCOUNT)));
    expect(stars.at(-1)).toBe(6);
    expect([...pad.gives]).toEqual(['block']);
  });

  it('never has the PIN on its line', async () => {
    const { device, pad, seen } = await ready(epp);
    device.act(PIN);
    await pad.enterPin(blockEntry());
    const bytes = seen();
    for (const form of [ascii.encode(PIN), fromHex(PIN), ascii.encode(Buffer.from(PIN).toString('hex'))]) {
      expect(bytes.includes(Buffer.from(form))).toBe(false);
    }
  });

  it('a person who presses cancel has cancelled', async () => {
    const { device, pad } = await ready(epp);
    device.act({ act: 'cancel', keys: '73' });
    expect(await pad.enterPin(blockEntry())).toEqual({ kind: 'cancelled' });
    device.act(PIN);
    expect((await pad.enterPin(blockEntry())).kind).toBe('block');
  });

  it('a person who walks away is waited for no longer than that', async () => {
    const { device, pad } = await ready(epp);
    const left: number[] = [];
    device.act({ act: 'walk-away', keys: '7' });
    const entry = blockEntry({ timeLeft: (seconds) => left.push(seconds) });
    expect(await pad.enterPin(entry, { timeout: 1000 })).toEqual({ kind: 'timed-out' });
    expect(left[0]).toBe(1);
    device.act(PIN);
    expect((await pad.enterPin(blockEntry())).kind).toBe('block');
  });

  it('is given up when the caller gives up, and serves the next one', async () => {
    const { device, pad } = await ready(epp);
    const abort = new AbortController();
    const asking = pad.enterPin(blockEntry({ progress: () => abort.abort() }), { signal: abort.signal });
    device.act({ act: 'walk-away', keys: '73' });
    expect(await asking).toEqual({ kind: 'cancelled' });
    device.act(PIN);
    expect((await pad.enterPin(blockEntry())).kind).toBe('block');
  });

  it('that shows digits on the line is out of order', async () => {
    const { device, pad } = await ready(epp);
    device.misbehave({ kind: 'clear-digits' });
    device.act(PIN);
    expect(await pad.enterPin(blockEntry())).toMatchObject({ kind: 'out-of-order' });
  });

  it('that was opened is out of order', async () => {
    const { device, pad } = await ready(epp);
    device.misbehave({ kind: 'tampered' });
    device.act(PIN);
    expect(await pad.enterPin(blockEntry())).toMatchObject({ kind: 'out-of-order' });
  });

  it('without keys is out of order', async () => {
    const device = epp.device();
    const pad = await epp.open(memoryPorts(device));
    device.act(PIN);
    expect(await pad.enterPin(blockEntry())).toMatchObject({ kind: 'out-of-order' });
  });

  it('a damaged answer is asked for again', async () => {
    const { device, pad } = await ready(epp);
    device.misbehave({ kind: 'wrong-check', after: 1 });
    device.act(PIN);
    expect((await pad.enterPin(blockEntry())).kind).toBe('block');
  });

  it('that is unplugged is lost', async () => {
    const device = epp.device();
    const ports = memoryPorts(device);
    const pad = await epp.open(ports);
    const asking = pad.enterPin(blockEntry());
    ports.unplug();
    await expect(asking).rejects.toMatchObject({ code: 'reader-lost' });
  });

  it('that is not there is silent', async () => {
    const device = epp.device();
    device.misbehave({ kind: 'silence', times: 10 });
    await expect(epp.open(memoryPorts(device))).rejects.toMatchObject({ code: 'unit-silent' });
  });

  it('keys under a master key that is not there are refused', async () => {
    const maintenance = await epp.maintain(memoryPorts(epp.device()));
    const outcome = await maintenance.loadWorkingKey({ master: 3, number: epp.working, cryptogram: WORKING });
    expect(outcome.kind).toBe('refused');
  });

  it('forgets its keys when it is told to', async () => {
    const { device } = await ready(epp);
    const maintenance = await epp.maintain(memoryPorts(device));
    expect(await maintenance.wipeKeys()).toEqual({ kind: 'loaded' });
    const key = { master: epp.working === 0 ? 0 : 1, number: epp.working, cryptogram: WORKING };
    expect((await maintenance.loadWorkingKey(key)).kind).toBe('refused');
  });

  it('gives no digits, and no other block', async () => {
    const { pad } = await ready(epp);
    await expect(pad.enterPin(digitsEntry())).rejects.toThrow(RangeError);
    const form = { kind: 'block', format: 4, accountNumber: ACCOUNT } as const;
    await expect(pad.enterPin(blockEntry({ form }))).rejects.toMatchObject({ code: 'unsupported' });
  });
});

describe('a plain keypad', () => {
  const answers: readonly (readonly [PlainAnswer, 'fixed' | 'cr' | 'stx-etx'])[] = [
    ['fixed', 'fixed'],
    ['high-bits', 'fixed'],
    ['cr', 'cr'],
    ['stx-etx', 'stx-etx'],
  ];
  const profiles = ['start-generic', 'start-icbc', 'esc-bracket', 'esc-ml', 'esc-f', 'ctrl'] as const;
  const cases = profiles.flatMap((profile) => answers.map(([says, answer]) => ({ profile, says, answer })));

  it.each(cases)('$profile that answers $says gives the digits', async ({ profile, says, answer }) => {
    const device = new PlainPad({ profile, answer: says });
    await using pad = await plainPad({ ports: memoryPorts(device), port: 'memory', profile, answer });
    device.act(PIN, '482615');
    for (const [prompt, digits] of [
      ['pin', PIN],
      ['new-pin-again', '482615'],
    ] as const) {
      const entered = await pad.enterPin(digitsEntry({ prompt }));
      expect(entered.kind).toBe('digits');
      if (entered.kind === 'digits')
        await entered.pin.use(async (typed) => expect(toHex(typed)).toBe(toHex(ascii.encode(digits))));
    }
  });

  it('enter alone is an answer where that is allowed', async () => {
    const device = new PlainPad();
    await using pad = await plainPad({ ports: memoryPorts(device), port: 'memory' });
    device.act('');
    expect(await pad.enterPin(digitsEntry({ bypass: true }))).toEqual({ kind: 'bypassed' });
  });

  it('too few digits are asked for again', async () => {
    const device = new PlainPad();
    await using pad = await plainPad({ ports: memoryPorts(device), port: 'memory' });
    device.act('12', PIN);
    const entered = await pad.enterPin(digitsEntry());
    expect(entered.kind === 'digits' && entered.pin.length).toBe(6);
  });

  it('a person who cancels or walks away looks alike: time is over', async () => {
    const device = new PlainPad();
    await using pad = await plainPad({ ports: memoryPorts(device), port: 'memory' });
    device.act({ act: 'cancel' });
    expect(await pad.enterPin(digitsEntry(), { timeout: 200 })).toEqual({ kind: 'timed-out' });
  });

  it('is given up when the caller gives up', async () => {
    const device = new PlainPad();
    await using pad = await plainPad({ ports: memoryPorts(device), port: 'memory' });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 10);
    expect(await pad.enterPin(digitsEntry(), { signal: abort.signal })).toEqual({ kind: 'cancelled' });
  });

  it('asks one person at a time', async () => {
    const device = new PlainPad();
    await using pad = await plainPad({ ports: memoryPorts(device), port: 'memory' });
    const asking = pad.enterPin(digitsEntry(), { timeout: 50 });
    await expect(pad.enterPin(digitsEntry())).rejects.toThrow(RangeError);
    await asking;
  });

  it('keeps no digit in what it throws', async () => {
    const device = new PlainPad();
    const ports = memoryPorts(device);
    const pad = await plainPad({ ports, port: 'memory' });
    const asking = pad.enterPin(digitsEntry());
    device.act({ act: 'walk-away', keys: PIN });
    await vi.waitFor(() => expect(true).toBe(true));
    ports.unplug();
    const error = await asking.catch((thrown: unknown) => thrown);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(PIN);
  });
});
