/** A unit of the Gemplus family (readers.md 3). */
export interface GemplusModel {
  readonly firmware: string;
  /** Slots, the first one for the holder's card. */
  readonly slots: number;
  /** Gives every command frame back first. */
  readonly echo: boolean;
  /** Speed after power on. */
  readonly baud: number;
  /** Has keys and a display of its own. */
  readonly pad: boolean;
}

/** By the name that the public driver uses. The texts are samples; that of the Twin is published (vector ccid-19). */
export const gemplusModels = {
  twin: { firmware: 'GemTwin-V2.00-GL04', slots: 1, echo: true, baud: 115_200, pad: false },
  pinpad: { firmware: 'GemPCPinpad-V1.03', slots: 1, echo: true, baud: 115_200, pad: true },
  'pos-pro': { firmware: 'GemCore POS Pro-V1.10', slots: 5, echo: false, baud: 115_200, pad: false },
  'sim-pro-2': { firmware: 'GemCore SIM Pro 2-V1.00', slots: 2, echo: false, baud: 9_600, pad: false },
} as const satisfies Record<string, GemplusModel>;

/** Units of the family: `pinpad` has keys, `pos-pro` five slots, `sim-pro-2` begins at 9600. */
export type GemplusModelName = keyof typeof gemplusModels;
