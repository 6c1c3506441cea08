import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { ReaderPinAnswer } from '../../../drivers/pinpad/part10/reader-pad.ts';
import type { Channel } from '../../../drivers/reader.ts';
import { openCard } from '../../../src/card.ts';
import { SimulatedCard } from '../../../src/simulator/card.ts';
import { simReaders } from '../../../src/simulator/readers.ts';
import type { PinAtReader } from '../../../src/social/pin/at-reader.ts';
import { cardFile, pinOf, pins, SITE } from '../matrix/rig.ts';

/** What a person does at the keys of the reader: digits of each entry, or one of the reader's own ends. */
type Person = readonly string[] | Exclude<ReaderPinAnswer, { kind: 'answered' }>['kind'];

/** The reader's side: it puts the digits into the template and sends the command itself. */
class KeysOfReader implements PinAtReader {
  readonly can: ReadonlySet<'verify' | 'modify'>;
  readonly #channel: Channel;
  readonly #person: Person;
  asked = 0;

  constructor(channel: Channel, person: Person, can: readonly ('verify' | 'modify')[] = ['verify', 'modify']) {
    this.#channel = channel;
    this.#person = person;
    this.can = new Set(can);
  }

  verify({ command }: { readonly command: Uint8Array }): Promise<ReaderPinAnswer> {
    return this.#put(command, [0]);
  }

  modify({ command, oldAt, newAt }: { readonly command: Uint8Array; readonly oldAt: number; readonly newAt: number }) {
    return this.#put(command, [oldAt, newAt]);
  }

  async #put(command: Uint8Array, places: readonly number[]): Promise<ReaderPinAnswer> {
    this.asked++;
    if (typeof this.#person === 'string') return { kind: this.#person };
    const filled = command.slice();
    places.forEach((place, at) => {
      filled.set(fromHex(this.#person[at] as string), 5 + place);
    });
    const answer = await this.#channel.transmit(filled);
    return { kind: 'answered', sw: Number.parseInt(toHex(answer.subarray(-2)), 16) };
  }
}

async function rig(person: Person, change: { triesLeft?: number; can?: readonly ('verify' | 'modify')[] } = {}) {
  const file = await cardFile('2.0');
  const image = { ...file.card, pin: { ...file.card.pin, triesLeft: change.triesLeft ?? file.card.pin.triesLeft } };
  const channel = await simReaders(undefined, { card: new SimulatedCard(image) }).waitForCard();
  const card = await openCard(channel, { overlays: [SITE] });
  const reader = new KeysOfReader(channel, person, change.can);
  return { pin: card.social.pin, reader };
}

const unseen = { weak: 'allow' } as const;

describe('a PIN that is typed at the reader', () => {
  it('is verified', async () => {
    const { pin, reader } = await rig([pins.initial]);
    expect(await pin.verifyAtReader(reader)).toEqual({ kind: 'verified' });
  });

  it('that is wrong costs a try', async () => {
    const { pin, reader } = await rig([pins.third]);
    expect(await pin.verifyAtReader(reader)).toEqual({ kind: 'wrong', triesLeft: 5 });
  });

  it('is not asked for where the last try would be spent, unless that is said', async () => {
    const { pin, reader } = await rig([pins.third], { triesLeft: 1 });
    expect(await pin.verifyAtReader(reader)).toEqual({ kind: 'not-sent', why: 'last-try' });
    expect(reader.asked).toBe(0);
    expect(await pin.verifyAtReader(reader, { lastTry: true })).toEqual({ kind: 'blocked' });
  });

  it('is not asked for where it is blocked', async () => {
    const { pin, reader } = await rig([pins.third], { triesLeft: 0 });
    expect(await pin.verifyAtReader(reader)).toEqual({ kind: 'blocked' });
    expect(reader.asked).toBe(0);
  });

  it.each([
    ['cancelled', { kind: 'gave-up', why: 'cancelled' }],
    ['timed-out', { kind: 'gave-up', why: 'timed-out' }],
    ['length', { kind: 'not-sent', why: 'length' }],
    ['differs', { kind: 'not-sent', why: 'differs' }],
  ] as const)('an entry that ends as %s spends no try', async (person, outcome) => {
    const { pin, reader } = await rig(person);
    expect(await pin.verifyAtReader(reader)).toEqual(outcome);
    expect(await pin.changeAtReader(reader, unseen)).toEqual(outcome);
    expect((await pin.status()).triesLeft).toBe(6);
  });

  it('whose answer is lost has an unknown outcome, and is not asked for again', async () => {
    const { pin, reader } = await rig([pins.initial]);
    reader.verify = async () => {
      reader.asked++;
      throw new SscardError('card-mute', 'nothing', { outcome: 'unknown' });
    };
    expect(await pin.verifyAtReader(reader)).toEqual({ kind: 'unknown', code: 'card-mute' });
    expect(reader.asked).toBe(1);
  });
});

describe('a PIN that is changed at the reader', () => {
  it('is the new one', async () => {
    const { pin, reader } = await rig([pins.initial, pins.third]);
    expect(await pin.changeAtReader(reader, unseen)).toEqual({ kind: 'changed' });
    expect(await pin.verify(pinOf(pins.third))).toMatchObject({ kind: 'verified' });
  });

  it('stays where the old one is wrong', async () => {
    const { pin, reader } = await rig([pins.third, pins.initial]);
    expect(await pin.changeAtReader(reader, unseen)).toEqual({ kind: 'wrong', triesLeft: 5 });
  });

  it('is not asked for at a reader that cannot', async () => {
    const { pin, reader } = await rig([pins.initial, pins.third], { can: ['verify'] });
    expect(await pin.changeAtReader(reader, unseen)).toEqual({ kind: 'not-sent', why: 'reader' });
    expect(reader.asked).toBe(0);
  });
});
