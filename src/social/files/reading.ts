import type { DecodedItem } from '../codecs/item-value.ts';
import type { Denial } from '../denial.ts';
import type { FileDescription, Generation, ItemDescription } from '../profile/profile.ts';

/**
 * What was read of a card's files, in the order of its description. Values are full: masking belongs to what is shown
 * or kept.
 */
export interface FilesReading {
  readonly generation: Generation;
  /** 规范版本 as on the card. */
  readonly specificationVersion: string;
  /** Division of the card, six digits; null when the 卡识别码 does not say. */
  readonly division: string | null;
  readonly files: readonly FileReading[];
  /** Why the PIN that was offered opened nothing; what a key opens too was read all the same. */
  readonly pinDenial?: Denial;
}

/** One file. `withheld`: the card wants a right that was not to be had. `absent`: this card does not have it. */
export type FileReading = { readonly file: FileDescription } & (
  | { readonly kind: 'read'; readonly items: readonly ItemReading[] }
  | { readonly kind: 'withheld'; readonly denial: Denial }
  | { readonly kind: 'absent' }
);

/** One item, or one field of a file without tags. */
export interface ItemReading {
  /**
   * `DF04EF05|8C`; `DF02EF15|99:01` where the tag stands in the file several times; `DF02EF07:01` for each field of a
   * record of a cyclic file; `SSSEEF08` for each field of a transparent file.
   */
  readonly address: string;
  /** Null: bytes after the last field that is described, or a record of a cyclic file that is missing. */
  readonly item: ItemDescription | null;
  /** `missing`: the file is there, and not this record. `other`: bytes that nobody described stand there. */
  readonly value: DecodedItem | { readonly kind: 'missing' | 'other' };
  /** The value as it came, without tag and length; of another record than the one described, all of it. */
  readonly raw: Uint8Array;
}
