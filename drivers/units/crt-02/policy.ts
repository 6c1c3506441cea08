import { type RefusalTable, refusals } from '../refusals.ts';

/** How a unit of the 02 … 03 BCC family is spoken to, beside its frames (readers.md 7). */
export interface Crt02Policy {
  /** Where it is looked for; with the parameter of the command that sets it. */
  readonly speeds: ReadonlyMap<number, number>;
  /** So often all speeds are tried. */
  readonly rounds: number;
  /** So often a frame is sent that the unit refuses, or does not hear: before ENQ nothing is done. */
  readonly sends: number;
  /** So often a question that changes nothing is asked, when its answer comes damaged: an answer cannot be asked for again. */
  readonly asks: number;
  /** Codes E of refusals, and statuses P. */
  readonly refusals: RefusalTable;
  /** Milliseconds. */
  readonly times: {
    /** For ACK, and for the answer to EOT. */
    readonly acknowledge: number;
    readonly query: number;
    readonly power: number;
    readonly move: number;
    readonly afterSpeed: number;
  };
}

export const FAILED = 0x4e;
/** Places and parts that this unit does not have. */
export const LACKING: ReadonlySet<number> = new Set([0x00, 0x02]);

export const crt02Policy: Crt02Policy = {
  speeds: new Map([
    [9_600, 0x33],
    [38_400, 0x35],
    [19_200, 0x34],
    [4_800, 0x32],
    [2_400, 0x31],
    [1_200, 0x30],
  ]),
  rounds: 2,
  sends: 3,
  asks: 3,
  refusals: refusals(
    [[0x00], 'unit', 'unknown-command', 'not-done'],
    [[0x01], 'unit', 'parameter', 'not-done'],
    [[0x02], 'unit', 'cannot-be-done', 'not-done'],
    [[0x04], 'unit', 'data', 'not-done'],
    [[0x05], 'unit', 'supply-voltage'],
    [[0x06], 'unit', 'odd-card'],
    [[0x07], 'unit', 'power-lost'],
    [[FAILED], 'mute', 'failed'],
    [[0x45], 'absent', 'no-card'],
    [[0x57], 'absent', 'not-in-place'],
  ),
  times: { acknowledge: 300, query: 2_000, power: 5_000, move: 15_000, afterSpeed: 100 },
};
