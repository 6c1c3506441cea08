import { type BerTlv, decodeBerTlv } from '../../../apdu/ber-tlv.ts';
import { concat, fromHex } from '../../../apdu/bytes.ts';
import type { DataSetImage, FinancialImage } from '../../../src/simulator/financial/image.ts';

/** What a terminal has after reading: every object by tag, and what offline authentication covers. */
export interface ReadBank {
  readonly objects: ReadonlyMap<number, Uint8Array>;
  readonly staticData: Uint8Array;
}

/**
 * Reads the records of a data set as the AFL says, strictly: a record that is not there, is no template 70, or repeats an
 * object is an error.
 */
export function readBank(image: FinancialImage, { aip, afl }: DataSetImage): ReadBank {
  const objects = new Map<number, Uint8Array>();
  const signed: Uint8Array[] = [];
  const bytes = fromHex(afl);
  for (let at = 0; at < bytes.length; at += 4) {
    const [sfi = 0, first = 0, last = 0, authenticated = 0] = bytes.subarray(at, at + 4);
    for (let record = first; record <= last; record++) {
      const template = onlyTemplate(image.records[`${sfi >> 3}.${record}`] ?? '');
      for (const { tag, value } of template.children ?? []) {
        if (objects.has(tag)) throw new Error(`${tag.toString(16)} twice`);
        objects.set(tag, value);
      }
      if (record < first + authenticated) signed.push(template.value);
    }
  }
  return { objects, staticData: concat([...signed, fromHex(aip)]) };
}

function onlyTemplate(record: string): BerTlv {
  const [template, ...more] = decodeBerTlv(fromHex(record));
  if (template?.tag !== 0x70 || more.length > 0) throw new Error(`no record: ${record}`);
  return template;
}
