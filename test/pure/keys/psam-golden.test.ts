import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { Pin } from '../../../src/crypto/pin.ts';
import type { KeyAnswer, KeyProvider } from '../../../src/keys/provider.ts';
import { psamProvider } from '../../../src/keys/psam.ts';
import { USUAL_STRUCTURE } from '../../../src/keys/psam-session.ts';
import { loadProfile } from '../../../src/social/profile/load.ts';
import { CHALLENGE, goldenIdentity, goldenPsam, keyOf, RAW } from './golden-psam.ts';

/** The provider sends what fixtures/golden/psam-*.transcript has; values of social-security-card.md 6.7. */
const IRK = keyOf('IRK', 0x67, 0x08);
const UK = keyOf('UKSSSE', 0x48, 0x12);
const STK = keyOf('STK', 0x48, 0x09);

const open = (...names: string[]) => {
  const channel = goldenPsam(...names);
  return { channel, provider: psamProvider(async () => channel) };
};

async function cryptogram(provider: KeyProvider, key = IRK, rule?: 'SM4' | 'SM4-zero'): Promise<string> {
  return hexOf(await provider.cryptogram({ card: goldenIdentity(rule), key, challenge: CHALLENGE, data: RAW }));
}

function hexOf(answer: KeyAnswer<Uint8Array>): string {
  return answer.kind === 'done' ? toHex(answer.value) : answer.reason;
}

function macRequest(header: string, rule?: 'SM4') {
  const card = goldenIdentity(rule);
  return { card, key: STK, mac: 'session', challenge: CHALLENGE, header: fromHex(header) } as const;
}

it.each(['1.0', '2.0', '3.0'] as const)('the usual PSAM is the one of the description of %s', async (generation) => {
  expect((await loadProfile(generation)).psam).toMatchObject(USUAL_STRUCTURE);
});

describe('the golden exchanges of the PSAM', () => {
  it('gives one cryptogram by three, two and one level, and selects the key directory once', async () => {
    const { provider, channel } = open('derive');
    const keys = [IRK, UK, keyOf('one level', 0x28, 0x12)];
    const values: string[] = [];
    for (const key of keys) values.push(await cryptogram(provider, key));
    expect(values).toEqual(Array(3).fill('A13148FB7CFDD8B9'));
    expect(channel.sent.filter((hex) => hex.startsWith('00A4'))).toEqual(['00A4000002DF01']);
  });

  it('asks in the standard form where the maker’s is unknown, and from then on only so', async () => {
    const { provider, channel } = open('standard-form', 'derive');
    expect([await cryptogram(provider), await cryptogram(provider)]).toEqual(Array(2).fill('A13148FB7CFDD8B9'));
    expect(channel.sent.filter((hex) => hex.startsWith('BFDE')).length).toBe(1);
    expect(channel.sent.filter((hex) => hex.startsWith('801A')).length).toBe(2);
  });

  it('asks in the form of the maker first', async () => {
    expect(await cryptogram(open('vendor-form').provider)).toBe('A13148FB7CFDD8B9');
  });

  it('enciphers and MACs a new PIN, then MACs an unblocking, after the authentication that comes before', async () => {
    const { provider } = open('derive', 'pin-reload');
    await cryptogram(provider);
    const pin = Pin.fromDigits(new TextEncoder().encode('123456'));
    const answer = await provider.protectPin({ ...macRequest('842400010C'), pin });
    if (answer.kind !== 'done') throw new Error(answer.reason);
    expect([toHex(answer.value.enciphered), toHex(answer.value.mac)]).toEqual(['CE26F208A9D08B8A', '32181865']);
    expect(() => pin.judge(() => 0)).toThrow(RangeError);
    expect(hexOf(await provider.commandMac(macRequest('8424000004')))).toBe('355A58ED');
  });

  it('does the same with SM4 in blocks of sixteen bytes', async () => {
    const { provider } = open('select', 'sm4');
    expect(await cryptogram(provider, IRK, 'SM4')).toBe('50CD5391E29AFA19');
    const pin = Pin.fromDigits(new TextEncoder().encode('123456'));
    const answer = await provider.protectPin({ ...macRequest('8424000114', 'SM4'), pin });
    if (answer.kind !== 'done') throw new Error(answer.reason);
    expect([toHex(answer.value.enciphered), toHex(answer.value.mac)]).toEqual([
      '7D7C22EE4D3FBDA41A0BAC2AB91222C8',
      'D8454023',
    ]);
    expect(hexOf(await provider.commandMac(macRequest('8424000004', 'SM4')))).toBe('3CE91C6F');
  });

  it('begins and confirms a purchase', async () => {
    const { provider } = open('purchase');
    const began = await provider.authorisePurchase({
      card: goldenIdentity(),
      key: { directory: 'DF04', name: 'DPK', psam: null, hsm: null },
      random: fromHex('01020304'),
      serial: fromHex('0005'),
      keyVersion: 1,
      algorithm: 1,
      amount: 5_000,
      selfPaid: 0,
      pooled: 0,
      type: 0x31,
      terminal: fromHex('320400000001'),
      date: fromHex('20260115'),
      time: fromHex('093000'),
    });
    if (began.kind !== 'done') throw new Error(began.reason);
    expect([toHex(began.value.terminalSerial), toHex(began.value.mac1)]).toEqual(['00000001', '5B3ABF8A']);
    expect(await provider.confirmPurchase(fromHex('27A8F88D'))).toEqual({ kind: 'done', value: true });
  });

  it('reads the terminal number before a directory is selected, and once', async () => {
    const { provider, channel } = open('select');
    const numbers = { terminalNumber: '320400000001', terminalDeviceNumber: null };
    expect([await provider.terminal(), await provider.terminal()]).toEqual([numbers, numbers]);
    expect(channel.sent).toEqual(['00B0960006']);
  });
});
