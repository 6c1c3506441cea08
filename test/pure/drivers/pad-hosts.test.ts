import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import type { PinEntry, PinPad } from '../../../drivers/pin-pad.ts';
import { kmyMaintenance, kmyPad } from '../../../drivers/pinpad/kmy/pad.ts';
import { plainPad } from '../../../drivers/pinpad/plain/pad.ts';
import { zt598Pad } from '../../../drivers/pinpad/zt598/pad.ts';
import type { Ports } from '../../../drivers/port.ts';
import { goldenExchange, ScriptedPort } from './scripted-port.ts';

const BLOCK = fromHex('8F3A1C5577E2B901');
const SM4_BLOCK = fromHex('595298C7C6FD271F0402F804C33D3F66');
const ENTRY: PinEntry = {
  prompt: 'pin',
  min: 6,
  max: 6,
  form: { kind: 'block', format: 0, accountNumber: '2345678901238' },
};
const DIGITS: PinEntry = { ...ENTRY, form: { kind: 'digits' } };

type Open = (ports: Ports) => Promise<PinPad>;
const kmy: Open = (ports) => kmyPad({ ports, port: 'script' });
const zt: Open = (ports) => zt598Pad({ ports, port: 'script' });
const sm4: Open = (ports) => zt598Pad({ ports, port: 'script', algorithm: 'SM4' });

async function played(name: string, open: Open, entry: PinEntry, entries = 1) {
  const port = new ScriptedPort(goldenExchange(`../pad-hosts/${name}`));
  await using pad = await open(port);
  const results = [];
  for (let count = 0; count < entries; count++) results.push(await pad.enterPin(entry));
  return { results, rest: port.rest };
}

describe('the host says what the reference says, and nothing else', () => {
  it.each([
    ['kmy-entry', kmy, { kind: 'block', block: BLOCK }],
    ['kmy-short', kmy, { kind: 'block', block: BLOCK }],
    ['kmy-cancel', kmy, { kind: 'cancelled' }],
    ['kmy-time-over', kmy, { kind: 'timed-out' }],
    ['kmy-clear-digit', kmy, { kind: 'out-of-order', reason: 'clear-digits' }],
    ['kmy-no-key', kmy, { kind: 'out-of-order', reason: 'parameter' }],
    ['kmy-keys-lost', kmy, { kind: 'out-of-order', reason: 'master-key' }],
    ['zt598-entry', zt, { kind: 'block', block: BLOCK }],
    ['zt598-sm4', sm4, { kind: 'block', block: SM4_BLOCK }],
    ['zt598-cancel', zt, { kind: 'cancelled' }],
    ['zt598-late', zt, { kind: 'timed-out' }],
    ['zt598-clear-digit', zt, { kind: 'out-of-order', reason: 'clear-digits' }],
    ['zt598-no-key', zt, { kind: 'out-of-order', reason: 'no-such-key' }],
    ['zt598-tampered', zt, { kind: 'out-of-order', reason: 'tampered' }],
  ])('%s', async (name, open, outcome) => {
    const { results, rest } = await played(name, open, ENTRY);
    expect(rest).toEqual([]);
    expect(results).toEqual([outcome]);
  });

  it.each([
    ['plain-cr', (ports: Ports) => plainPad({ ports, port: 'script' })],
    ['plain-fixed', (ports: Ports) => plainPad({ ports, port: 'script', profile: 'esc-ml', answer: 'fixed' } as const)],
    [
      'plain-fetch',
      (ports: Ports) =>
        plainPad({ ports, port: 'script', profile: 'esc-f', answer: 'stx-etx', display: true } as const),
    ],
  ])('%s', async (name, open) => {
    const entry = name === 'plain-fetch' ? ({ ...DIGITS, prompt: 'new-pin-again', amount: '100.00' } as const) : DIGITS;
    const { results, rest } = await played(name, open, entry);
    expect(rest).toEqual([]);
    const [entered] = results;
    if (entered?.kind !== 'digits') throw new Error(`not digits: ${entered?.kind}`);
    await entered.pin.use(async (digits) => expect(digits).toEqual(fromHex('373335313930')));
  });

  it.each([
    ['kmy-clear-digit', kmy],
    ['zt598-clear-digit', zt],
  ])('%s: such a pad is not asked again', async (name, open) => {
    const { results, rest } = await played(name, open, ENTRY, 2);
    expect(rest).toEqual([]);
    expect(results[1]).toEqual({ kind: 'out-of-order', reason: 'clear-digits' });
  });

  it('stars go up and down with the keys, and begin again with a new entry', async () => {
    const stars: number[] = [];
    await played('kmy-short', kmy, { ...ENTRY, progress: (digits) => stars.push(digits) });
    expect(stars).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 5, 4, 5, 6]);
  });
});

describe('a working key', () => {
  const KEY = {
    master: 0,
    number: 0,
    cryptogram: fromHex('00112233445566778899AABBCCDDEEFF'),
    checkValue: fromHex('A4531362'),
  };

  it.each([
    ['kmy-load-key', { kind: 'loaded' }],
    ['kmy-load-other-key', { kind: 'refused', reason: 'check-value' }],
  ])('whose check value the pad shows: %s', async (name, outcome) => {
    const port = new ScriptedPort(goldenExchange(`../pad-hosts/${name}`));
    await using pad = await kmyMaintenance({ ports: port, port: 'script' });
    expect(await pad.loadWorkingKey(KEY)).toEqual(outcome);
    expect(port.rest).toEqual([]);
  });
});
