import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { concat, fromHex } from '../../../apdu/bytes.ts';
import { openCard } from '../../../src/card.ts';
import { encryptEcb } from '../../../src/crypto/blocks.ts';
import { desMac, pad2, sm4Mac } from '../../../src/crypto/mac.ts';
import { bcdOf } from '../../../src/crypto/pin.ts';
import type { CardIdentity, KeyProvider } from '../../../src/keys/provider.ts';
import type { SocialApplication } from '../../../src/social/application.ts';
import { goldenScript, pinOf, scriptedCard, scriptedKeys } from '../account/scripted.ts';
import { goldenCardKey, goldenExchange } from '../golden-cards.ts';
import { SITE } from '../matrix/rig.ts';

/** Nobody has confirmed that these cards tell their tries, so the caller says that the last one may be spent. */
const SITE_OF_GOLDEN = { ...SITE, pin: { statusBy: 'none' as const } };
const KNOWN = { lastTry: true, weak: 'allow' } as const;

type Act = (social: SocialApplication, pins: readonly string[]) => Promise<unknown>;

/** What each flow is in the library, and what comes of it. */
const acts: Readonly<Record<string, readonly [Act, object]>> = {
  'verify-pin': [(social, [pin]) => social.pin.verify(pinOf(pin), KNOWN), { kind: 'verified', initial: true }],
  'change-pin': [(social, [old, next]) => social.pin.change(pinOf(old), pinOf(next), KNOWN), { kind: 'changed' }],
  'reset-pin': [(social, [next]) => social.pin.reset(pinOf(next), KNOWN), { kind: 'changed' }],
  'unblock-pin': [(social) => social.pin.unblock(), { kind: 'changed' }],
  'check-genuine': [(social) => social.checkGenuine(), { kind: 'genuine' }],
  'block-application': [(social) => social.block('temporary'), { kind: 'done' }],
  'unblock-application': [(social) => social.unblock(), { kind: 'done' }],
};

/**
 * A provider that has the card's own keys: the golden cards were given the worked card key of 6.7, and no master leads
 * to it with their factors.
 */
function goldenKeys(card: string): KeyProvider {
  const session = ({ rule }: CardIdentity, key: Uint8Array, factor: Uint8Array) =>
    rule === '3DES'
      ? encryptEcb('3DES', key, factor)
      : encryptEcb('SM4', key, concat([factor, factor.map((byte) => byte ^ 0xff)]));
  const mac = ({ rule }: CardIdentity, key: Uint8Array, data: Uint8Array) =>
    (rule === '3DES' ? desMac(key, pad2(data, 8)) : sm4Mac(key, pad2(data, 16))).slice(0, 4);
  const keyOf = ({ directory, name }: { directory: string; name: string }) =>
    fromHex(goldenCardKey(card, directory, name));
  return scriptedKeys({
    cryptogram: async ({ card: identity, key, challenge, data }) => {
      const s = session(identity, keyOf(key), challenge);
      const value = identity.rule === '3DES' ? encryptEcb('DES', s, data) : encryptEcb('SM4', s, concat([data, data]));
      return { kind: 'done', value: value.slice(0, 8) };
    },
    commandMac: async ({ card: identity, key, challenge, header }) => ({
      kind: 'done',
      value: mac(identity, session(identity, keyOf(key), challenge), header),
    }),
    protectPin: async ({ card: identity, key, challenge, header, pin }) =>
      pin.use(async (digits) => {
        const s = session(identity, keyOf(key), challenge);
        const bcd = bcdOf(digits);
        const block = pad2(concat([Uint8Array.of(bcd.length), bcd]), identity.rule === '3DES' ? 8 : 16);
        const enciphered = encryptEcb(identity.rule === '3DES' ? 'DES' : 'SM4', s, block);
        return { kind: 'done', value: { enciphered, mac: mac(identity, s, concat([header, enciphered])) } };
      }),
  });
}

const names = readdirSync(new URL('../../../fixtures/golden/', import.meta.url))
  .filter((name) => name.startsWith('flow-'))
  .map((name) => ({ name, headers: goldenExchange(name).headers }))
  .filter(({ headers }) => headers.get('side')?.includes('terminal') && (headers.get('flow') ?? '') in acts)
  .map(({ name }) => name);

describe('the terminal sends the golden exchanges of its acts', () => {
  it('finds one for each act', () => {
    const found = new Set(names.map((name) => goldenExchange(name).headers.get('flow')));
    expect([...found].sort()).toEqual(Object.keys(acts).sort());
  });

  it.each(names)('%s', async (name) => {
    const { headers } = goldenExchange(name);
    const [act, expected] = acts[headers.get('flow') ?? ''] ?? [];
    const randoms = headers.get('random')?.split(' ') ?? [];
    const script = goldenScript(name.replace('.transcript', ''));
    const { channel, left } = await scriptedCard({ ...script, overlays: [] });
    const { social } = await openCard(channel, {
      overlays: [SITE_OF_GOLDEN],
      keys: goldenKeys(headers.get('card') ?? ''),
      random: () => fromHex(randoms.shift() ?? ''),
    });
    expect(await act?.(social, headers.get('pin')?.split(' ') ?? [])).toEqual(expected);
    expect(left).toEqual([]);
    expect(channel.endings).toEqual(['reset']);
  });
});
