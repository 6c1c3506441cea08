import { describe, expect, it } from 'vitest';
import { toHex } from '../../../apdu/bytes.ts';
import { openCard } from '../../../src/card.ts';
import { psamProvider } from '../../../src/keys/psam.ts';
import { SimulatedCard } from '../../../src/simulator/card.ts';
import { SimulatedPsam } from '../../../src/simulator/psam.ts';
import { simReaders } from '../../../src/simulator/readers.ts';
import { idOf, keyNamed } from '../../../src/social/authentication.ts';
import { loadProfile } from '../../../src/social/profile/load.ts';
import { scriptedKeys } from '../account/scripted.ts';
import { cardFile, type Generation, pinOf, pins, SITE } from '../matrix/rig.ts';

/** A blocked card and its PSAM, changed by a test. */
async function blocked(
  generation: Generation,
  change: { atr?: string; keys?: 'psam' | 'none' | 'cryptogram-only' } = {},
) {
  const file = await cardFile(generation);
  const image = { ...file.card, ...(change.atr !== undefined && { atr: change.atr }) };
  const card = new SimulatedCard({ ...image, pin: { ...image.pin, triesLeft: 0 } });
  const sent: string[] = [];
  const counted = {
    atr: card.atr,
    powerOn: () => card.powerOn(),
    powerOff: () => card.powerOff(),
    reset: () => card.reset(),
    process: (command: Uint8Array) => {
      sent.push(toHex(command));
      return card.process(command);
    },
  };
  const psam = simReaders(undefined, { card: new SimulatedPsam(file.psam) });
  const { psam: structure } = await loadProfile(generation);
  const provider = psamProvider((waiting) => psam.waitForCard(waiting), structure);
  const keys =
    change.keys === 'cryptogram-only'
      ? scriptedKeys({ cryptogram: (request, waiting) => provider.cryptogram(request, waiting) })
      : provider;
  const channel = await simReaders(undefined, { card: counted }).waitForCard();
  const { social } = await openCard(channel, { overlays: [SITE], ...(change.keys !== 'none' && { keys }) });
  return { social, sent, image: () => card.image() };
}

describe.each(['1.0', '2.0', '3.0'] as const)('a blocked PIN of a %s card', (generation) => {
  it('is reset: the new one works, the old one does not', async () => {
    const { social } = await blocked(generation);
    expect(await social.pin.verify(pinOf(pins.initial), { lastTry: true })).toEqual({ kind: 'blocked' });
    expect(await social.pin.reset(pinOf(pins.third))).toEqual({ kind: 'changed' });
    expect(await social.pin.verify(pinOf(pins.initial))).toEqual({ kind: 'wrong', triesLeft: 5 });
    expect(await social.pin.verify(pinOf(pins.third))).toEqual({ kind: 'verified', initial: false });
  });

  it('is unblocked: the old one works again, with all its tries', async () => {
    const { social } = await blocked(generation);
    expect(await social.pin.unblock()).toEqual({ kind: 'changed' });
    expect(await social.pin.status()).toMatchObject({ state: 'usable', triesLeft: 6 });
    expect(await social.pin.verify(pinOf(pins.initial))).toEqual({ kind: 'verified', initial: true });
  });

  it('is set from the initial PIN once it is unblocked', async () => {
    const { social } = await blocked(generation);
    await social.pin.unblock();
    expect(await social.pin.set(pinOf(pins.initial), pinOf(pins.other))).toEqual({ kind: 'changed' });
  });
});

describe('a reset that cannot be done', () => {
  it('for want of a provider says so, and sends nothing but the reading', async () => {
    const { social, sent, image } = await blocked('2.0', { keys: 'none' });
    const denied = { kind: 'denied', reason: 'no-key', key: 'PUK', because: 'no-provider' };
    expect(await social.pin.reset(pinOf(pins.third))).toEqual(denied);
    expect(await social.pin.unblock()).toEqual(denied);
    expect(sent.filter((hex) => /^(0082|8424|0084)/.test(hex))).toEqual([]);
    expect(image().pin.digits).toBe(pins.initial);
  });

  it('for want of STK alone says that', async () => {
    const { social } = await blocked('2.0', { keys: 'cryptogram-only' });
    const denied = { kind: 'denied', reason: 'no-key', key: 'STK', because: 'not-offered' };
    expect(await social.pin.reset(pinOf(pins.third))).toEqual(denied);
    expect(await social.pin.unblock()).toEqual(denied);
  });

  it('as the card has too few historical bytes says that', async () => {
    const { social } = await blocked('2.0', { atr: '3B650000543100866032' });
    expect(await social.pin.reset(pinOf(pins.third))).toEqual({ kind: 'denied', reason: 'card-unidentified' });
  });

  it.each([
    ['the initial PIN', pins.initial, { why: 'initial' }],
    ['too short', '12', { why: 'length' }],
    ['no digits', 'abcdef', { why: 'digits' }],
    ['easily guessed', '765432', { why: 'weak', rule: 'sequence' }],
  ])('for a new PIN that is %s never asks for a key', async (_, digits, reason) => {
    const { social, sent } = await blocked('2.0');
    expect(await social.pin.reset(pinOf(digits))).toEqual({ kind: 'not-sent', ...reason });
    expect(sent.filter((hex) => hex.startsWith('0082'))).toEqual([]);
  });

  it('wipes the new PIN all the same', async () => {
    const { social } = await blocked('2.0', { keys: 'none' });
    const pin = pinOf(pins.third);
    await social.pin.reset(pin);
    expect(() => pin.judge(() => true)).toThrow(RangeError);
  });
});

describe('keys of the description', () => {
  it('are found by directory and name; a name that is not there is a fault of the program', async () => {
    const profile = await loadProfile('2.0');
    expect(idOf(keyNamed(profile, 'SSSE', 'PUK'))).toBe('06');
    expect(() => keyNamed(profile, 'SSSE', 'NONE')).toThrow(RangeError);
    expect(() => idOf(keyNamed(profile, 'SSSE', 'STK'))).toThrow(RangeError);
  });
});
