import type { PinQuirks } from '../ccid/pin-entry.ts';

/** A unit that speaks CCID in the Gemplus form (readers.md 3). All take messages of 271 bytes, T=0 and T=1 as TPDUs. */
export interface GemplusModel {
  /** As the option `model=` names it. */
  readonly name: string;
  /** How its firmware text is known: ASSUMED but for the Twin's, which is published. */
  readonly firmware: RegExp;
  /** The first is for the holder's card. */
  readonly slots: number;
  /** Escape 01 01 01: card notices between command and answer only. */
  readonly notices: boolean;
  /** It starts at 9600, and Escape 01 10 20 makes it 115,200. */
  readonly slow: boolean;
  readonly pad?: PinQuirks;
}

/** Of the pad of the GemPC Pinpad: Enter alone ends an entry; all messages are shown (a public driver). */
const PINPAD: PinQuirks = { validation: 0x02, messages: { verify: 1, modify: 3 } };

export const gemplusModels: readonly GemplusModel[] = [
  { name: 'pinpad', firmware: /pin ?pad/i, slots: 1, notices: true, slow: false, pad: PINPAD },
  { name: 'twin', firmware: /twin/i, slots: 1, notices: true, slow: false },
  { name: 'pos-pro', firmware: /pos ?pro/i, slots: 5, notices: true, slow: false },
  { name: 'sim-pro-2', firmware: /sim ?pro ?2/i, slots: 2, notices: true, slow: true },
  { name: 'sim-pro', firmware: /sim ?pro/i, slots: 2, notices: true, slow: false },
  { name: 'sec1210ur2', firmware: /sec1210ur2/i, slots: 2, notices: false, slow: false },
  { name: 'sec1210urt', firmware: /sec1210/i, slots: 1, notices: false, slow: false },
];

/** One slot, and the manners of the family. */
export const unknownGemplus: GemplusModel = { name: '', firmware: /^/, slots: 1, notices: true, slow: false };
