import type { Channel, Ending } from '../drivers/reader.ts';
import { SocialApplication } from './social/application.ts';
import type { CardSettings } from './social/flow.ts';

/**
 * One insertion of one card. When the card leaves, every call fails with `card-removed`; a card put in its place gets an
 * object of its own.
 */
export class Card implements AsyncDisposable {
  readonly channel: Channel;
  readonly social: SocialApplication;

  /** Use `openCard`. */
  constructor(channel: Channel, settings: CardSettings = {}) {
    this.channel = channel;
    this.social = new SocialApplication(channel, settings);
  }

  /** Answer to reset of this insertion. */
  get atr(): Uint8Array {
    return this.channel.atr;
  }

  /** Releases the card. Idempotent. Default: the card is reset, so no right is left behind. */
  close(ending: Ending = 'reset'): Promise<void> {
    return this.channel.close(ending);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Takes over a channel to an inserted card. Nothing is sent yet: each application selects itself when it is used.
 * @param settings where the keys are, and what the site knows better than the built-in description
 * @example
 * await using card = await openCard(await pcscReaders().waitForCard());
 * const holder = await card.social.readBasic();
 */
export async function openCard(channel: Channel, settings?: CardSettings): Promise<Card> {
  return new Card(channel, settings);
}
