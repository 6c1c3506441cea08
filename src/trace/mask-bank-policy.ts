import type { BerTlvLimits } from '../../apdu/ber-tlv.ts';

/**
 * What a trace shows of the financial application, as data. It is an allow-list like `mask-policy.ts`: of an object that no
 * rule names, tag and length are shown and the value is hidden.
 * Sources: emv-pboc.md 8 (masking duties), emv-pboc.tags.json (lengths). Hidden with
 * the personal data: certificates of the card (9F46, 9F2D), in which the account number stands, also enciphered, as the
 * keys are public; the signature over the static data (93), as it proves a number that was guessed; every other
 * certificate and signature, of which there is nothing to say in words; and what issuers write as they like.
 */

/**
 * How a value is shown. `account`: the first six and the last four digits, as far as they fill bytes. `list`: tags and
 * lengths, when it is a list of objects known here. `locator`: an AFL. `issuer-data`: up to verification results and
 * algorithm, not what the issuer adds (a balance, a MAC). `template`: by the rules of its own objects.
 */
export type Shown = 'all' | 'account' | 'list' | 'locator' | 'issuer-data' | 'template';

/** Tag, least and most bytes of the value, how it is shown. Another length: the value is hidden. */
type Row = readonly [tag: number, min: number, max: number, shown: Shown];

export interface ObjectRule {
  readonly min: number;
  readonly max: number;
  readonly shown: Shown;
}

/** The payment directories, with and without contacts (1.1). */
export const DIRECTORIES = ['315041592E5359532E4444463031', '325041592E5359532E4444463031'] as const;

/** RIDs with the private tags of PBOC (1.1), and those of other schemes' published cards. */
export const PBOC_RIDS: ReadonlySet<string> = new Set(['A000000333', 'A000000632']);
export const OTHER_RIDS: ReadonlySet<string> = new Set(['A000000003', 'A000000004', 'A000000025', 'A000000042']);

const rulesOf = (rows: readonly Row[]): ReadonlyMap<number, ObjectRule> =>
  new Map(rows.map(([tag, min, max, shown]) => [tag, { min, max, shown }]));

/** Names, priorities, and where the logs are: file control information and entries of a directory (1.2, 1.5). */
const NAMES = rulesOf([
  [0xa5, 0, 252, 'template'],
  [0xbf0c, 0, 222, 'template'],
  [0x61, 0, 252, 'template'],
  [0x73, 0, 252, 'template'],
  [0x42, 3, 3, 'all'],
  [0x4f, 5, 16, 'all'],
  [0x50, 1, 16, 'all'],
  [0x84, 5, 16, 'all'],
  [0x87, 1, 1, 'all'],
  [0x88, 1, 1, 'all'],
  [0x9d, 5, 16, 'all'],
  [0x5f2d, 2, 8, 'all'],
  [0x5f54, 8, 11, 'all'],
  [0x5f55, 2, 2, 'all'],
  [0x5f56, 3, 3, 'all'],
  [0x9f0c, 3, 4, 'all'],
  [0x9f11, 1, 1, 'all'],
  [0x9f12, 1, 16, 'all'],
  [0x9f38, 2, 252, 'list'],
  [0x9f4d, 2, 2, 'all'],
  [0xdf4d, 2, 2, 'all'],
  [0xdf61, 1, 1, 'all'],
]);

