import { inspectAtr } from '../../../apdu/atr.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { T1 } from '../../../apdu/t1.ts';
import type { VirtualCard } from '../readers.ts';

/** What came of a command to a card. */
export type CardSaid =
  | { readonly kind: 'answer'; readonly bytes: Uint8Array }
  /** Nothing within the card's waiting time. */
  | { readonly kind: 'mute' }
  /** The card was pulled, or lost its power on the way. */
  | { readonly kind: 'gone' };

/** Longer than WI 10 at the default speed, 1 s (iso7816.md 3). */
const WAITING_TIME = 2_000;

/** A contact place of a unit: the slot of the holder's card, or a SAM socket. */
export class Seat {
  readonly #moved: (present: boolean) => void;
  #card: VirtualCard | undefined;
  #present: boolean;
  #powered = false;
  #t1: T1 | undefined;
  #pull: 'before' | 'after' | undefined;
  #off: () => void = () => {};
  #lost: Promise<CardSaid> = Promise.resolve({ kind: 'gone' });

  /**
   * @param card absent: nothing is in it
   * @param moved called when a card comes or goes
   */
  constructor(card: VirtualCard | undefined, moved: (present: boolean) => void = () => {}) {
    this.#card = card;
    this.#present = card !== undefined;
    this.#moved = moved;
  }

  get present(): boolean {
    return this.#present;
  }

  get powered(): boolean {
    return this.#powered;
  }

  /** The card in it. */
  get card(): VirtualCard | undefined {
    return this.#present ? this.#card : undefined;
  }

  /** For units that speak T=1 with the card themselves, since its last answer to reset; undefined: it speaks T=0. */
  get t1(): T1 | undefined {
    return this.#t1;
  }

  insert(card: VirtualCard | undefined = this.#card): void {
    if (this.#present || card === undefined) return;
    this.#card = card;
    this.#present = true;
    this.#moved(true);
  }

  remove(): void {
    if (!this.#present) return;
    this.powerOff();
    this.#present = false;
    this.#moved(false);
  }

  /** On order: the card is torn out at the next command. */
  pullAtNext(when: 'before' | 'after'): void {
    this.#pull = when;
  }

  /** Power off and on. @returns the answer to reset; undefined: no card */
  powerOn(): Uint8Array | undefined {
    this.powerOff();
    return this.#start((card) => card.powerOn());
  }

  /** The reset line only. @returns as `powerOn` */
  reset(): Uint8Array | undefined {
    if (!this.#powered) return undefined;
    return this.#start((card) => card.reset());
  }

  powerOff(): void {
    if (!this.#powered) return;
    this.#powered = false;
    this.#off();
    this.#card?.powerOff();
  }

  /** A command to the card. At once where the card answers at once. */
  send(command: Uint8Array): CardSaid | Promise<CardSaid> {
    const pull = this.#pull;
    this.#pull = undefined;
    if (pull === 'before') this.remove();
    if (!this.#powered || this.#card === undefined) return { kind: 'gone' };
    const said = this.#ask(this.#card, command);
    return said instanceof Promise ? said.then((late) => this.#kept(pull, late)) : this.#kept(pull, said);
  }

  #kept(pull: 'before' | 'after' | undefined, said: CardSaid): CardSaid {
    if (pull !== 'after') return said;
    this.remove();
    return { kind: 'gone' };
  }

  #ask(card: VirtualCard, command: Uint8Array): CardSaid | Promise<CardSaid> {
    try {
      const answer = card.process(command);
      if (!(answer instanceof Promise)) return { kind: 'answer', bytes: answer };
      const said = answer.then(
        (bytes): CardSaid => ({ kind: 'answer', bytes }),
        (error: unknown) => this.#failed(error),
      );
      let timer: NodeJS.Timeout | undefined;
      const silence = new Promise<CardSaid>((resolve) => {
        timer = setTimeout(resolve, WAITING_TIME, { kind: 'mute' });
      });
      return Promise.race([said, this.#lost, silence]).finally(() => clearTimeout(timer));
    } catch (error) {
      return this.#failed(error);
    }
  }

  /** What the simulated card throws is what happens to a card: pulled, reset by another, without power. */
  #failed(error: unknown): CardSaid {
    if (!(error instanceof SscardError)) throw error;
    if (error.code === 'card-removed') {
      this.remove();
      return { kind: 'gone' };
    }
    return { kind: 'mute' };
  }

  #start(begin: (card: VirtualCard) => void): Uint8Array | undefined {
    if (!this.#present || this.#card === undefined) return undefined;
    begin(this.#card);
    this.#powered = true;
    const { defaultProtocol, t1 } = inspectAtr(this.#card.atr).atr;
    this.#t1 = defaultProtocol === 1 ? new T1({ edc: t1?.edc ?? 'LRC', ifsc: t1?.ifsc ?? 32 }) : undefined;
    this.#lost = new Promise((resolve) => {
      this.#off = () => resolve({ kind: 'gone' });
    });
    return this.#card.atr;
  }
}
