import { type BerTlv, decodeBerTlv, findTag } from '../../../apdu/ber-tlv.ts';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { type DolEntry, dolEntries } from './dol.ts';
import type { DataSetImage, FinancialImage, FinancialState } from './image.ts';

/** Where a log is (4.9). */
export interface LogPlace {
  readonly sfi: number;
  /** Entries it keeps. */
  readonly capacity: number;
}

/** The application while the card works: what changes is replaced as a whole in `image`; the rest is read once. */
export interface FinancialContents {
  image: FinancialImage;
  readonly aid: Uint8Array;
  readonly fci: Uint8Array;
  readonly pdol: readonly DolEntry[];
  readonly log: LogPlace | undefined;
  readonly loadLog: LogPlace | undefined;
}

/** @throws SscardError `hex-malformed`, `tlv-malformed` in a damaged image */
export function openFinancial(image: FinancialImage): FinancialContents {
  const fci = fromHex(image.fci);
  const objects = decodeBerTlv(fci);
  return {
    image,
    aid: fromHex(image.aid),
    fci,
    pdol: dolEntries(findTag(objects, 0x9f38)?.value ?? new Uint8Array()),
    log: logPlace(objects, 0x9f4d),
    loadLog: logPlace(objects, 0xdf4d),
  };
}

function logPlace(fci: readonly BerTlv[], tag: number): LogPlace | undefined {
  const [sfi, capacity] = findTag(fci, tag)?.value ?? [];
  return sfi === undefined || capacity === undefined ? undefined : { sfi, capacity };
}

/** A data object outside of records. */
export function dataObject({ image }: FinancialContents, tag: number): Uint8Array | undefined {
  const value = image.data[tag.toString(16).toUpperCase()];
  return value === undefined ? undefined : fromHex(value);
}

/** A limit or an amount: binary. */
export function binaryObject(contents: FinancialContents, tag: number): number | undefined {
  const value = dataObject(contents, tag);
  return value?.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** An amount in BCD. */
export function amountObject(contents: FinancialContents, tag: number): number | undefined {
  const value = dataObject(contents, tag);
  return value === undefined ? undefined : amountOf(value);
}

export function amountOf(bcd: Uint8Array): number {
  return Number(toHex(bcd));
}

/** Six bytes of BCD, hex. */
export function amountHex(amount: number): string {
  return String(amount).padStart(12, '0');
}

/** What a record of the data set holds under this tag. */
export function recordObject({ image }: FinancialContents, { afl }: DataSetImage, tag: number): Uint8Array {
  for (const place of recordsOf(fromHex(afl))) {
    const found = findTag(decodeBerTlv(fromHex(image.records[place] ?? ''), { padding: true }), tag);
    if (found !== undefined) return found.value;
  }
  return new Uint8Array();
}

function* recordsOf(afl: Uint8Array): Generator<string> {
  for (let at = 0; at + 3 < afl.length; at += 4) {
    const [sfi = 0, first = 0, last = 0] = afl.subarray(at, at + 3);
    for (let number = first; number <= last; number++) yield `${sfi >> 3}.${number}`;
  }
}

/** Two bytes, tag 9F36. */
export function atcBytes({ image }: FinancialContents): Uint8Array {
  const { atc } = image.state;
  return Uint8Array.of(atc >> 8, atc & 0xff);
}

/** Transactions since the last one online: the register may be one byte wide, and then counts in one byte. */
export function transactionsSinceOnline({ atc, lastOnlineAtc }: FinancialState): number {
  const modulus = 256 ** (lastOnlineAtc.length / 2);
  return (((atc - Number.parseInt(lastOnlineAtc, 16)) % modulus) + modulus) % modulus;
}
