import { uint16 } from '../../check-bytes.ts';

/** What a module answers: SW1 and SW2 are not used, SW3 tells (readers.md 11; its meanings are LIKELY). */
export interface SdtAnswer {
  /** 90 done, 9F a card is there, 80 none, 81 not selected, 91 nothing of that kind. */
  readonly status: number;
  readonly data: Uint8Array;
}

/** The text of an identity card, field by field as printed, ends of spaces cut off. Dates are YYYYMMDD, or a word for no end. */
export interface IdentityText {
  readonly name: string;
  readonly sex: string;
  readonly nation: string;
  readonly birth: string;
  readonly address: string;
  readonly number: string;
  readonly issuer: string;
  readonly from: string;
  readonly to: string;
  readonly rest: string;
}

/** Bytes of each field, in their order: UTF-16, low byte first. */
const FIELDS: readonly (readonly [keyof IdentityText, number])[] = [
  ['name', 30],
  ['sex', 2],
  ['nation', 4],
  ['birth', 16],
  ['address', 70],
  ['number', 36],
  ['issuer', 30],
  ['from', 16],
  ['to', 16],
  ['rest', 36],
];
const TEXT = 256;
const SW = 3;
const LENGTHS = 4;

/** @returns undefined for a body that is too short for an answer */
export function sdtAnswer(body: Uint8Array): SdtAnswer | undefined {
  const status = body[SW - 1];
  return status === undefined ? undefined : { status, data: body.slice(SW) };
}

/** Takes the answer to 30 01 apart. @returns undefined where its lengths do not fit */
export function identityCard(
  data: Uint8Array,
): { readonly text: IdentityText; readonly photo: Uint8Array } | undefined {
  const [text, photo] = [uint16(data, 0), uint16(data, 2)];
  if (text !== TEXT || data.length !== LENGTHS + text + photo) return undefined;
  return { text: fieldsOf(data.subarray(LENGTHS, LENGTHS + text)), photo: data.slice(LENGTHS + text) };
}

function fieldsOf(text: Uint8Array): IdentityText {
  const decoder = new TextDecoder('utf-16le', { ignoreBOM: true });
  let at = 0;
  const fields = FIELDS.map(([name, length]) => {
    at += length;
    return [name, decoder.decode(text.subarray(at - length, at)).trimEnd()];
  });
  return Object.fromEntries(fields) as unknown as IdentityText;
}
