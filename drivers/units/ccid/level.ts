import type { Atr } from '../../../apdu/atr.ts';
import type { SscardError } from '../../../apdu/errors.ts';
import type { Protocol } from '../../reader.ts';
import type { CcidAnswer, CcidCommand } from './messages.ts';

/** Sends a message about one slot, in the conversation that is on. */
export type Ask = (command: CcidCommand) => Promise<CcidAnswer>;

/** A PIN entry at the reader: what the reader is to send once the PIN is in it. */
export interface PinCommand {
  /** The command to the card, with a hole where the PIN will be. */
  readonly template: Uint8Array;
  /** @param prologue bTeoPrologue: NAD, PCB, LEN of the block the reader sends; zeros where there is none */
  message(prologue: readonly [number, number, number]): CcidCommand;
}

/**
 * How much of T=0 and T=1 the reader does by itself (readers.md 2, dwFeatures): one for each slot, from its power-on to the next.
 * What the unit or the card properly says is returned, errors too; what breaks the conversation is thrown.
 */
export interface ExchangeLevel {
  /** 61xx and 6Cxx do not reach the caller. */
  readonly chains: boolean;
  /**
   * After a reset: agrees with the card on what runs.
   * @param fast false: an attempt at more than the default speed has failed
   * @returns `again`: it needs another reset, and another attempt
   */
  settle(ask: Ask, atr: Atr, wanted: readonly Protocol[], fast: boolean): Promise<Protocol | 'again' | SscardError>;
  transmit(ask: Ask, command: Uint8Array): Promise<Uint8Array | SscardError>;
  /** @returns the card's answer, or 6400, 6401: the person was too late, or pressed cancel */
  enterPin(ask: Ask, pin: PinCommand): Promise<Uint8Array | SscardError>;
}
