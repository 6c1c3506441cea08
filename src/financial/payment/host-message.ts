import { encodeBerTlv } from '../../../apdu/ber-tlv.ts';
import { readObjects } from '../../../apdu/objects.ts';
import type { Session } from '../session.ts';

/** What is sent commonly (4.8): cryptogram and what it was made over, terminal, application. No account number. */
const TAGS: readonly number[] = [
  0x9f26, 0x9f27, 0x9f10, 0x9f37, 0x9f36, 0x95, 0x9a, 0x9c, 0x9f02, 0x5f2a, 0x82, 0x9f1a, 0x9f03, 0x9f33, 0x9f34,
  0x9f35, 0x9f1e, 0x84, 0x9f09, 0x9f41,
];
const E_CASH_TAGS: readonly number[] = [0x9f63, 0x9f74];

/** TLV of field 55, as things are now; what nobody gave is left out. */
export function field55(session: Session, eCash: boolean): Uint8Array {
  const objects = (eCash ? [...TAGS, ...E_CASH_TAGS] : TAGS).flatMap((tag) => {
    const value = session.value(tag);
    return value ? [{ tag, value }] : [];
  });
  return encodeBerTlv(objects);
}

/** What the host sent: 8A, 91, and the scripts, not looked into. */
export interface HostMessage {
  /** Two bytes. */
  readonly responseCode: Uint8Array;
  readonly authentication: Uint8Array | undefined;
  readonly before: readonly Script[];
  readonly after: readonly Script[];
}

/** One template 71 or 72. */
export interface Script {
  readonly value: Uint8Array;
  /** With tag and length. */
  readonly size: number;
}

/** An object of a run, its value not looked into. */
export interface FlatObject {
  readonly tag: number;
  readonly value: Uint8Array;
  readonly size: number;
}

/** @returns `undefined` when the bytes are no such message, or the response code is missing or there twice */
export function readHostMessage(data: Uint8Array): HostMessage | undefined {
  const objects = readFlat(data);
  const of = (tag: number) => objects?.filter((one) => one.tag === tag) ?? [];
  const [code, ...codes] = of(0x8a);
  const [authentication, ...others] = of(0x91);
  if (code?.value.length !== 2 || codes.length > 0 || others.length > 0) return undefined;
  return { responseCode: code.value, authentication: authentication?.value, before: of(0x71), after: of(0x72) };
}

const UNOPENED: ReadonlySet<number> = new Set();

/**
 * Objects one after the other. A template is not opened: a script that is malformed inside has an answer of its own.
 * @returns `undefined` when tags and lengths do not fit; tags of one or two bytes, lengths of at most two after 8x
 */
export function readFlat(bytes: Uint8Array): FlatObject[] | undefined {
  let end = bytes.byteOffset;
  const objects = readObjects(bytes, { templates: UNOPENED, padding: false })?.map(({ tag, value }) => {
    const start = end;
    end = value.byteOffset + value.length;
    return { tag, value, size: end - start };
  });
  return objects?.every(isShort) === true ? objects : undefined;
}

function isShort({ tag, value, size }: FlatObject): boolean {
  const tagBytes = tag > 0xff ? 2 : 1;
  return tag <= 0xffff && size - value.length <= tagBytes + 3;
}
