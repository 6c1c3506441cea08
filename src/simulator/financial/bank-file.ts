import type { CaKeyImage } from './ca-keys.ts';
import type { FinancialAlgorithm, FinancialKeysImage } from './image.ts';

/** What a card file has beside the card for its bank side: the member `bank`. Bytes are hex text. */
export interface BankFileImage {
  /** The issuer's masters: the card keys come from them by number and sequence number (emv-pboc.md 7.1, option A). */
  readonly masters: Readonly<Partial<Record<FinancialAlgorithm, FinancialKeysImage>>>;
  /** Public keys of the test authority behind the card's certificates. */
  readonly caKeys: readonly CaKeyImage[];
}
