/** How the frames of a host look to a unit. */
export interface FrameForm {
  /** The byte can begin a frame. Others are handed on one by one. */
  begins(byte: number): boolean;
  /** Length of the whole frame, as soon as `begun` tells it; never above `LONGEST`. 0: no frame begins like this. */
  length(begun: Uint8Array): number | undefined;
}

/** What an intake makes of the bytes from the host. */
export interface IntakeListener {
  frame(bytes: Uint8Array): void;
  /** A byte between frames. */
  byte?(byte: number): void;
  /** A frame began, and the rest did not come. */
  incomplete?(begun: Uint8Array): void;
  /** What began is no frame: `length` said 0. */
  refused?(begun: Uint8Array): void;
}

/** No frame of a host is longer (readers.md 6: whole frame at most 1024). */
export const LONGEST = 1_024;
/** Silence inside a frame after which the rest does not come any more, in ms. Shorter than a host waits before it sends again. */
const GAP = 200;

/** The ear of a unit: bytes in any pieces become frames. */
export class Intake {
  readonly #form: FrameForm;
  readonly #listener: IntakeListener;
  readonly #begun = new Uint8Array(LONGEST);
  #held = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(form: FrameForm, listener: IntakeListener) {
    this.#form = form;
    this.#listener = listener;
  }

  push(bytes: Uint8Array): void {
    for (const byte of bytes) this.#take(byte);
    clearTimeout(this.#timer);
    if (this.#held > 0) this.#timer = setTimeout(() => this.#giveUp(), GAP);
  }

  /** Forgets a frame that has begun. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#held = 0;
  }

  #take(byte: number): void {
    if (this.#held === 0 && !this.#form.begins(byte)) {
      this.#listener.byte?.(byte);
      return;
    }
    this.#begun[this.#held++] = byte;
    const begun = this.#begun.subarray(0, this.#held);
    const length = this.#form.length(begun);
    if (length === undefined || this.#held < length) return;
    this.#held = 0;
    if (length > 0) this.#listener.frame(begun.slice());
    else this.#listener.refused?.(begun);
  }

  #giveUp(): void {
    const begun = this.#begun.slice(0, this.#held);
    this.#held = 0;
    this.#listener.incomplete?.(begun);
  }
}
