import { withChaining } from '../../apdu/chaining.ts';
import { alone } from '../../drivers/alone.ts';
import type { Channel, Waiting } from '../../drivers/reader.ts';
import type { CaKeys } from './ca-keys.ts';
import type { ECashPurse } from './enquiry/balance.ts';
import type { Enquiry, EnquiryOptions } from './enquiry/enquiry.ts';
import type { BankInformation } from './enquiry/info.ts';
import type { LoggedLoad } from './enquiry/load-record.ts';
import type { BankLog } from './enquiry/log.ts';
import type { LoggedTransaction } from './enquiry/log-record.ts';
import type { BankAuthentication } from './enquiry/verify.ts';

/** What the terminal brings to enquiries of the debit side. */
export interface FinancialSettings extends Omit<EnquiryOptions, 'sm'> {
  /** Keys of the authorities. Default: none, so that nothing can be proven. */
  readonly caKeys?: CaKeys;
}

/**
 * The debit side of one inserted card, for enquiries. It is never written, no PIN and no GENERATE AC is sent: payments
 * are `sscard/financial`. Made by `openCard`. Every act selects the application anew.
 *
 * All throw SscardError `bank-application-missing`, `bank-card-blocked`, `bank-data-malformed` (with step, place, and the
 * rule as `reason`), `chain-too-long`, `chain-stalled`, and what the channel throws.
 */
export class FinancialApplication {
  readonly #channel: Channel;
  readonly #settings: FinancialSettings;
  readonly #begin: () => Promise<void>;

  /** @param begin called at the start of every act, when nobody else can reach the card */
  constructor(channel: Channel, settings: FinancialSettings = {}, begin: () => Promise<void> = async () => {}) {
    this.#channel = channel;
    this.#settings = settings;
    this.#begin = begin;
  }

  /**
   * Which account, whether it is usable, tries of its PIN, transaction counter. The card counts the reading as a
   * transaction begun.
   */
  info(waiting?: Waiting): Promise<BankInformation> {
    return this.#enquire(waiting, async (enquiry) => {
      const [{ readInformation }, { dayOf, formatDay }] = await Promise.all([
        import('./enquiry/info.ts'),
        import('./dates.ts'),
      ]);
      return readInformation(enquiry, formatDay(dayOf(this.#now)));
    });
  }

  /** E-cash: empty where the card has none. */
  balance(waiting?: Waiting): Promise<readonly ECashPurse[]> {
    return this.#enquire(waiting, async (enquiry) => {
      const { readBalances } = await import('./enquiry/balance.ts');
      return readBalances(enquiry);
    });
  }

  /** Transactions that the card has kept, newest first. */
  log(waiting?: Waiting): Promise<BankLog<LoggedTransaction>> {
    return this.#enquire(waiting, async (enquiry) => {
      const { readTransactionLog } = await import('./enquiry/log.ts');
      return readTransactionLog(enquiry);
    });
  }

  /** Loads of e-cash that the card has kept, newest first. */
  loadLog(waiting?: Waiting): Promise<BankLog<LoggedLoad>> {
    return this.#enquire(waiting, async (enquiry) => {
      const { readLoadLog } = await import('./enquiry/log.ts');
      return readLoadLog(enquiry);
    });
  }

  /**
   * Offline data authentication: whether the chip is genuine. The card counts it as a transaction begun. A chain that
   * ends at a test key says so in `testKey`.
   */
  verify(waiting?: Waiting): Promise<BankAuthentication> {
    return this.#enquire(waiting, async (enquiry) => {
      const [{ authenticateCard }, { CaKeys: Keys }, { dayOf }] = await Promise.all([
        import('./enquiry/verify.ts'),
        import('./ca-keys.ts'),
        import('./dates.ts'),
      ]);
      return authenticateCard(enquiry, this.#settings.caKeys ?? Keys.empty, dayOf(this.#now));
    });
  }

  #enquire<T>(waiting: Waiting = {}, work: (enquiry: Enquiry) => Promise<T>): Promise<T> {
    const channel = this.#channel;
    const transmitter = channel.chains ? channel : withChaining<Waiting>(channel);
    return alone(channel, waiting, 'reset', async (whole) => {
      await this.#begin();
      const { openEnquiry, withoutTermination } = await import('./enquiry/enquiry.ts');
      // What nobody here could prove is not asked for: a card with both would hide its RSA side.
      const sm = this.#settings.caKeys?.keys.some(({ key }) => key.algorithm === 'sm2') ?? false;
      const enquiry = await openEnquiry({ transmitter, waiting: whole }, { ...this.#settings, sm });
      return withoutTermination(() => work(enquiry));
    });
  }

  get #now(): Date {
    return this.#settings.now ?? new Date();
  }
}
