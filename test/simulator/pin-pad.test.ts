import { expect, it } from 'vitest';
import { fromHex, toHex } from '../../apdu/bytes.ts';
import type { PinEntered, PinEntry } from '../../drivers/pin-pad.ts';
import { decryptEcb } from '../../src/crypto/blocks.ts';
import { SimulatedPinPad } from '../../src/simulator/pin-pad.ts';

const KEY = fromHex('0123456789ABCDEFFEDCBA9876543210');
const ENTRY: PinEntry = { prompt: 'pin', min: 4, max: 6, form: { kind: 'digits' } };
const ACCOUNT = '6200000000000000006';

function digitsOf(entered: PinEntered): string {
  if (entered.kind !== 'digits') return entered.kind;
  return entered.pin.judge((digits) => new TextDecoder().decode(digits));
}

it('types what the test gives it, one entry after the other', async () => {
  const pad = new SimulatedPinPad();
  pad.act('735190', '482615');
  expect([digitsOf(await pad.enterPin(ENTRY)), digitsOf(await pad.enterPin(ENTRY))]).toEqual(['735190', '482615']);
});

it('goes on asking after too few digits, and takes no more than the most', async () => {
  const pad = new SimulatedPinPad();
  pad.act('123', '7351901');
  expect(digitsOf(await pad.enterPin(ENTRY))).toBe('735190');
});

it('tells how many digits stand there, and never which', async () => {
  const seen: number[] = [];
  const pad = new SimulatedPinPad();
  pad.act('123456');
  await pad.enterPin({ ...ENTRY, progress: (digits) => seen.push(digits) });
  expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
});

it('enter alone is a bypass where it may be one, else it is not taken', async () => {
  const pad = new SimulatedPinPad();
  pad.act('', '', '735190');
  expect([(await pad.enterPin({ ...ENTRY, bypass: true })).kind, (await pad.enterPin(ENTRY)).kind]).toEqual([
    'bypassed',
    'digits',
  ]);
});

it.each([
  ['cancel', 'cancelled'],
  ['walk-away', 'timed-out'],
  ['out-of-order', 'out-of-order'],
] as const)('on order: %s', async (act, kind) => {
  const pad = new SimulatedPinPad();
  pad.act({ act });
  expect(await pad.enterPin(ENTRY)).toEqual({ kind });
});

it('breaks on order', async () => {
  const pad = new SimulatedPinPad();
  pad.act({ act: 'lost' });
  await expect(pad.enterPin(ENTRY)).rejects.toThrow(expect.objectContaining({ code: 'reader-lost' }));
});

it('waits for somebody, and no longer than it is told', async () => {
  const pad = new SimulatedPinPad();
  const entered = pad.enterPin(ENTRY);
  pad.act('735190');
  expect([digitsOf(await entered), await pad.enterPin(ENTRY, { timeout: 5 })]).toEqual([
    '735190',
    { kind: 'timed-out' },
  ]);
});

it('stops at the signal', async () => {
  const stop = new AbortController();
  const entered = new SimulatedPinPad().enterPin(ENTRY, { signal: stop.signal });
  stop.abort();
  expect(await entered).toEqual({ kind: 'cancelled' });
});

it('one entry at a time', async () => {
  const pad = new SimulatedPinPad();
  const first = pad.enterPin(ENTRY);
  await expect(pad.enterPin(ENTRY)).rejects.toThrow(RangeError);
  pad.act({ act: 'cancel' });
  expect(await first).toEqual({ kind: 'cancelled' });
});

it('makes the block inside: format 0 under the working key', async () => {
  const pad = new SimulatedPinPad({ workingKey: KEY, givesDigits: false });
  pad.act('123456');
  const entered = await pad.enterPin({ ...ENTRY, form: { kind: 'block', format: 0, accountNumber: ACCOUNT } });
  // 06123456FFFFFFFF and 0000000000000000: the twelve digits left of the check digit are zeros.
  const block = entered.kind === 'block' ? toHex(decryptEcb('3DES', KEY, entered.block)) : entered.kind;
  expect(block).toBe('06123456FFFFFFFF');
});

it.each([
  [1, 8],
  [3, 8],
  [4, 16],
] as const)('makes blocks of format %i, of %i bytes', async (format, length) => {
  const pad = new SimulatedPinPad({ workingKey: KEY });
  pad.act('123456');
  const entered = await pad.enterPin({ ...ENTRY, form: { kind: 'block', format, accountNumber: ACCOUNT } });
  expect(entered).toMatchObject({ kind: 'block', block: { length } });
});

it('a form it does not give is a fault of the program', async () => {
  const form = { kind: 'block', format: 1 } as const;
  await expect(new SimulatedPinPad().enterPin({ ...ENTRY, form })).rejects.toThrow(RangeError);
});
