import type { EntryManners } from './structures.ts';

/** A reader that does not keep to the standard, by its name. Known from public drivers; readers.md 2 lists the kinds. */
interface Quirk {
  readonly reader: RegExp;
  readonly manners: Partial<EntryManners>;
  /** Milliseconds to wait after an entry: the reader answers while the enter key is still down, and would take it for the next. */
  readonly settle?: number;
}

const DEFAULT: EntryManners = {
  seconds: 30,
  validation: 0x02,
  verifyMessages: 0x01,
  modifyMessages: 0x03,
  digitsSwapped: false,
};

/** The first one that fits counts. */
const QUIRKS: readonly Quirk[] = [
  // Refuse more than one message, and any end of entry but the enter key.
  { reader: /gem(alto|plus)?\s*pc\s*pin\s*pad|vega.?alpha/i, manners: { validation: 0x02, verifyMessages: 0x00 } },
  { reader: /hp.*(smart ?card|keyboard)|fujitsu.*smart/i, manners: { validation: 0x02 }, settle: 250 },
  { reader: /dell.*(smart ?card|keyboard)/i, manners: { digitsSwapped: true } },
];

/** How to ask a reader of this name, and how long to wait afterwards. */
export function mannersOf(reader: string): { readonly manners: EntryManners; readonly settle: number } {
  const quirk = QUIRKS.find((candidate) => candidate.reader.test(reader));
  return { manners: { ...DEFAULT, ...quirk?.manners }, settle: quirk?.settle ?? 0 };
}
