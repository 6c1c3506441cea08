import type { Channel, Ending } from '../drivers/reader.ts';
import { FinancialApplication, type FinancialSettings } from './financial/application.ts';
import { SocialApplication } from './social/application.ts';
import type { CardSettings as SocialSettings } from './social/flow.ts';

/** The two applications of the chip. Selecting one ends the other: its rights and its transaction are lost. */
export type ApplicationName = 'social' | 'financial';

/** What the terminal brings to a card: keys and corrections of the social side, and what the debit side needs. */
export interface CardSettings extends SocialSettings {
  readonly financial?: FinancialSettings;
  /**
   * Called when an act is of another application than the one before: the card has been reset on purpose, so that no
   * right of the first is left for the second.
   */
  readonly onSwitch?: (change: { readonly from: ApplicationName; readonly to: ApplicationName }) => void;
}

/**
 * One insertion of one card. When the card leaves, every call fails with `card-removed`; a card put in its place gets an
 * object of its own.
 */
export class Card implements AsyncDisposable {
  readonly channel: Channel;
  readonly social: SocialApplication;
  /** The debit side, for enquiries only. */
  readonly financial: FinancialApplication;
  readonly #onSwitch: CardSettings['onSwitch'];
  #application: ApplicationName | undefined;

  /** Use `openCard`. */
  constructor(channel: Channel, settings: CardSettings = {}) {
    this.channel = channel;
    this.#onSwitch = settings.onSwitch;
    this.social = new SocialApplication(channel, settings, () => this.#enter('social'));
    this.financial = new FinancialApplication(channel, settings.financial, () => this.#enter('financial'));
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

  async #enter(to: ApplicationName): Promise<void> {
    const from = this.#application;
    this.#application = to;
    if (from === undefined || from === to) return;
    // Where the driver has no reset, the SELECT that follows takes the rights (emv-pboc.md 1.1).
    if (!this.channel.lacks.has('reset')) await this.channel.reset('warm');
    this.#onSwitch?.({ from, to });
  }
}

/**
 * Takes over a channel to an inserted card. Nothing is sent yet: each application selects itself when it is used.
 * @param settings where the keys are, and what the site knows better than the built-in description
 * @example
 * await using card = await openCard(await pcscReaders().waitForCard());
 * const holder = await card.social.readBasic();
 * const { state } = await card.financial.info();
 */
export async function openCard(channel: Channel, settings?: CardSettings): Promise<Card> {
  return new Card(channel, settings);
}
