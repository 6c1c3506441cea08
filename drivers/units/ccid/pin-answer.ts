import type { SscardError } from '../../../apdu/errors.ts';
import type { CcidAnswer } from './messages.ts';
import { ccidRefusal } from './refusal.ts';

/** What a person did, as PC/SC part 10 tells it in the place of the card's status word (readers.md 2). */
const PERSON: ReadonlyMap<number, Uint8Array> = new Map([
  [0xef, Uint8Array.of(0x64, 0x01)],
  [0xf0, Uint8Array.of(0x64, 0x00)],
]);

/** What came of a PIN entry: the card's answer, or what the person did. */
export function pinAnswer(answer: CcidAnswer): Uint8Array | SscardError {
  if (answer.command !== 'failed') return answer.data;
  return PERSON.get(answer.error)?.slice() ?? ccidRefusal(answer, 'command');
}
