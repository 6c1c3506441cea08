import { type BerTlv, encodeBerTlv } from '../../../apdu/ber-tlv.ts';
import { fromHex, toHex } from '../../../apdu/bytes.ts';

/** Data objects and records of a card that is being personalised. */

/** One object; its value as bytes or as hex text. */
export function object(tag: number, value: Uint8Array | string): BerTlv {
  return { tag, value: typeof value === 'string' ? fromHex(value) : value };
}

/** A template with objects in it. */
export function template(tag: number, children: readonly BerTlv[]): BerTlv {
  return { tag, value: new Uint8Array(0), children };
}

/** One record: template 70, hex. */
export function recordOf(objects: readonly BerTlv[]): string {
  return toHex(encodeBerTlv([template(0x70, objects)]));
}

/** Template 70 with two bytes of length in it, and what a short answer still holds with a status word. */
const LARGEST_RECORD = 255;

/**
 * Puts objects in as few records as they fit, in order.
 * @throws RangeError for an object that fits none
 */
export function packed(objects: readonly BerTlv[]): readonly string[] {
  const records: BerTlv[][] = [];
  for (const one of objects) {
    const last = records.at(-1);
    if (last && sizeOf([...last, one]) <= LARGEST_RECORD) last.push(one);
    else if (sizeOf([one]) <= LARGEST_RECORD) records.push([one]);
    else throw new RangeError(`an object of ${one.value.length} bytes fits no record`);
  }
  return records.map(recordOf);
}

const sizeOf = (objects: readonly BerTlv[]) => encodeBerTlv([template(0x70, objects)]).length;
