import { toHex } from '../../../apdu/bytes.ts';
import tags from './tags.json' with { type: 'json' };

/**
 * How a value is written (EMV 4.3 Book 3, 4.3): numeric, compressed numeric, letters and digits, text, letters, binary,
 * template.
 */
export type Format = 'n' | 'cn' | 'an' | 'ans' | 'a' | 'b' | 'tpl';

/** One data object of the dictionary (emv-pboc.tags.json). */
export interface TagDescription {
  /** The tag's bytes as one number: 0x9F37. */
  readonly tag: number;
  readonly name: string;
  readonly nameZh: string;
  readonly format: Format;
  /** Bytes of the value, at least and at most. */
  readonly min: number;
  readonly max: number;
  /** The only lengths allowed, where not all between are. */
  readonly lengths?: readonly number[];
  readonly source: 'card' | 'terminal' | 'issuer' | 'issuer or terminal';
  /** Templates it stands in, as hex. */
  readonly in?: readonly string[];
  /** GET DATA gives it. */
  readonly getData?: true;
  /** Its absence from the records ends the transaction (emv-pboc.md 3.3). */
  readonly mandatory?: true;
  /** `emv`: on any card; `pboc`: with a RID of PBOC; `download`: in the parameters of a terminal, not on a card. */
  readonly scope: 'emv' | 'pboc' | 'download';
  readonly confidence: 'CERTAIN' | 'LIKELY';
  /** An amount, in the smallest unit of its currency. */
  readonly unit?: 'minor';
  /**
   * Never in a trace or log: it tells who holds the card or what is on it, or lets that be computed. `pan`: the first six
   * and the last four digits may be shown.
   */
  readonly secret?: 'hide' | 'pan';
}

/** Where a tag stands: on a card, under the RID of its application (5 bytes; not known), or in terminal parameters. */
export type TagContext = Uint8Array | undefined | 'terminal-parameters';

/** RIDs whose cards have the private tags of PBOC: UnionPay, and transport cards with the same command set (1.1). */
const PBOC_RIDS: ReadonlySet<string> = new Set(['A000000333', 'A000000632']);

const all = (tags as readonly (Omit<TagDescription, 'tag'> & { readonly tag: string })[]).map(
  (one): TagDescription => ({ ...one, tag: Number.parseInt(one.tag, 16) }),
);
const byTag = (wanted: (one: TagDescription) => boolean) =>
  new Map(all.filter(wanted).map((one): [number, TagDescription] => [one.tag, one]));
const onCards = byTag(({ scope }) => scope !== 'download');
const inParameters = byTag(({ scope, tag }) => scope === 'download' || !isPrivate(tag));

/**
 * What a tag means there. Private tags (9F50 to 9F7F, DFxx) have a meaning only with a RID of PBOC, or in the parameters
 * of a terminal: other schemes use the same numbers for other things (emv-pboc.tags.json, contextRule).
 * @param context a RID, or an AID that begins with it
 */
export function describeTag(tag: number, context: TagContext): TagDescription | undefined {
  if (context === 'terminal-parameters') return inParameters.get(tag);
  return !isPrivate(tag) || isPboc(context) ? onCards.get(tag) : undefined;
}

/** Format of a data object by its tag alone, for the padding of a DOL (3.2). `undefined`: unknown to the terminal. */
export function formatOf(tag: number): Format | undefined {
  return onCards.get(tag)?.format ?? inParameters.get(tag)?.format;
}

function isPrivate(tag: number): boolean {
  return (tag >= 0x9f50 && tag <= 0x9f7f) || (tag >= 0xdf00 && tag <= 0xdfff) || tag >= 0xdf0000;
}

/** Whether this RID, or the AID that begins with it, is one of PBOC. */
export function isPboc(rid: Uint8Array | undefined): boolean {
  return rid !== undefined && PBOC_RIDS.has(toHex(rid.subarray(0, 5)));
}
