import { type RefusalTable, refusals } from '../refusals.ts';
import type { CrtF2Supply } from './commands.ts';

/** How an F2 unit is spoken to, beside its frames (readers.md 6). */
export interface CrtF2Policy {
  /** Where it is looked for: it finds the speed itself at the first initialise, and keeps it until its power goes. */
  readonly speeds: readonly number[];
  /** So often all speeds are tried. */
  readonly rounds: number;
  /** So often a frame is sent that the unit refuses, or does not hear. */
  readonly sends: number;
  /** So often it is asked to repeat its answer. */
  readonly repeats: number;
  /** In this order, while the card cannot be activated. */
  readonly cardSupplies: readonly CrtF2Supply[];
  readonly samSupplies: readonly CrtF2Supply[];
  readonly refusals: RefusalTable;
  /** Milliseconds. */
  readonly times: {
    /** For ACK, and for the answer to EOT. */
    readonly acknowledge: number;
    /** How much later an ACK is still taken for an APDU, which is not sent again on silence. */
    readonly late: number;
    readonly query: number;
    readonly power: number;
    readonly move: number;
  };
}

export const NOT_INITIALISED = 0xb0;
export const ACTIVATION_FAILED = 0x61;
/** Type and answer to reset come with it (LIKELY). */
export const NOT_EMV = 0x69;
/** Places and parts that this unit does not have. */
export const LACKING: ReadonlySet<number> = new Set([0x00, 0x03]);

export const crtF2Policy: CrtF2Policy = {
  speeds: [9_600, 57_600, 38_400, 19_200],
  rounds: 2,
  sends: 3,
  repeats: 3,
  // 5 V, then 3 V; PSAMs the other way round (readers.md 14). Never with the EMV check, which refuses many national cards.
  cardSupplies: [0x33, 0x35],
  samSupplies: [0x35, 0x33],
  refusals: refusals(
    [[0x00], 'unit', 'unknown-command', 'not-done'],
    [[0x01], 'unit', 'parameter', 'not-done'],
    [[0x02], 'unit', 'order', 'not-done'],
    [[0x03], 'unit', 'hardware', 'not-done'],
    [[0x04], 'unit', 'data', 'not-done'],
    [[0x05], 'unit', 'contact-not-released'],
    [[0x10], 'unit', 'jam'],
    [[0x12], 'unit', 'sensor'],
    [[0x13], 'unit', 'long-card'],
    [[0x14], 'unit', 'short-card'],
    [[0x40], 'unit', 'recycling-off'],
    [[0x41], 'unit', 'magnet'],
    [[0x43], 'unit', 'cannot-reach-contacts'],
    [[0x45], 'unit', 'moved-by-hand'],
    [[0x50], 'unit', 'counter'],
    [[0x51], 'unit', 'motor'],
    [[0x60], 'mute', 'short-circuit'],
    [[ACTIVATION_FAILED], 'mute', 'activation-failed'],
    [[0x62], 'protocol', 'other-protocol', 'not-done'],
    [[0x63], 'mute', 'mute'],
    [[0x64], 'protocol', 'card-protocol'],
    [[0x65], 'unpowered', 'not-activated', 'not-done'],
    [[0x66], 'unit', 'not-now', 'not-done'],
    [[0x67], 'protocol', 'transfer'],
    [[0x68], 'mute', 'transfer-timeout'],
    [[NOT_EMV], 'protocol', 'not-emv'],
    [[0xa0], 'unit', 'stacker-empty'],
    [[0xa1], 'unit', 'bin-full'],
    [[NOT_INITIALISED], 'unpowered', 'not-initialised', 'not-done'],
  ),
  times: { acknowledge: 300, late: 700, query: 2_000, power: 5_000, move: 15_000 },
};
