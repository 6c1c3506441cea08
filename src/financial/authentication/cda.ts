import type { BerTlv } from '../../../apdu/ber-tlv.ts';
import type { CombinedData } from '../../crypto/offline.ts';
import { verifyCombined } from '../../crypto/rsa-offline.ts';
import { reasonInSignature } from './reasons.ts';
import type { OfflineReason, PublicKey } from './result.ts';

/** What the terminal sent and got in one GENERATE AC with a combined signature. */
export interface CombinedAnswer {
  /** Content of template 77, as it came: its objects may have long lengths, which the digest covers. */
  readonly content: Uint8Array;
  /** The same, read. */
  readonly objects: readonly BerTlv[];
  /** Tag 9F37, 4 bytes. */
  readonly unpredictableNumber: Uint8Array;
  readonly pdolValues: Uint8Array;
  readonly cdol1Values: Uint8Array;
  /** Of the second GENERATE AC; empty with the first. */
  readonly cdol2Values: Uint8Array;
}

export type CombinedOutcome =
  | ({ readonly kind: 'verified' } & CombinedData)
  | { readonly kind: 'failed'; readonly reason: OfflineReason };

const SIGNATURE = 0x9f4b;
const CRYPTOGRAM_INFORMATION = 0x9f27;

/**
 * Checks the combined signature of an answer to GENERATE AC (EMV 4.3 Book 2, 6.6.2; P17 table 17): it has to be there,
 * over this transaction, with the cryptogram information that the answer shows. The cryptogram may be only inside.
 */
export async function verifyCombinedAnswer(key: PublicKey, answer: CombinedAnswer): Promise<CombinedOutcome> {
  const { objects, content, ...sent } = answer;
  const signature = objects.find(({ tag }) => tag === SIGNATURE)?.value;
  const information = objects.find(({ tag }) => tag === CRYPTOGRAM_INFORMATION)?.value;
  if (signature === undefined) return { kind: 'failed', reason: 'signature-missing' };
  if (information?.length !== 1) return { kind: 'failed', reason: 'cryptogram-differs' };
  const response = without(content, objects, signature);
  const combined = { ...sent, signature, response, cryptogramInformation: information[0] ?? 0 };
  const result =
    key.algorithm === 'rsa'
      ? verifyCombined(key, combined)
      : (await import('../../crypto/sm2-offline.ts')).verifyCombinedSm2(key.point, combined);
  if (result.kind === 'invalid') return { kind: 'failed', reason: reasonInSignature(result.reason) };
  return { kind: 'verified', ...result.value };
}

/** The objects as they came, without the signature: what stands before it, and what stands after it. */
function without(content: Uint8Array, objects: readonly BerTlv[], signature: Uint8Array): Uint8Array {
  const before = objects
    .slice(
      0,
      objects.findIndex(({ value }) => value === signature),
    )
    .at(-1);
  const start = before === undefined ? 0 : endOf(before, content);
  const end = signature.byteOffset + signature.length - content.byteOffset;
  const rest = new Uint8Array(content.length - end + start);
  rest.set(content.subarray(0, start));
  rest.set(content.subarray(end), start);
  return rest;
}

function endOf({ value }: BerTlv, content: Uint8Array): number {
  return value.byteOffset + value.length - content.byteOffset;
}
