import { type BerTlv, type BerTlvLimits, decodeBerTlv } from './ber-tlv.ts';
import { SscardError } from './errors.ts';

/**
 * Data objects of an answer or a record, as cards send them: with filler between them (EMV 4.3 Book 3, annex B1), unless
 * `limits` says otherwise.
 * @returns `undefined` when the bytes are no such objects: a card's fault, which is an answer like others
 */
export function readObjects(bytes: Uint8Array, limits?: BerTlvLimits): readonly BerTlv[] | undefined {
  try {
    return decodeBerTlv(bytes, { padding: true, ...limits });
  } catch (error) {
    if (error instanceof SscardError) return undefined;
    throw error;
  }
}

/**
 * The template that an answer or a record consists of.
 * @returns `undefined` when there is another one, none, or anything but filler beside it
 */
export function readTemplate(bytes: Uint8Array, tag: number, limits?: BerTlvLimits): BerTlv | undefined {
  const objects = readObjects(bytes, limits);
  const [template] = objects ?? [];
  return objects?.length === 1 && template?.tag === tag ? template : undefined;
}
