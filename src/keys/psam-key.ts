import { SscardError } from '../../apdu/errors.ts';
import { pad2 } from '../crypto/mac.ts';
import type { KeyAnswer, Unavailable } from './provider.ts';
import { BLOCK, type Cipher, type Derivation, type PsamSession, type Task } from './psam-session.ts';

/**
 * The session key of one card and one challenge inside a PSAM (social-security-card.md 6.4, 7.2). A derived key serves
 * one operation, as 7.3 (d) derives again for the MAC.
 */
export class PsamKey {
  readonly #session: PsamSession;
  readonly #cipher: Cipher;
  readonly #derivation: Derivation;
  readonly #task: Task;

  constructor(session: PsamSession, cipher: Cipher, derivation: Derivation, task: Task) {
    this.#session = session;
    this.#cipher = cipher;
    this.#derivation = derivation;
    this.#task = task;
  }

  /**
   * What the PSAM lacks for this key, found out before anything that matters is given to it: level, key, cipher. Sends
   * nothing once the PSAM has shown the cipher.
   */
  async lacks(): Promise<Unavailable | undefined> {
    if (this.#session.proved(this.#cipher)) return undefined;
    const answer = await this.encipher(new Uint8Array(BLOCK[this.#cipher]));
    return answer.kind === 'unavailable' ? answer.reason : undefined;
  }

  derive(): Promise<Unavailable | undefined> {
    return this.#session.derive(this.#derivation, this.#task);
  }

  /** Whole blocks under the key just derived. */
  encipherDerived(blocks: Uint8Array): Promise<KeyAnswer<Uint8Array>> {
    return this.#session.crypt(this.#cipher, blocks, this.#task);
  }

  async encipher(blocks: Uint8Array): Promise<KeyAnswer<Uint8Array>> {
    const reason = await this.derive();
    return reason === undefined ? this.encipherDerived(blocks) : { kind: 'unavailable', reason };
  }

  /** MAC of four bytes over a message that is padded here (6.5). */
  async mac(message: Uint8Array): Promise<KeyAnswer<Uint8Array>> {
    const reason = await this.derive();
    if (reason !== undefined) return { kind: 'unavailable', reason };
    return this.#session.mac(this.#cipher, pad2(message, BLOCK[this.#cipher]), this.#task);
  }

  /**
   * Takes an answer that comes after the PIN was used: no other provider can have it any more.
   * @throws SscardError `psam-refused`: the PSAM does not do what it did a moment before
   */
  certain<T>(answer: KeyAnswer<T>): T {
    if (answer.kind === 'done') return answer.value;
    const details = { step: 'psam-pin', place: this.#task.place, outcome: 'not-done' } as const;
    throw new SscardError('psam-refused', `not any more: ${answer.reason}`, details);
  }
}
