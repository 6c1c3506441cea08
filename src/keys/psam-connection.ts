import { SscardError } from '../../apdu/errors.ts';
import type { Channel, Waiting } from '../../drivers/reader.ts';
import { Turns } from '../../drivers/turns.ts';
import type { KeyAnswer } from './provider.ts';
import { PsamSession, type PsamStructure } from './psam-session.ts';

/** Connects to the slot with the PSAM: when a key is wanted first, and again after the PSAM was lost. */
export type OpenPsam = (waiting: Waiting) => Promise<Channel>;

/** After these a channel is of no use to anyone. */
const LOST = ['card-removed', 'card-reset', 'card-mute', 'cancelled', 'channel-closed', 'reader-lost', 'service-lost'];
/** At the begin of a transaction, before anything is sent: the PSAM was changed or reset since the last request. */
const STALE = ['card-removed', 'card-reset', 'channel-closed'];
/** The slot is empty, or there is no such slot. */
const ABSENT = ['no-card', 'reader-not-found'];
const STEP = 'psam-connect';

/** The way to a PSAM that may not be there yet, or no more: one request at a time, each in one transaction. */
export class PsamConnection {
  readonly #open: OpenPsam;
  readonly #structure: PsamStructure;
  readonly #turns = new Turns();
  #session: PsamSession | undefined;
  #closed = false;

  constructor(open: OpenPsam, structure: PsamStructure) {
    this.#open = open;
    this.#structure = structure;
  }

  /**
   * Runs `work` while nobody else can reach the PSAM.
   * @returns what `work` gives, or `no-psam`
   * @throws SscardError what `work`, the channel and the opening throw; the PSAM has then been reset or given up
   */
  async perform<T>(waiting: Waiting, work: (session: PsamSession) => Promise<KeyAnswer<T>>): Promise<KeyAnswer<T>> {
    const turn = this.#turns.take(waiting.signal);
    if (turn) await turn;
    try {
      if (this.#closed) throw new SscardError('channel-closed', 'the key provider was closed', { step: STEP });
      return await this.#attempt(waiting, work);
    } finally {
      this.#turns.leave();
    }
  }

  /** Ends the connection with a reset of the PSAM, after the request that is being served. */
  async close(): Promise<void> {
    const turn = this.#turns.take();
    if (turn) await turn;
    try {
      this.#closed = true;
      await this.#session?.channel.close();
    } finally {
      this.#session = undefined;
      this.#turns.leave();
    }
  }

  async #attempt<T>(waiting: Waiting, work: (session: PsamSession) => Promise<KeyAnswer<T>>): Promise<KeyAnswer<T>> {
    const known = this.#session;
    const session = known ?? (await this.#connect(waiting));
    if (session === undefined) return { kind: 'unavailable', reason: 'no-psam' };
    let begun = false;
    try {
      return await transact(session.channel, waiting, () => {
        begun = true;
        return work(session);
      });
    } catch (error) {
      await this.#afterFailure(session, error);
      if (begun) throw error;
      // The session is new in the second attempt: there is no third.
      if (known !== undefined && hasCode(error, STALE)) return this.#attempt(waiting, work);
      throw located(error, session.channel.slot);
    }
  }

  async #connect(waiting: Waiting): Promise<PsamSession | undefined> {
    try {
      this.#session = new PsamSession(await this.#open(waiting), this.#structure);
      return this.#session;
    } catch (error) {
      if (hasCode(error, ABSENT)) return undefined;
      throw located(error);
    }
  }

  /** The transaction has reset the PSAM, or the channel is dead: then it is given back, whatever becomes of that. */
  async #afterFailure(session: PsamSession, error: unknown): Promise<void> {
    session.forgetDirectory();
    if (!hasCode(error, LOST)) return;
    this.#session = undefined;
    await session.channel.close().catch(() => {});
  }
}

function transact<T>(channel: Channel, waiting: Waiting, work: () => Promise<T>): Promise<T> {
  return channel.lacks.has('transactions') ? work() : channel.transaction('leave', work, waiting);
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof SscardError && codes.includes(error.code);
}

function located(error: unknown, place?: string): unknown {
  if (!(error instanceof SscardError)) return error;
  const where = place === undefined ? { step: STEP } : { step: STEP, place };
  const details = { ...error.details, ...where, outcome: 'not-done' } as const;
  return new SscardError(error.code, error.message, details, { cause: error });
}
