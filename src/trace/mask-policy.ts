/**
 * What a trace shows, as data. It is an allow-list: a byte that no rule here names is hidden.
 * Source: counter-services.md 6 (log column), cli.md 3 (`cardIdentification` and reset information: first six and
 * last four hex characters), reliability-targets.md 8 (PIN commands: header and length only).
 */

/**
 * How much of an item's value is shown. `padding` and `first-character` are for texts: what fills them up at the end is
 * shown, as a reading asks for the extension of a name only when the name is full, and has to do so in a replay, too.
 */
export type ItemRule = {
  /** Length of the value in bytes (social-security-card.md 3.2.2). Another length: the value is hidden whole. */
  readonly length: number;
  readonly show: 'all' | 'none' | 'padding' | 'first-character' | { readonly first: number; readonly last: number };
};

/** Application identifiers of the social security environment (2.1; the second one: SSF33 cards). */
export const SSSE_NAMES = ['7378312E73682EC9E7BBE1B1A3D5CF', '7378322E73682EC9E7BBE1B1A3D5CF'] as const;

/** File identifier of the social security environment (2.1). */
export const SSSE_FILE = 'DDF1';

/**
 * Files of the SSSE by short identifier, their items by tag. A file or a tag that is not here is hidden whole,
 * tag and length included.
 */
export const ITEM_RULES: ReadonlyMap<number, ReadonlyMap<number, ItemRule>> = new Map([
  [
    0x05,
    new Map<number, ItemRule>([
      // City, then the RID, which is the same on every card.
      [0x01, { length: 16, show: { first: 8, last: 2 } }],
      [0x02, { length: 1, show: 'all' }],
      [0x03, { length: 4, show: 'all' }],
      [0x04, { length: 12, show: 'all' }],
      [0x05, { length: 4, show: 'all' }],
      [0x06, { length: 4, show: 'all' }],
      [0x07, { length: 9, show: { first: 0, last: 3 } }],
    ]),
  ],
  [
    0x06,
    new Map<number, ItemRule>([
      [0x08, { length: 18, show: { first: 4, last: 4 } }],
      [0x09, { length: 30, show: 'first-character' }],
      [0x4e, { length: 20, show: 'padding' }],
      [0x0a, { length: 1, show: 'none' }],
      [0x0b, { length: 1, show: 'none' }],
      [0x0c, { length: 3, show: 'none' }],
      // The year.
      [0x0d, { length: 4, show: { first: 2, last: 0 } }],
    ]),
  ],
  [
    0x0d,
    new Map<number, ItemRule>([
      [0xea, { length: 12, show: { first: 0, last: 3 } }],
      [0xeb, { length: 3, show: 'none' }],
      [0xec, { length: 1, show: 'none' }],
      [0xed, { length: 1, show: 'none' }],
    ]),
  ],
]);

/** Historical bytes of the ATR: they hold the card's diversification factor (1.1). */
export const HISTORICAL = { first: 3, last: 2 } as const;

/**
 * Commands of class 00 that leave the current file as it is. Their data and answers are hidden like those of any
 * command that has no rule: VERIFY, EXTERNAL AUTHENTICATE, GET CHALLENGE, INTERNAL AUTHENTICATE.
 */
export const KEEP_FILE: ReadonlySet<number> = new Set([0x20, 0x82, 0x84, 0x88]);

/**
 * Commands that carry a PIN, whatever their class: VERIFY, CHANGE, UNBLOCK by their ISO codes, and the card's own
 * 5E (change, PBOC form) and 24 (reload, unblock). Header and length of the data are all that is shown of them.
 */
export const PIN_COMMANDS: ReadonlySet<number> = new Set([0x20, 0x21, 0x24, 0x2c, 0x5e]);
