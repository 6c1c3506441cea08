import { expect, test } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { zt598Maintenance, zt598Pad } from '../../../drivers/pinpad/zt598/pad.ts';
import { decryptEcb, encryptEcb } from '../../../src/crypto/blocks.ts';
import { Zt598Pad } from '../../../src/simulator/pads/zt598.ts';
import { memoryPorts } from '../../../src/simulator/wire/memory.ts';

const PIN = '482615';
const ACCOUNT = '6234567890123453';
const MASTER = fromHex('0123456789ABCDEFFEDCBA9876543210');
const WORKING = fromHex('00112233445566778899AABBCCDDEEFF');

/** The bytes under the working key. */
async function blockOf(algorithm: '3DES' | 'SM4', format: 0 | 1 | 3): Promise<Uint8Array> {
  const device = new Zt598Pad();
  const options = { ports: memoryPorts(device), port: 'memory', algorithm, working: 0x33 };
  const maintenance = await zt598Maintenance(options);
  await maintenance.loadMasterKey(1, MASTER);
  await maintenance.loadWorkingKey({ master: 1, number: 0x33, cryptogram: encryptEcb(algorithm, MASTER, WORKING) });
  await maintenance[Symbol.asyncDispose]();
  await using pad = await zt598Pad(options);
  device.act(PIN);
  const form = { kind: 'block', format, accountNumber: ACCOUNT } as const;
  const entered = await pad.enterPin({ prompt: 'pin', min: 4, max: 6, form });
  if (entered.kind !== 'block') throw new Error(entered.kind);
  return decryptEcb(algorithm, WORKING, entered.block);
}

/** Takes the account digits out again: they stand at the right end. */
function withoutAccount(block: Uint8Array): string {
  const account = fromHex(ACCOUNT.slice(-13, -1));
  const from = block.length - account.length;
  return toHex(block.map((byte, at) => byte ^ (account[at - from] ?? 0)));
}

test('a block of format 0 gives the PIN', async () => {
  expect(withoutAccount(await blockOf('3DES', 0))).toBe(`06${PIN}FFFFFFFF`);
});

test('a block of format 1 gives the PIN, filled with other digits each time', async () => {
  const [one, other] = [toHex(await blockOf('3DES', 1)), toHex(await blockOf('3DES', 1))];
  expect([one, other].map((block) => block.slice(0, 8))).toEqual([`16${PIN}`, `16${PIN}`]);
  expect(one).not.toBe(other);
});

test('a block of format 3 gives the PIN, filled with letters', async () => {
  expect(withoutAccount(await blockOf('3DES', 3))).toMatch(new RegExp(`^36${PIN}[A-F]{8}$`));
});

test('a block under SM4 gives the PIN', async () => {
  expect(withoutAccount(await blockOf('SM4', 0))).toBe(`06${PIN}${'F'.repeat(24)}`);
});
