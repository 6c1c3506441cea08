/** Where a slot of an ACS unit is addressed. */
export interface AcsPlace {
  /** First byte of its frames; the last one is one more. */
  readonly mark: number;
  readonly slot: number;
}

/** A unit of the ACS family (readers.md 4). */
export interface AcsModel {
  /** Where the holder's card is, then the SAM sockets. */
  readonly places: readonly [AcsPlace, ...(readonly AcsPlace[])];
  /** Speaks of a frame that is not complete in time. */
  readonly incomplete: boolean;
  /** bStatus tells whether a card is there; else it is 00 whatever is there (vector acs-10). */
  readonly tellsCards: boolean;
  /** Without contacts: whole commands and whole answers. */
  readonly contactless: boolean;
}

export const acsModels = {
  /** The holder's card is in the contact slot. A SAM socket behind the two published slots is ASSUMED. */
  acr1281s: {
    places: [
      { mark: 0x02, slot: 1 },
      { mark: 0x02, slot: 2 },
    ],
    incomplete: false,
    tellsCards: true,
    contactless: false,
  },
  /** Three SAM interfaces that differ by their marks; the holder's card is on the contactless one. */
  acr122l: {
    places: [
      { mark: 0x32, slot: 0 },
      { mark: 0x02, slot: 0 },
      { mark: 0x12, slot: 0 },
      { mark: 0x22, slot: 0 },
    ],
    incomplete: true,
    tellsCards: false,
    contactless: true,
  },
} as const satisfies Record<string, AcsModel>;

/** Units of the family: ACR1281S with a contact slot, ACR122L with three SAM interfaces. */
export type AcsModelName = keyof typeof acsModels;
