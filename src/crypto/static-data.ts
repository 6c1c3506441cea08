import { concat } from '../../apdu/bytes.ts';
import { readTemplate } from '../../apdu/objects.ts';
import { invalid, type OfflineResult, valid } from './offline.ts';

/** A record that the AFL marks for offline authentication, as it was read. */
export interface AuthenticatedRecord {
  readonly sfi: number;
  readonly record: Uint8Array;
}

const TEMPLATE = 0x70;
/** The only tag the list of 9F4A may have: the application interchange profile. */
const AIP_TAG = 0x82;
/** From this file on, template and length belong to the signed data. */
const FIRST_OTHER_FILE = 11;

/**
 * Static data to be authenticated (crypto.md 10): the marked records in the order of the AFL, then the value of the
 * application interchange profile when the card lists it.
 * @param tagList value of tag 9F4A; `undefined` when the card has none
 * @param profile value of tag 82, two bytes
 */
export function staticDataToAuthenticate(
  records: readonly AuthenticatedRecord[],
  tagList: Uint8Array | undefined,
  profile: Uint8Array,
): OfflineResult<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (const { sfi, record } of records) {
    const template = readTemplate(record, TEMPLATE);
    if (!template) return invalid('static-data');
    parts.push(sfi < FIRST_OTHER_FILE ? template.value : record);
  }
  if (tagList && (tagList.length !== 1 || tagList[0] !== AIP_TAG)) return invalid('static-data');
  return valid(concat(tagList ? [...parts, profile] : parts));
}
