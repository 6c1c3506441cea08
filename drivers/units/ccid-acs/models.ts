import type { SlotPlace } from '../ccid/slot.ts';

/** A unit that speaks CCID in the ACS form (readers.md 4). */
export interface AcsModel {
  readonly slots: readonly SlotPlace[];
  /** How it is put to 115,200: an Escape, or a command to the reader in the form of one to the card. */
  readonly speedBy: 'escape' | 'apdu';
}

const sam = (index: number, face: number, slot = 0): SlotPlace => ({
  ...{ index, slot, face, kind: 'sam', interface: 'contact' },
  tells: false,
});

export const acsModels = {
  /** A SAM socket behind the two published slots is ASSUMED. */
  acr1281s: {
    slots: [
      { index: 0, slot: 1, face: 1, kind: 'card', interface: 'contact', tells: true },
      sam(1, 1, 2),
      { index: 2, slot: 0, face: 1, kind: 'card', interface: 'contactless', tells: true },
    ],
    speedBy: 'escape',
  },
  /** The contactless side is spoken to with marks of its own, and answers with those of the first SAM interface. */
  acr122l: {
    slots: [
      { index: 0, slot: 0, face: 4, kind: 'card', interface: 'contactless', tells: false },
      sam(1, 1),
      sam(2, 2),
      sam(3, 3),
    ],
    speedBy: 'apdu',
  },
  acr122s: {
    slots: [{ index: 0, slot: 0, face: 4, kind: 'card', interface: 'contactless', tells: false }, sam(1, 1)],
    speedBy: 'apdu',
  },
} as const satisfies Record<string, AcsModel>;

export type AcsModelName = keyof typeof acsModels;
