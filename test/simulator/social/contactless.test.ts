import { describe, expect, it } from 'vitest';
import { toHex } from '../../../apdu/bytes.ts';
import { type Card, openCard } from '../../../src/card.ts';
import { hsmProvider } from '../../../src/keys/hsm.ts';
import { psamProvider } from '../../../src/keys/psam.ts';
import { keyRing } from '../../../src/keys/ring.ts';
import { SimulatedCard } from '../../../src/simulator/card.ts';
import { inventFile } from '../../../src/simulator/invent.ts';
import { SimulatedPsam } from '../../../src/simulator/psam.ts';
import { simReaders } from '../../../src/simulator/readers.ts';
import { directService } from '../account/direct-service.ts';
import { pinOf, pins, SITE } from '../matrix/rig.ts';

/** A 3.0 card through the air: whole commands and answers, and an answer to reset that the reader makes up (1.1). */
const RULES = ['SM4', '3DES'] as const;
type Face = 'contact' | 'contactless';

async function card(face: Face, algorithm: (typeof RULES)[number] = 'SM4'): Promise<Card> {
  const file = await inventFile({ generation: '3.0', seed: 30, algorithm });
  const image = { ...file.card, pin: { ...file.card.pin, digits: pins.other } };
  const readers = simReaders(undefined, { card: new SimulatedCard(image), psam: new SimulatedPsam(file.psam) });
  const sam = (await readers.list()).find(({ kind }) => kind === 'sam')?.name ?? '';
  const keys = keyRing([
    psamProvider((waiting) => readers.waitForCard({ ...waiting, reader: sam })),
    hsmProvider(directService(file.masters)),
  ]);
  const site = { ...SITE, security: { authentication: algorithm } };
  return openCard(await readers.waitForCard({ interface: face }), { keys, overlays: [site] });
}

/** What both interfaces of the same card give. */
async function both<T>(act: (card: Card) => Promise<T>, algorithm?: (typeof RULES)[number]): Promise<T> {
  const [overContacts, throughAir] = [await card('contact', algorithm), await card('contactless', algorithm)];
  expect(throughAir.channel.protocol).toBe('T=1');
  expect(toHex(throughAir.atr)).not.toBe(toHex(overContacts.atr));
  const came = await act(throughAir);
  expect(came).toEqual(await act(overContacts));
  return came;
}

describe.each(RULES)('without contacts, %s', (algorithm) => {
  it('the basic information is the same, the protected file and the reset information included', async () => {
    const reading = await both(({ social }) => social.readBasic(), algorithm);
    expect(reading).toMatchObject({ withheld: [], oddities: [], name: expect.any(String) });
    expect(reading.resetInformation).toHaveLength(26);
  });

  it('the chip proves itself', async () => {
    expect(await both(({ social }) => social.checkGenuine(), algorithm)).toEqual({ kind: 'genuine' });
  });

  it('the PIN is verified, changed and reset', async () => {
    const { social } = await card('contactless', algorithm);
    expect(await social.pin.verify(pinOf(pins.other))).toMatchObject({ kind: 'verified' });
    expect(await social.pin.change(pinOf(pins.other), pinOf(pins.third))).toEqual({ kind: 'changed' });
    expect(await social.pin.reset(pinOf(pins.other))).toEqual({ kind: 'changed' });
  });

  it('the account is shown, loaded, paid from and proved', async () => {
    const { social } = await card('contactless', algorithm);
    const { balance } = await social.account.show();
    const loaded = await social.account.load({ pin: pinOf(pins.other), amount: 500 });
    expect(loaded).toMatchObject({ kind: 'done', tac: 'right', balance: Number(balance) + 500 });
    const paid = await social.account.purchase({ pin: pinOf(pins.other), amount: 200, pooled: 300 });
    if (paid.kind !== 'done') throw new Error(paid.kind);
    expect(paid).toMatchObject({ tac: 'right', balance: Number(balance) + 300 });
    const { serial, tac } = paid.receipt;
    expect(await social.account.prove('purchase', serial)).toMatchObject({ kind: 'proof', tac });
  });

  it('the key of the certificate application is the same', async () => {
    const key = await both(({ social }) => social.certificateKey(), algorithm);
    expect(key).toMatchObject({ kind: 'key', publicKey: expect.stringMatching(/^[0-9A-F]{128}$/) });
  });

  it('the application is blocked and unblocked', async () => {
    const { social } = await card('contactless', algorithm);
    expect(await social.block('temporary')).toEqual({ kind: 'done' });
    await expect(social.readBasic()).rejects.toMatchObject({ code: 'application-blocked' });
    expect(await social.unblock()).toEqual({ kind: 'done' });
  });
});

it('after the certificate the social application is there again', async () => {
  const { social } = await card('contactless');
  await social.certificateKey();
  expect(await social.generation()).toBe('3.0');
});
