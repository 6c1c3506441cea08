import { type RefusalTable, refusals } from '../refusals.ts';

/** How a TDA8029 is spoken to, beside its frames (readers.md 5). */
export interface AlparPolicy {
  /** Where it is looked for, in this order. */
  readonly speeds: readonly number[];
  /** Data of 0D, by speed. */
  readonly speedCodes: ReadonlyMap<number, number>;
  /** Milliseconds after the wake byte before the question, one attempt each. */
  readonly wakes: readonly number[];
  /** How often a question that changes nothing is asked, when its answer comes damaged (readers.md 1, rule 5). */
  readonly asks: number;
  /** Errors that say the module did not take the frame: the same once more. */
  readonly notTaken: ReadonlySet<number>;
  readonly refusals: RefusalTable;
  /** Firmware that fails on case 4 with Le 1 or 2. */
  readonly failsOnShortLe: RegExp;
  /** Milliseconds. */
  readonly times: {
    readonly identify: number;
    readonly query: number;
    readonly power: number;
    readonly beforeRetry: number;
    readonly afterSpeed: number;
  };
}

/** The module switched the card off by itself: it was taken out, or drew too much. */
export const SWITCHED_OFF = 0xa1;
export const NO_CARD = 0xc0;
export const UNKNOWN_COMMAND = 0x55;

export const alparPolicy: AlparPolicy = {
  speeds: [38_400, 115_200],
  // 06 is certain, the others likely.
  speedCodes: new Map([
    [4_800, 0],
    [9_600, 1],
    [19_200, 2],
    [38_400, 3],
    [57_600, 4],
    [76_800, 5],
    [115_200, 6],
  ]),
  wakes: [100, 500],
  asks: 3,
  notTaken: new Set([0xf0, 0xff, 0xe9, 0xe2]),
  refusals: refusals(
    [[0x08], 'unit', 'buffer-too-small'],
    [[0x20, 0x21], 'unit', 'wrong-apdu', 'not-done'],
    [[0x0a, 0x90], 'protocol', 't1-faults'],
    [[0x22, 0x80, 0x81], 'mute', 'mute'],
    [[0x23, 0x24], 'protocol', 'nad'],
    [[0x25], 'protocol', 'lrc'],
    [[0x26], 'protocol', 'resynchronised'],
    [[0x27], 'protocol', 'chain-aborted'],
    [[0x28], 'protocol', 'pcb'],
    [[0x29], 'protocol', 'too-much-data'],
    [[0x30, 0x31, 0x32, 0x33, 0x34, 0x36, 0x37, 0x38, 0x39, 0x3b], 'protocol', 'negotiation'],
    [[0x35], 'unit', 'parameter', 'not-done'],
    [[UNKNOWN_COMMAND], 'unit', 'unknown-command', 'not-done'],
    [[0x83, 0x84, 0x8d], 'protocol', 'parity'],
    [[0x88], 'protocol', 'atr-too-long'],
    [[0x86, 0x89, 0x8a, 0x8b, 0x8c, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98], 'protocol', 'atr-parameter'],
    [[0x91], 'protocol', 'sw1'],
    [[0x9b], 'protocol', 'not-t1'],
    [[0xa0], 'protocol', 'procedure-byte'],
    [[SWITCHED_OFF], 'unpowered', 'switched-off'],
    [[NO_CARD], 'absent', 'no-card'],
    [[0xc3, 0xc4, 0xc6, 0xc7], 'protocol', 'atr'],
    [[0xe0], 'unit', 'card-number', 'not-done'],
    [[0xe1], 'unit', 'clock'],
    [[0xe3], 'unit', 'supply'],
    [[0xe4], 'unit', 'temperature'],
    [[0xe5, 0xe6], 'unpowered', 'card-off', 'not-done'],
    [[0xe2, 0xe9, 0xf0, 0xff], 'unit', 'frame-damaged', 'not-done'],
  ),
  failsOnShortLe: /^0?6\b/,
  times: { identify: 1_000, query: 1_000, power: 5_000, beforeRetry: 20, afterSpeed: 100 },
};