/** Records, answers in format 2, and the objects that GET DATA gives (2, 3). */
export const DATA = rulesOf([
  [0x61, 0, 252, 'template'],
  [0x5a, 8, 10, 'account'],
  [0x82, 2, 2, 'all'],
  [0x8c, 2, 252, 'list'],
  [0x8d, 2, 252, 'list'],
  [0x8e, 10, 252, 'all'],
  [0x8f, 1, 1, 'all'],
  [0x94, 4, 252, 'locator'],
  [0x97, 2, 252, 'list'],
  [0x5f24, 3, 3, 'all'],
  [0x5f25, 3, 3, 'all'],
  [0x5f28, 1, 2, 'all'],
  [0x5f34, 1, 1, 'all'],
  [0x9f07, 2, 2, 'all'],
  [0x9f08, 2, 2, 'all'],
  [0x9f0d, 5, 5, 'all'],
  [0x9f0e, 5, 5, 'all'],
  [0x9f0f, 5, 5, 'all'],
  [0x9f10, 7, 32, 'issuer-data'],
  [0x9f13, 1, 2, 'all'],
  [0x9f14, 1, 1, 'all'],
  [0x9f17, 1, 1, 'all'],
  [0x9f23, 1, 1, 'all'],
  [0x9f26, 8, 8, 'all'],
  [0x9f27, 1, 1, 'all'],
  [0x9f2e, 1, 3, 'all'],
  [0x9f32, 1, 3, 'all'],
  [0x9f36, 2, 2, 'all'],
  [0x9f3b, 2, 8, 'all'],
  [0x9f42, 2, 2, 'all'],
  [0x9f43, 1, 4, 'all'],
  [0x9f44, 1, 1, 'all'],
  [0x9f47, 1, 3, 'all'],
  [0x9f49, 2, 252, 'list'],
  [0x9f4a, 1, 1, 'all'],
  [0x9f4f, 2, 252, 'list'],
  [0x9f51, 2, 2, 'all'],
  [0x9f52, 2, 4, 'all'],
  [0x9f53, 1, 1, 'all'],
  [0x9f55, 1, 1, 'all'],
  [0x9f56, 1, 1, 'all'],
  [0x9f57, 2, 2, 'all'],
  [0x9f58, 1, 1, 'all'],
  [0x9f59, 1, 1, 'all'],
  [0x9f68, 4, 4, 'all'],
  [0x9f6c, 2, 2, 'all'],
  [0x9f72, 1, 1, 'all'],
  [0x9f73, 4, 4, 'all'],
  [0x9f74, 6, 6, 'all'],
  [0x9f76, 2, 2, 'all'],
  [0xdf4f, 2, 252, 'list'],
  [0xdf71, 2, 2, 'all'],
]);

/**
 * Limits: shown only in the answer to a GET DATA for them. In a record one wrong bit in the tag would show a balance, which
 * is as long, under the name of a limit.
 */
export const LIMITS = rulesOf([
  [0x9f54, 6, 6, 'all'],
  [0x9f5c, 6, 6, 'all'],
  [0x9f6b, 6, 6, 'all'],
  [0x9f6d, 6, 6, 'all'],
  [0x9f75, 6, 6, 'all'],
  [0x9f77, 6, 6, 'all'],
  [0x9f78, 6, 6, 'all'],
  [0xdf72, 6, 6, 'all'],
  [0xdf76, 6, 6, 'all'],
  [0xdf77, 6, 6, 'all'],
  [0xdf78, 6, 6, 'all'],
]);

/** Rules for the objects in a template, by its tag. What is in any other template is hidden. */
export const TEMPLATES: ReadonlyMap<number, ReadonlyMap<number, ObjectRule>> = new Map([
  [0x6f, NAMES],
  [0xa5, NAMES],
  [0xbf0c, NAMES],
  [0x61, NAMES],
  [0x73, NAMES],
  [0x70, DATA],
  [0x77, DATA],
]);
/** Only these are read into: what stands in another one stays a value. */
export const KNOWN_TEMPLATES: BerTlvLimits = { templates: new Set(TEMPLATES.keys()) };

/**
 * Objects that lists ask for, with the length in which a command shows their values: amounts, dates, countries, results.
 * Zero, never shown: what the terminal tells of its owner, what an issuer answered, what is copied from the card.
 */
export const LISTED: ReadonlyMap<number, number> = new Map([
  ...[0x9c, 0x5f36, 0x5f57, 0x9f27, 0x9f35, 0x9f39, 0x9f7a, 0xdf60, 0xdf69].map(withLength(1)),
  ...[0x82, 0x8a, 0x9b, 0x5f2a, 0x9f09, 0x9f15, 0x9f1a, 0x9f36].map(withLength(2)),
  ...[0x9a, 0x9f21, 0x9f33, 0x9f34].map(withLength(3)),
  ...[0x81, 0x9f04, 0x9f1b, 0x9f37, 0x9f41, 0x9f66].map(withLength(4)),
  ...[0x95, 0x9f40].map(withLength(5)),
  ...[0x9f02, 0x9f03].map(withLength(6)),
  ...[
    0x57, 0x5a, 0x89, 0x91, 0x98, 0x99, 0x5f20, 0x5f24, 0x5f34, 0x9f01, 0x9f06, 0x9f10, 0x9f16, 0x9f1c, 0x9f1d, 0x9f1e,
    0x9f26, 0x9f45, 0x9f4c, 0x9f4e, 0x9f61, 0x9f79, 0x9f7b,
  ].map(withLength(0)),
]);

function withLength(length: number): (tag: number) => [number, number] {
  return (tag) => [tag, length];
}

/** Files 1 to 10 hold records as EMV lays them out; above are logs and what issuers keep (3.3, 4.9). */
export const MOST_RECORD_FILE = 10;
