import { concat } from '../../apdu/bytes.ts';

/**
 * The two forms of a signature of two numbers (crypto.md 9): `r ‖ s` with cards, DER with certificates and OpenSSL.
 */

const PART = 32;
const SEQUENCE = 0x30;
const INTEGER = 0x02;

/** DER of `r ‖ s`. @param signature 64 bytes. @throws RangeError on another length. */
export function signatureToDer(signature: Uint8Array): Uint8Array {
  if (signature.length !== 2 * PART) throw new RangeError('a signature r ‖ s has 64 bytes');
  const body = concat([integer(signature.subarray(0, PART)), integer(signature.subarray(PART))]);
  return concat([Uint8Array.of(SEQUENCE, body.length), body]);
}

/** `r ‖ s`, 64 bytes; `undefined` when it is not DER of two numbers of at most 32 bytes, each in its shortest form. */
export function signatureFromDer(der: Uint8Array): Uint8Array | undefined {
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2) return undefined;
  const r = readInteger(der, 2);
  const s = r && readInteger(der, r.end);
  if (!s || s.end !== der.length) return undefined;
  const signature = new Uint8Array(2 * PART);
  signature.set(r.value, PART - r.value.length);
  signature.set(s.value, 2 * PART - s.value.length);
  return signature;
}

/** Shortest form: no leading zeros, but one where the top bit would make the number negative. */
function integer(part: Uint8Array): Uint8Array {
  const first = part.findIndex((byte) => byte !== 0);
  const value = first < 0 ? part.subarray(-1) : part.subarray(first);
  const sign = (value[0] as number) & 0x80 ? [0] : [];
  return Uint8Array.of(INTEGER, sign.length + value.length, ...sign, ...value);
}

function readInteger(der: Uint8Array, at: number): { value: Uint8Array; end: number } | undefined {
  const length = der[at + 1] ?? 0;
  const end = at + 2 + length;
  if (der[at] !== INTEGER || length === 0 || end > der.length) return undefined;
  const [first = 0, second = 0] = der.subarray(at + 2, end);
  const negative = first >= 0x80;
  const tooLong = length > 1 && first === 0 && second < 0x80;
  if (negative || tooLong) return undefined;
  const value = der.subarray(at + 2 + (length > 1 && first === 0 ? 1 : 0), end);
  return value.length <= PART ? { value, end } : undefined;
}
