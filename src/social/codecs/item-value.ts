import type { Coded } from '../basic-information.ts';
import type { ItemDescription } from '../profile/profile.ts';

/**
 * The value of an item. A text, digits, hex of `b`, a date `YYYY-MM-DD`, a month `YYYY-MM`, a time
 * `YYYY-MM-DDThh:mm:ss`; a number (amounts in fen); a code with its texts; the parts of a group.
 */
export type ItemValue = string | number | Coded | GroupValue;

/** The parts of a group in the order in which they stand on the card. */
export interface GroupValue {
  readonly parts: readonly GroupPart[];
}

/** One part of a group, with its description where the group has one. */
export interface GroupPart {
  /** Two hex digits. */
  readonly tag: string;
  readonly item?: ItemDescription;
  readonly decoded: DecodedItem;
}

/**
 * What is to be said about a value that was read. `length`: longer or shorter than described. `private-use`: a
 * character of a user-defined area. `code-unknown`: not in the table, which is complete there. `tag-unknown`: of a part
 * nobody described; its value is the bytes, hex. `tag-repeated`: the group had this part already.
 */
export type ItemOddity = 'length' | 'private-use' | 'code-unknown' | 'tag-unknown' | 'tag-repeated';

/**
 * Why bytes are no value. `text`: no GB18030, or control characters. `digits`: no BCD. `date-impossible`: not in the
 * calendar. `structure`: no run of tag, length, value. `missing`: the record ends before this field.
 */
export type Undecodable = 'text' | 'digits' | 'date-impossible' | 'structure' | 'missing';

/** What the card has for one item. Nothing is guessed: what cannot be read is kept as bytes (`raw`, hex). */
export type DecodedItem =
  | { readonly kind: 'value'; readonly value: ItemValue; readonly odd?: readonly ItemOddity[] }
  | { readonly kind: 'empty' }
  | { readonly kind: 'undecodable'; readonly why: Undecodable; readonly raw: string };

/** A value to be written: as `ItemValue` has it; digits without separators are taken for dates, too. */
export type ItemInput = string | number | Coded | GroupInput;

/** Parts of a group by name or tag; those left out are written empty. */
export interface GroupInput {
  readonly [part: string]: ItemInput;
}
