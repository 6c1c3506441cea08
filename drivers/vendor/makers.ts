/** How a published fact is known: read in a maker's own text or header, or from one indirect source. */
type Confidence = 'certain' | 'likely';

/** The number a maker's library has for a place where a card goes. */
export interface SeatCode {
  readonly code: number;
  readonly confidence: Confidence;
}

/** Places as the reader address names them: the holder's card, and the SAM sockets from 1 on. */
export type SeatName = 'user' | 'psam1' | 'psam2' | 'psam3' | 'psam4';

export const seatNames: readonly SeatName[] = ['user', 'psam1', 'psam2', 'psam3', 'psam4'];

/** What is published of one maker's library. */
export interface Maker {
  /**
   * The functions its library exports: `ICC_Reader` (SSSE32.DLL and its Linux form), which this driver calls, or calls of the
   * maker's own, of which only names are published.
   */
  readonly level: 'ICC_Reader' | 'dcrf32';
  /** Device name to open when the caller has none. */
  readonly port: string;
  readonly seats: Readonly<Partial<Record<SeatName, SeatCode>>>;
}

const certain = (code: number): SeatCode => ({ code, confidence: 'certain' });
const likely = (code: number): SeatCode => ({ code, confidence: 'likely' });

/** Connector numbers of the level itself (driver-api.md 7): 0n for user cards, 1n for SAMs. */
const NATIONAL: Maker['seats'] = {
  user: certain(0x01),
  psam1: likely(0x11),
  psam2: likely(0x12),
  psam3: likely(0x13),
  psam4: likely(0x14),
};

/** Slot codes of makers as data (readers.md 9). `national`: for makers of whom nothing else is known. */
export const makers = {
  national: { level: 'ICC_Reader', port: 'AUTO', seats: NATIONAL },
  /** HD-100 and its kin; the reader with `USB1` is usual, too. */
  huada: { level: 'ICC_Reader', port: 'AUTO', seats: NATIONAL },
  /** Its SSSE32 library; the `mw_ic_*` calls are another level. */
  mingwah: { level: 'ICC_Reader', port: 'AUTO', seats: NATIONAL },
  /** Seats of `dc_setcpu`. Another kit of this maker numbers its SIM seats 2 and 3. */
  decard: {
    level: 'dcrf32',
    port: '',
    seats: { user: certain(0x0c), psam1: certain(0x0d), psam2: certain(0x0e), psam3: certain(0x0f) },
  },
} as const satisfies Readonly<Record<string, Maker>>;

/** Name of a maker as the reader address has it. */
export type MakerName = keyof typeof makers;

export const makerNames = Object.keys(makers) as readonly MakerName[];
