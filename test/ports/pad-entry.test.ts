import { expect, test } from 'vitest';
import { fromHex, toHex } from '../../apdu/bytes.ts';
import type { PadCustody, PinEntered, PinForm, PinPad } from '../../drivers/pin-pad.ts';
import { kmyMaintenance, kmyPad } from '../../drivers/pinpad/kmy/pad.ts';
import { plainPad } from '../../drivers/pinpad/plain/pad.ts';
import { zt598Maintenance, zt598Pad } from '../../drivers/pinpad/zt598/pad.ts';
import type { Ports } from '../../drivers/port.ts';
import { serialPorts } from '../../drivers/serial/ports.ts';
import { decryptEcb, encryptEcb } from '../../src/crypto/blocks.ts';
import { pinBlock0 } from '../../src/crypto/pin-block.ts';
import { KmyPad } from '../../src/simulator/pads/kmy.ts';
import type { EmulatedPad } from '../../src/simulator/pads/pad.ts';
import { PlainPad } from '../../src/simulator/pads/plain.ts';
import { Zt598Pad } from '../../src/simulator/pads/zt598.ts';
import { pacedLine } from '../../src/simulator/wire/pace.ts';
import { servePty } from '../../src/simulator/wire/pty.ts';

/** Pads on pseudo-terminals, at the 9600 baud that they have, through the real serialport. */
const PIN = '735190';
const ACCOUNT = '6234567890123453';
const MASTER = fromHex('0123456789ABCDEFFEDCBA9876543210');
const WORKING = fromHex('00112233445566778899AABBCCDDEEFF');

interface Place {
  readonly ports: Ports;
  readonly port: string;
}

/** A pad that was told its keys. */
async function withKeys(
  maintenance: AsyncDisposable & PadCustody & { loadMasterKey(number: number, key: Uint8Array): Promise<unknown> },
  working: number,
): Promise<void> {
  await using keys = maintenance;
  await keys.loadMasterKey(1, MASTER);
  const cryptogram = encryptEcb('3DES', MASTER, WORKING);
  expect(await keys.loadWorkingKey({ master: 1, number: working, cryptogram })).toEqual({ kind: 'loaded' });
}

async function entered(
  device: EmulatedPad,
  form: PinForm,
  open: (place: Place) => Promise<PinPad>,
): Promise<PinEntered> {
  await using slot = await servePty(pacedLine(device));
  await using pad = await open({ ports: serialPorts(), port: slot.path ?? '' });
  device.act(PIN);
  return await pad.enterPin({ prompt: 'pin', min: 6, max: 6, form });
}

const block = { kind: 'block', format: 0, accountNumber: ACCOUNT } as const;

test.each([
  [
    'KMY350x',
    () => new KmyPad(),
    async (place: Place) => {
      await withKeys(await kmyMaintenance(place), 3);
      return kmyPad({ ...place, master: 1, working: 3 });
    },
  ],
  [
    'ZT598',
    () => new Zt598Pad(),
    async (place: Place) => {
      await withKeys(await zt598Maintenance(place), 0x40);
      return zt598Pad(place);
    },
  ],
] as const)('%s: keys are loaded, a PIN is typed, its block is opened', async (_, make, open) => {
  const given = await entered(make(), block, open);
  if (given.kind !== 'block') throw new Error(given.kind);
  const expected = pinBlock0(new TextEncoder().encode(PIN), ACCOUNT);
  expect(toHex(decryptEcb('3DES', WORKING, given.block))).toBe(toHex(expected));
});

test('a plain keypad: the digits come', async () => {
  const given = await entered(new PlainPad(), { kind: 'digits' }, (place) => plainPad(place));
  if (given.kind !== 'digits') throw new Error(given.kind);
  await given.pin.use(async (digits) => expect(toHex(digits)).toBe(toHex(new TextEncoder().encode(PIN))));
});
