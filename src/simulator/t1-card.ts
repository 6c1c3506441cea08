import { concat } from '../../apdu/bytes.ts';
import { contactless } from './contactless.ts';
import type { VirtualCard } from './readers.ts';
import type { T1Check } from './t1-check.ts';
import { silence, type T1CardFault, T1Faults } from './t1-faults.ts';
import { T1Line } from './t1-line.ts';

/** How a card speaks T=1. */
export interface T1CardOptions {
  /** Longest information field it takes (TA3), 1 to 254. Default 254. */
  readonly ifsc?: number;
  /** Default LRC. */
  readonly check?: T1Check;
  readonly faults?: readonly T1CardFault[];
}

/** BWI 4, CWI 5: what most cards say. */
const WAITING = 0x45;

/**
 * The answer to reset of the same chip with T=1 instead of T=0: one more group, and a check byte (ISO/IEC 7816-3:2006, 8.2.3).
 * @param atr without interface bytes after its first group
 */
function t1Atr(atr: Uint8Array, ifsc: number, check: T1Check): Uint8Array {
  const [ts = 0x3b, t0 = 0] = atr;
  const first = 2 + [0x10, 0x20, 0x40].filter((bit) => t0 & bit).length;
  const group = check === 'CRC' ? [0x71, ifsc, WAITING, 0x01] : [0x31, ifsc, WAITING];
  const head = Uint8Array.of(ts, t0 | 0x80, ...atr.subarray(2, first), 0x81, ...group);
  const bytes = concat([head, atr.subarray(first)]);
  return concat([bytes, Uint8Array.of(bytes.subarray(1).reduce((sum, byte) => sum ^ byte, 0))]);
}

/**
 * The same chip for a unit that does T=1 by itself: its answer to reset offers T=1, `process` takes whole commands and gives whole
 * answers.
 */
export function t1Commands(card: VirtualCard, { ifsc = 254, check = 'LRC' }: T1CardOptions = {}): VirtualCard {
  return { ...contactless(card), atr: t1Atr(card.atr, ifsc, check) };
}

/**
 * A card behind T=1, from its own side of the contacts: `process` takes one whole block and gives one (ISO/IEC 7816-3:2006, 11). The
 * card inside sees whole commands. A block that is to be lost is `card-mute`, at once.
 * @example new GemplusUnit({ card: t1Card(card, { faults: [{ kind: 'wrong-check', block: 2 }] }) })
 */
export function t1Card(card: VirtualCard, options: T1CardOptions = {}): VirtualCard {
  const { ifsc = 254, check = 'LRC', faults = [] } = options;
  const inside = t1Commands(card, options);
  const orders = new T1Faults(faults);
  let line: T1Line | undefined;
  const begin = () => {
    line = new T1Line(inside, ifsc, check, orders);
  };
  return {
    atr: inside.atr,
    powerOn() {
      inside.powerOn();
      begin();
    },
    powerOff() {
      inside.powerOff();
      line = undefined;
    },
    reset() {
      inside.reset();
      begin();
    },
    process: async (block) => {
      if (line === undefined) throw silence();
      return line.hear(block);
    },
  };
}
