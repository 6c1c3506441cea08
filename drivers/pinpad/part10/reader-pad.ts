import { setTimeout as wait } from 'node:timers/promises';
import { SscardError } from '../../../apdu/errors.ts';
import { parseResponse } from '../../../apdu/response.ts';
import type { Channel, Waiting } from '../../reader.ts';
import { FEATURE, featureRequest, type ReaderFeatures, readFeatures } from './features.ts';
import { mannersOf } from './quirks.ts';
import { modifyStructure, type PinChangeTemplate, type PinTemplate, verifyStructure } from './structures.ts';

/** What came of an entry at the reader: the card's status word, or why the card was not asked. */
export type ReaderPinAnswer =
  | { readonly kind: 'answered'; readonly sw: number }
  | { readonly kind: 'timed-out' | 'cancelled' | 'differs' | 'length' };

/** Status words of the reader itself (PC/SC part 10, 2.5.4; iso7816.md 7). */
const OWN: Readonly<Record<number, Exclude<ReaderPinAnswer['kind'], 'answered'>>> = {
  25600: 'timed-out',
  25601: 'cancelled',
  25602: 'differs',
  25603: 'length',
};

/** A reader answers a little after the entry is over; the card has to work it off, too. */
const GRACE = 10_000;
/** For readers that take their own time. */
const LONGEST_ENTRY = 90_000;

/**
 * The keys of the reader that holds the card: digits go from them to the card, and never come here (PC/SC part 10). Works for PC/SC
 * readers, and for units of our own that have keys.
 */
export class ReaderPad {
  /** `modify`: old and new PIN in one entry. */
  readonly can: ReadonlySet<'verify' | 'modify'>;
  readonly #channel: Channel;
  readonly #features: ReaderFeatures;

  private constructor(channel: Channel, features: ReaderFeatures) {
    this.#channel = channel;
    this.#features = features;
    this.can = new Set([
      ...(features.has(FEATURE.verifyDirect) ? ['verify' as const] : []),
      ...(features.has(FEATURE.modifyDirect) ? ['modify' as const] : []),
    ]);
  }

  /**
   * Asks the reader of this channel what it has. Nothing is sent to the card.
   * @returns nothing where it has no keys
   */
  static async of(channel: Channel, waiting: Waiting = {}): Promise<ReaderPad | undefined> {
    if (channel.lacks.has('control')) return undefined;
    try {
      const features = readFeatures(await channel.control(featureRequest(), new Uint8Array(0), waiting));
      return features.has(FEATURE.verifyDirect) ? new ReaderPad(channel, features) : undefined;
    } catch (error) {
      if (error instanceof SscardError && (error.code === 'unsupported' || error.code === 'pcsc-failure'))
        return undefined;
      throw error;
    }
  }

  /**
   * Asks for a PIN and presents it to the card, once.
   * @param waiting timeout: default entry time and 10 s, at least 90 s (readers.md 2)
   * @throws SscardError what the channel throws; with `outcome` `unknown` the card may have compared
   */
  verify(template: PinTemplate, waiting: Waiting = {}): Promise<ReaderPinAnswer> {
    const { manners } = mannersOf(this.#channel.slot);
    return this.#ask(FEATURE.verifyDirect, verifyStructure(template, manners), manners.seconds, waiting);
  }

  /** Asks for the old PIN, the new one, and the new one again, and gives them to the card, once. @throws as `verify` */
  modify(template: PinChangeTemplate, waiting: Waiting = {}): Promise<ReaderPinAnswer> {
    const { manners } = mannersOf(this.#channel.slot);
    return this.#ask(FEATURE.modifyDirect, modifyStructure(template, manners), 3 * manners.seconds, waiting);
  }

  async #ask(feature: number, structure: Uint8Array, seconds: number, waiting: Waiting): Promise<ReaderPinAnswer> {
    const code = this.#features.get(feature);
    if (code === undefined) throw new SscardError('unsupported', 'this reader cannot', { outcome: 'not-done' });
    const { timeout = Math.max(LONGEST_ENTRY, 1000 * seconds + GRACE), signal } = waiting;
    const limits = { timeout, ...(signal !== undefined && { signal }) };
    const { sw } = parseResponse(await this.#channel.control(code, structure, limits));
    const { settle } = mannersOf(this.#channel.slot);
    if (settle > 0) await wait(settle);
    const own = OWN[sw];
    return own === undefined ? { kind: 'answered', sw } : { kind: own };
  }
}
