import { AIP, hasBit, TSI, TVR } from '../bits.ts';
import { parseDol } from '../dol.ts';
import type { Rule } from '../rules.ts';
import type { Course } from './course.ts';

const FAILED = {
  id: 'issuer-authentication-failed',
  clause: 'E3 10.9',
  effect: { tvr: TVR.issuerAuthenticationFailed },
} as const satisfies Rule;
const PERFORMED = {
  id: 'issuer-authentication-performed',
  clause: 'E3 10.9',
  effect: { tsi: TSI.issuerAuthentication },
} as const satisfies Rule;

const AUTHENTICATION_DATA = 0x91;
const CDOL2 = 0x8d;
const PLACE = 'EXTERNAL AUTHENTICATE';

/**
 * Issuer authentication (4.8): EXTERNAL AUTHENTICATE, once, where the card has it; else the data go along with the second
 * GENERATE AC, when its list asks for them.
 * @param data tag 91
 */
export function authenticateIssuer({ session, aip }: Course, data: Uint8Array): Promise<void> {
  return session.during('issuer-authentication', async () => {
    session.terminal.set(AUTHENTICATION_DATA, data);
    if (hasBit(aip, AIP.issuerAuthentication)) {
      const fits = data.length >= 8 && data.length <= 16;
      const command = { cla: 0x00, ins: 0x82, p1: 0, p2: 0, data };
      const answer = fits ? await session.send(command, PLACE) : undefined;
      if (answer?.sw !== 0x9000) session.decide(FAILED, PLACE);
      session.decide(PERFORMED, PLACE);
    } else if (parseDol(session.card.get(CDOL2) ?? new Uint8Array())?.some(({ tag }) => tag === AUTHENTICATION_DATA)) {
      session.decide(PERFORMED, 'CDOL2');
    }
  });
}
