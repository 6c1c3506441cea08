import { equalBytes } from '../../../apdu/bytes.ts';
import { verifyCombinedAnswer } from '../authentication/cda.ts';
import { TVR } from '../bits.ts';
import type { Rule } from '../rules.ts';
import type { Course } from './course.ts';
import type { AcAnswer } from './generate-ac.ts';

const FAILED = { id: 'cda-failed', clause: 'E2 6.6', effect: { tvr: TVR.cdaFailed } } as const satisfies Rule;
const VERIFIED = { id: 'cda-verified', clause: 'E2 6.6', effect: 'note' } as const satisfies Rule;
const NONE = new Uint8Array();

/**
 * The combined signature of an answer that a signature was asked with (4.2). The cryptogram inside it is put where a clear
 * one stands, the card's number in 9F4C.
 * @param cdol1Values of the first command, when this is the answer to the second
 */
export async function checkCombined(course: Course, answer: AcAnswer, cdol1Values?: Uint8Array): Promise<boolean> {
  const { session, authentication, pdolValues } = course;
  const came =
    authentication.cardKey && answer.signed
      ? await verifyCombinedAnswer(authentication.cardKey, {
          ...answer.signed,
          unpredictableNumber: session.value(0x9f37) ?? NONE,
          pdolValues,
          cdol1Values: cdol1Values ?? answer.cdolValues,
          cdol2Values: cdol1Values ? answer.cdolValues : NONE,
        })
      : ({ kind: 'failed', reason: 'signature-missing' } as const);
  const clear = session.card.get(0x9f26);
  if (came.kind === 'failed' || (clear && !equalBytes(clear, came.cryptogram))) {
    session.decide(FAILED, came.kind === 'failed' ? came.reason : 'cryptogram-differs');
    return false;
  }
  session.card.set(0x9f26, came.cryptogram);
  session.card.set(0x9f4c, came.cardDynamicNumber);
  session.decide(VERIFIED);
  return true;
}
