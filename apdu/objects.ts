import { type BerTlv, type BerTlvLimits, decodeBerTlv } from './ber-tlv.ts';
import { SscardError } from './errors.ts';

const LIMITS: BerTlvLimits = { padding: true };

/**
 * Data objects of an answer or a record, as cards send them: with filler between them (EMV 4.3 Book 3, annex B1).
 * @param templates constructed objects that are read into; default: all
 * @returns `undefined` when the bytes are no such objects: a card's fault, which is an answer like others
 */
export function readObjects(bytes: Uint8Array, templates?: ReadonlySet<number>): readonly BerTlv[] | undefined {
  try {
    return decodeBerTlv(bytes, templates === undefined ? LIMITS : { ...LIMITS, templates });
  } catch (error) {
    if (error instanceof SscardError) return undefined;
    throw error;
  }
}

/**
 * The template that an answer or a record consists of.
 * @returns `undefined` when there is another one, none, or anything but filler beside it
 */
export function readTemplate(bytes: Uint8Array, tag: number, templates?: ReadonlySet<number>): BerTlv | undefined {
  const objects = readObjects(bytes, templates);
  const [template] = objects ?? [];
  return objects?.length === 1 && template?.tag === tag ? template : undefined;
}
