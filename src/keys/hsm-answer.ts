import { fromHex } from '../../apdu/bytes.ts';
import { SscardError } from '../../apdu/errors.ts';
import type { HsmOperation } from './hsm-adapter.ts';

type Answer = Readonly<Record<string, unknown>>;

/** Step of the errors that an operation causes. @example stepOf('protect-pin') // 'hsm-protect-pin' */
export function stepOf(operation: HsmOperation): string {
  return `hsm-${operation}`;
}

/**
 * Bytes of an answer that has these members, of exactly these lengths, and no other.
 * @param texts members that are read elsewhere
 * @throws SscardError `key-service-malformed`; what the service sent is not repeated
 */
export function bytesOf<N extends string>(
  operation: HsmOperation,
  answer: Answer,
  lengths: Readonly<Record<N, number>>,
  texts: readonly string[] = [],
): Record<N, Uint8Array> {
  const expected = [...Object.keys(lengths), ...texts];
  const unknown = Object.keys(answer).some((name) => !expected.includes(name));
  if (unknown) throw malformed(operation, 'a member that is not described');
  const found = Object.entries<number>(lengths).map(([name, length]) => {
    const value = answer[name];
    if (typeof value !== 'string' || value.length !== length * 2 || !/^[0-9A-Fa-f]*$/.test(value))
      throw malformed(operation, `${name} is not ${length} bytes in hex`);
    return [name, fromHex(value)];
  });
  return Object.fromEntries(found) as Record<N, Uint8Array>;
}

/** The member `result`, one of these words. @throws SscardError `key-service-malformed` */
export function resultOf<W extends string>(operation: HsmOperation, answer: Answer, words: readonly W[]): W {
  const word = words.find((one) => one === answer['result']);
  if (word === undefined) throw malformed(operation, 'a result that is not described');
  return word;
}

/** An answer that cannot be used. Nothing was done on the holder's card, except where a purchase is confirmed. */
export function malformed(operation: HsmOperation, message: string, cause?: unknown): SscardError {
  const details = { step: stepOf(operation), outcome: outcomeOf(operation) };
  return new SscardError('key-service-malformed', message, details, { cause });
}

/** What a lost or unusable answer leaves of the act on the card. */
export function outcomeOf(operation: HsmOperation): 'not-done' | 'unknown' {
  return operation === 'confirm-purchase' ? 'unknown' : 'not-done';
}
