import { processCryptogram } from '../crypto/authentication.ts';
import { type Answer, type CardCore, type CommandRules, done, give, keep, type LineCommand } from './command.ts';
import { compare, isLocked, triesLeft } from './key-tries.ts';

const CHALLENGE_BYTES = 8;
/** MAC use in the commands of PBOC style (5). */
const SHORT_CHALLENGE_BYTES = 4;
const IRK = 0x00;

function getChallenge(card: CardCore, { p1, p2, p3 }: LineCommand): Answer {
  if (p1 !== 0 || p2 !== 0) return { sw: 0x6a86 };
  const length = p3 === SHORT_CHALLENGE_BYTES ? SHORT_CHALLENGE_BYTES : CHALLENGE_BYTES;
  if (p3 !== 0 && p3 !== length) return { sw: 0x6c00 | length };
  const challenge = card.random(length);
  card.session.challenge = challenge;
  return give(challenge, p3);
}

function externalAuthentication(card: CardCore, { p1, p2, data }: LineCommand): Answer {
  const { session, memory, contents } = card;
  if (p1 !== 0) return { sw: 0x6a86 };
  if (data?.length !== 16) return { sw: 0x6700 };
  const key = session.directory?.keys.find(({ id, image }) => id === p2 && image.externalAuthentication);
  if (key === undefined) return { sw: 0x6a88 };
  if (isLocked(key)) return { sw: 0x6983 };
  const { challenge } = session;
  if (challenge?.length !== CHALLENGE_BYTES) return { sw: 0x6984 };
  delete session.challenge;
  const expected = processCryptogram(contents.image.algorithm, key.value, challenge, data.subarray(8));
  if (!compare(memory, key, expected, data.subarray(0, 8))) return { sw: 0x63c0 | triesLeft(key) };
  session.rights.add(key);
  return done;
}

function internalAuthentication(card: CardCore, { p1, p2, data }: LineCommand): Answer {
  if (p1 !== 0 || p2 !== 0) return { sw: 0x6a86 };
  if (data?.length !== 16) return { sw: 0x6700 };
  const key = card.session.directory?.keys.find(({ id }) => id === IRK);
  if (key === undefined) return { sw: 0x6a88 };
  return keep(card, processCryptogram(card.contents.image.algorithm, key.value, data.slice(0, 8), data.slice(8)));
}

/** GET CHALLENGE, EXTERNAL AUTHENTICATION, INTERNAL AUTHENTICATION (5, 6.4). */
export const authenticationCommands: CommandRules = {
  '0084': { form: 'asks', whileBlocked: 'temporary', run: getChallenge },
  '0082': { form: 'sends', run: externalAuthentication },
  '0088': { form: 'sends', run: internalAuthentication },
};
