/**
 * A framer cuts a stream of bytes into the frames of one protocol: pure, bytes in and events out, no timers. Every byte ends up in
 * exactly one event, or is waiting in a frame that has begun.
 */
export interface Framer<E extends { readonly kind: string }> {
  /** Feeds bytes in any pieces, and gives what is whole now. `bytes` is not kept. */
  push(bytes: Uint8Array): readonly (E | FramerEvent)[];
  /** A frame has begun and is not whole. */
  readonly begun: boolean;
  /** Gives a begun frame up: the rest of it did not come in time. @returns the whole frames in its bytes; the others are `skipped` */
  drop(): readonly (E | FramerEvent)[];
}

/** What every framer may give, beside the frames and signals of its protocol. */
export type FramerEvent =
  /** Bytes that belong to no frame: noise, the rest of a frame that was given up. */
  | { readonly kind: 'skipped'; readonly bytes: Uint8Array }
  /** A frame of the right form whose check byte, or closing byte, is wrong. Never handed up as a frame. */
  | { readonly kind: 'bad-check'; readonly bytes: Uint8Array };
