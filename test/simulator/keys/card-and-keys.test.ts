import { beforeAll, describe, expect, it } from 'vitest';
import { openCard } from '../../../src/card.ts';
import { Pin } from '../../../src/crypto/pin.ts';
import { hsmProvider } from '../../../src/keys/hsm.ts';
import { psamProvider } from '../../../src/keys/psam.ts';
import { type KeyChoice, keyRing } from '../../../src/keys/ring.ts';
import { SimulatedCard } from '../../../src/simulator/card.ts';
import type { CardFile } from '../../../src/simulator/card-file-check.ts';
import { type HsmServer, serveHsm } from '../../../src/simulator/hsm.ts';
import { inventFile } from '../../../src/simulator/invent.ts';
import { SimulatedPsam } from '../../../src/simulator/psam.ts';
import { simReaders } from '../../../src/simulator/readers.ts';
import type { ProfileOverlay } from '../../../src/social/profile/profile.ts';
import { pinTraces } from './requests.ts';
import { clientOf, type Identities, identities } from './service-rig.ts';

/** Whole acts on the twin, with the keys in its PSAM, behind the key service, or in both. */
const CARDS = [
  { generation: '1.0', algorithm: '3DES', seed: 11 },
  { generation: '2.0', algorithm: '3DES', seed: 12 },
  { generation: '3.0', algorithm: 'SM4', seed: 13 },
] as const;

type Place = 'psam' | 'hsm' | 'both';
const PLACES = ['psam', 'hsm'] as const;
const cases = CARDS.flatMap((card) => PLACES.map((place) => ({ ...card, place })));

/** The site has switched load and purchase on. */
const SWITCHED_ON: ProfileOverlay = {
  region: 'test',
  nameZh: '测试',
  appliesTo: { generations: ['1.0', '2.0', '3.0'], divisionPrefix: '' },
  switches: { accountTransactions: true },
};

let who: Identities;
beforeAll(async () => {
  who = await identities();
});

const pinOf = (digits: string) => Pin.fromDigits(new TextEncoder().encode(digits));

/** A terminal at which this card lies, its keys in one place: the other one says that it has none. */
async function terminal(file: CardFile, place: Place) {
  const { server, authority } = who;
  const psam = place === 'hsm' ? null : new SimulatedPsam(file.psam);
  const readers = simReaders(undefined, { card: new SimulatedCard(file.card), psam });
  const sam = (await readers.list()).find(({ kind }) => kind === 'sam')?.name ?? '';
  const service: HsmServer = await serveHsm({
    masters: place === 'psam' ? [] : file.masters,
    tls: { ...server, ca: authority.ca },
  });
  const choices: KeyChoice[] = [];
  const keys = keyRing(
    [
      psamProvider((waiting) => readers.waitForCard({ ...waiting, reader: sam, timeout: 1 })),
      hsmProvider(clientOf(who, service.url)),
    ],
    { onChoice: (choice) => choices.push(choice) },
  );
  const channel = await readers.waitForCard();
  const card = await openCard(channel, { keys, overlays: [SWITCHED_ON] });
  return {
    card,
    choices,
    [Symbol.asyncDispose]: async () => {
      await keys[Symbol.asyncDispose]();
      await card.close();
      await service.close();
    },
  };
}

describe.each(cases)('generation $generation, keys in $place', ({ place, ...order }) => {
  const because = place === 'psam' ? undefined : 'no-psam';
  const chosen = (key: string, use: string) => ({ directory: 'SSSE', key, use, provider: place, because });

  it('finds the card genuine', async () => {
    await using at = await terminal(await inventFile(order), place);
    expect(await at.card.social.checkGenuine()).toEqual({ kind: 'genuine' });
    expect(at.choices).toEqual([chosen('IRK', 'cryptogram')]);
  });

  it('finds a card with another key not genuine', async () => {
    const file = await inventFile(order);
    const other = await inventFile({ ...order, seed: 99 });
    const stranger = { ...file, psam: other.psam, masters: other.masters };
    await using at = await terminal(stranger, place);
    expect(await at.card.social.checkGenuine()).toEqual({ kind: 'not-genuine' });
  });

  it('sets a new PIN under the reset keys, and the card takes that one', async () => {
    await using at = await terminal(await inventFile(order), place);
    expect(await at.card.social.pin.reset(pinOf('735190'))).toEqual({ kind: 'changed' });
    expect(at.choices.slice(-2)).toEqual([chosen('PUK', 'cryptogram'), chosen('STK', 'pin')]);
    expect(pinTraces(JSON.stringify(at.choices))).toEqual([]);
    expect(await at.card.social.pin.verify(pinOf('735190'), { lastTry: true })).toMatchObject({ kind: 'verified' });
  });

  it('unblocks the PIN, and it is the old one', async () => {
    const file = await inventFile(order);
    const blocked = { ...file, card: { ...file.card, pin: { ...file.card.pin, triesLeft: 0 } } };
    await using at = await terminal(blocked, place);
    expect(await at.card.social.pin.unblock()).toEqual({ kind: 'changed' });
    expect(at.choices.at(-1)).toEqual(chosen('STK', 'mac'));
    const old = pinOf(file.card.pin.digits);
    expect(await at.card.social.pin.verify(old, { lastTry: true })).toMatchObject({ kind: 'verified' });
  });
});

describe.each(CARDS)('the account of generation $generation, keys in both', (order) => {
  it('is loaded by the service, pays by the PSAM, and each proof is checked', async () => {
    const file = await inventFile(order);
    const ownPin = { ...file, card: { ...file.card, pin: { ...file.card.pin, digits: '735190' } } };
    await using at = await terminal(ownPin, 'both');
    const { account } = at.card.social;
    const pin = () => pinOf('735190');
    const loaded = await account.load({ pin: pin(), amount: 1_000, lastTry: true });
    expect(loaded).toMatchObject({ kind: 'done', tac: 'right' });
    const paid = await account.purchase({ pin: pin(), amount: 300, selfPaid: 100, lastTry: true });
    expect(paid).toMatchObject({ kind: 'done', tac: 'right' });
    const served = at.choices.map(({ key, provider, because }) => [key, provider, because]);
    expect(served).toEqual([
      ['DLK', 'hsm', 'not-offered'],
      ['DTK', 'hsm', 'not-offered'],
      ['DPK', 'psam', undefined],
      ['DTK', 'hsm', 'not-offered'],
    ]);
  });
});
