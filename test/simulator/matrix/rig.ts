import { toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { Waiting } from '../../../drivers/reader.ts';
import { type Card, openCard } from '../../../src/card.ts';
import { Pin } from '../../../src/crypto/pin.ts';
import type { CaKeys } from '../../../src/financial/ca-keys.ts';
import { parseCaKeys } from '../../../src/financial/ca-keys-file.ts';
import type { KeyProvider } from '../../../src/keys/provider.ts';
import { psamProvider } from '../../../src/keys/psam.ts';
import { SimulatedCard } from '../../../src/simulator/card.ts';
import type { CardFile } from '../../../src/simulator/card-file-check.ts';
import type { CardImage } from '../../../src/simulator/image.ts';
import { inventFile } from '../../../src/simulator/invent.ts';
import { SimulatedPsam } from '../../../src/simulator/psam.ts';
import { type SimReaders, simReaders } from '../../../src/simulator/readers.ts';
import { loadProfile } from '../../../src/social/profile/load.ts';
import type { ProfileOverlay } from '../../../src/social/profile/profile.ts';

export type Generation = CardImage['generation'];

/** What the site has confirmed and switched on, so that every act can be done. */
export const SITE: ProfileOverlay = {
  region: 'test',
  nameZh: '测试站点',
  appliesTo: { generations: ['1.0', '2.0', '3.0'], divisionPrefix: '' },
  pin: { statusBy: 'empty-verify' },
  switches: { applicationBlock: true, accountTransactions: true },
};

/** The three PINs that tests may use. */
export const pins = { initial: '123456', other: '735190', third: '482615' } as const;

export function pinOf(digits: string): Pin {
  return Pin.fromDigits(new TextEncoder().encode(digits));
}

/**
 * What comes instead of the answer to one command. `command` counts those that reach the card, from 1.
 * - `refuse`: the card does nothing, and answers this status word.
 * - `lie`: the card works the command off, and answers this status word all the same.
 * - `damage`: the card works the command off; its answer arrives changed.
 * - `power-cut`: power lasts for so many stored bytes, and not until the answer.
 * - `swapped`: another insertion in the gap before the command.
 */
export type Strike =
  | { readonly kind: 'removed-before' | 'removed-after' | 'reset' | 'mute' | 'swapped'; readonly command: number }
  | { readonly kind: 'power-cut'; readonly command: number; readonly bytes: number }
  | { readonly kind: 'refuse' | 'lie'; readonly command: number; readonly sw: number }
  | { readonly kind: 'damage'; readonly command: number; readonly damage: (data: Uint8Array) => Uint8Array };

const files = new Map<Generation, Promise<CardFile>>();

/** An invented card and its PSAM, the same for all runs of a generation. */
export function cardFile(generation: Generation): Promise<CardFile> {
  const file = files.get(generation) ?? inventFile({ generation, seed: 20 });
  files.set(generation, file);
  return file;
}

/** The card's own test authority, which counts. */
async function caKeysOf({ bank }: CardFile): Promise<CaKeys> {
  const keys = await parseCaKeys(JSON.stringify({ keys: bank?.caKeys ?? [] }), 'card file');
  return keys.withTestKeys(true);
}

/** The provider of an act, made of that of the PSAM. */
export type KeysOf = (psam: KeyProvider, file: CardFile) => KeyProvider | undefined;

export interface RigOptions {
  readonly strike?: Strike | undefined;
  /** A write that loses power keeps the bytes stored so far. */
  readonly tears?: boolean | undefined;
  readonly keys?: KeysOf | undefined;
  /** Whole members in place of those of `SITE`. */
  readonly site?: Omit<ProfileOverlay, 'region' | 'nameZh' | 'appliesTo'> | undefined;
}

/** One card in one reader, its PSAM in another, and what happened to them. */
export class Rig {
  readonly readers: SimReaders;
  readonly card: Card;
  /** Commands that reached the card or were on their way, hex. */
  readonly sent: readonly string[];
  readonly #real: SimulatedCard;
  readonly #counts: { readonly resets: number };

  private constructor(
    readers: SimReaders,
    card: Card,
    real: SimulatedCard,
    sent: string[],
    counts: { resets: number },
  ) {
    this.readers = readers;
    this.card = card;
    this.#real = real;
    this.sent = sent;
    this.#counts = counts;
  }

  static async open(file: CardFile, options: RigOptions = {}): Promise<Rig> {
    const { strike, tears = false, keys: keysOf = (psam) => psam, site = {} } = options;
    // The same challenges in every run: what an act leaves on the card can be compared.
    const real = new SimulatedCard(file.card, { tears, random: (length) => new Uint8Array(length).fill(0x5a) });
    const sent: string[] = [];
    const counts = { resets: 0 };
    const readers: SimReaders = simReaders(undefined, {
      card: {
        atr: real.atr,
        powerOn: () => real.powerOn(),
        powerOff: () => real.powerOff(),
        reset: () => {
          counts.resets++;
          real.reset();
        },
        process: (command: Uint8Array) => {
          sent.push(toHex(command));
          return strike?.command === sent.length ? struck(real, strike, command, () => readers) : real.process(command);
        },
      },
    });
    const psam = simReaders(undefined, { card: new SimulatedPsam(file.psam) });
    const { psam: structure } = await loadProfile(file.card.generation);
    const psamKeys = psamProvider((waiting) => psam.waitForCard(waiting), structure);
    const keys = keysOf(psamKeys, file);
    const caKeys = await caKeysOf(file);
    const settings = { overlays: [{ ...SITE, ...site }], financial: { caKeys }, ...(keys && { keys }) };
    const card = await openCard(await readers.waitForCard(), settings);
    return new Rig(readers, card, real, sent, counts);
  }

  get resets(): number {
    return this.#counts.resets;
  }

  /** What is stored on the card now. */
  image(): CardImage {
    return this.#real.image();
  }

  /** Lets the card go, and shows that the same reader serves the next one. */
  async close(): Promise<void> {
    await this.card.close();
    this.readers.remove();
    this.readers.insert();
    await (await this.readers.waitForCard()).close();
  }
}

function struck(
  real: SimulatedCard,
  strike: Strike,
  command: Uint8Array,
  readers: () => SimReaders,
): Uint8Array | Promise<Uint8Array> {
  switch (strike.kind) {
    case 'removed-before':
      real.powerOff();
      throw new SscardError('card-removed', 'pulled on order', { outcome: 'not-done' });
    case 'reset':
      real.reset();
      throw new SscardError('card-reset', 'reset on order', { outcome: 'not-done' });
    case 'swapped':
      readers().remove();
      readers().insert();
      throw new SscardError('card-removed', 'another card is in', { outcome: 'not-done' });
    case 'power-cut':
      real.cutPowerAfter(strike.bytes);
      return real.process(command);
    case 'refuse':
      return statusOf(strike);
  }
  const answer = real.process(command);
  switch (strike.kind) {
    case 'lie':
      return statusOf(strike);
    case 'mute':
      return new Promise(() => {});
    case 'removed-after':
      real.powerOff();
      throw new SscardError('card-removed', 'pulled on order', { outcome: 'unknown' });
    case 'damage':
      return Uint8Array.of(...strike.damage(answer.slice(0, -2)), ...answer.slice(-2));
  }
}

function statusOf({ sw }: { readonly sw: number }): Uint8Array {
  return Uint8Array.of(sw >> 8, sw & 0xff);
}

export type Act = (card: Card, waiting: Waiting) => Promise<unknown>;
