import { concat } from '../../../apdu/bytes.ts';
import { equalInConstantTime } from '../../crypto/compare.ts';
import { type Answer, type CommandRules, done, give, keep, type LineCommand } from '../command.ts';
import { expectedResponse } from './cryptogram.ts';
import { hasAip } from './cvr.ts';
import { type Applet, type AppletInTransaction, inPhase, ofApplication } from './session.ts';
import { DYNAMIC_NUMBER, signDynamic } from './signature.ts';
import { storeState } from './state.ts';

const CHALLENGE = 8;
/** The terminal's unpredictable number at least: the default DDOL (3.4). */
const LEAST_DDOL = 4;
const RESPONSE_CRYPTOGRAM = 8;
const RESPONSE = 10;

/** GET CHALLENGE, for an enciphered PIN (2). */
function getChallenge({ card, session }: Applet, { p1, p2, p3 }: LineCommand): Answer {
  if (p1 !== 0 || p2 !== 0) return { sw: 0x6a86 };
  if (p3 !== 0 && p3 !== CHALLENGE) return { sw: 0x6c00 | CHALLENGE };
  session.challenge = card.random(CHALLENGE);
  return give(session.challenge, p3);
}

/** INTERNAL AUTHENTICATE: dynamic authentication (4.2). */
function internalAuthenticate({ card, contents, transaction }: AppletInTransaction, command: LineCommand): Answer {
  const { p1, p2, data } = command;
  if (p1 !== 0 || p2 !== 0) return { sw: 0x6a86 };
  if (data === undefined || data.length < LEAST_DDOL) return { sw: 0x6a80 };
  const number = card.random(DYNAMIC_NUMBER);
  const dynamic = concat([Uint8Array.of(number.length), number]);
  const signature = signDynamic(contents.image, transaction.dataSet.algorithm, dynamic, data, card.random);
  if (signature === undefined) return { sw: 0x6985 };
  transaction.dynamicSigned = true;
  const length = signature.length > 0x7f ? [0x81, signature.length] : [signature.length];
  return keep(card, concat([Uint8Array.of(0x80, ...length), signature]));
}

/** EXTERNAL AUTHENTICATE: the issuer's answer to the ARQC, once in a transaction (2, 4.8, 7.4). */
function externalAuthenticate(applet: AppletInTransaction, { p1, p2, data }: LineCommand): Answer {
  const { contents, transaction } = applet;
  const { first, dataSet, issuerAuthentication } = transaction;
  if (first === undefined || issuerAuthentication !== 'none' || !hasAip(dataSet.aip, 0x04)) return { sw: 0x6985 };
  if (p1 !== 0 || p2 !== 0) return { sw: 0x6a86 };
  if (data?.length !== RESPONSE) return { sw: 0x6700 };
  const expected = expectedResponse(applet, first.cryptogram, data.subarray(RESPONSE_CRYPTOGRAM));
  if (equalInConstantTime(expected, data.subarray(0, RESPONSE_CRYPTOGRAM))) {
    transaction.issuerAuthentication = 'passed';
    return done;
  }
  transaction.issuerAuthentication = 'failed';
  storeState(applet, { last: { ...contents.image.state.last, issuerAuthenticationFailed: true } });
  return { sw: 0x6300 };
}

/** GET CHALLENGE, INTERNAL AUTHENTICATE, EXTERNAL AUTHENTICATE (2). */
export const authenticationCommands: CommandRules = {
  '0084': { form: 'asks', run: ofApplication(getChallenge) },
  '0088': { form: 'sends', run: inPhase(['initiated'], internalAuthenticate) },
  '0082': { form: 'sends', run: inPhase(['online'], externalAuthenticate) },
};
