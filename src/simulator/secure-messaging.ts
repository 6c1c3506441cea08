import { concat } from '../../apdu/bytes.ts';
import type { CardCipher } from '../crypto/blocks.ts';
import { processKey } from '../crypto/diversify.ts';
import { commandMac } from '../crypto/secure-messaging.ts';
import { type Answer, type CardCore, inSocial } from './command.ts';
import type { CardImage } from './image.ts';
import { compare, isLocked } from './key-tries.ts';

export const MAC_BYTES = 4;
const CHALLENGE_BYTES = { session: 8, pboc: 4 } as const;

/**
 * Whether a command was protected as 6.5 wants it: its last four bytes are the MAC under STK of the current directory
 * and the last challenge, over the header with its final Lc and the data before the MAC. The challenge is used up, and
 * a wrong MAC (6988) costs a try of STK (2.5).
 * @returns the key that the data of this command is enciphered with, or the refusal
 */
export function proven(card: CardCore, header: Uint8Array, data: Uint8Array): Uint8Array | Answer {
  const { session, memory, contents } = card;
  if (!inSocial(session)) return { sw: 0x6985 };
  const stk = session.directory?.keys.find(({ image }) => image.name === 'STK');
  if (stk === undefined) return { sw: 0x6a88 };
  if (isLocked(stk)) return { sw: 0x6983 };
  const { challenge } = session;
  const { algorithm, mac = 'session' } = contents.image;
  if (challenge?.length !== CHALLENGE_BYTES[mac]) return { sw: 0x6984 };
  delete session.challenge;
  const cipher = cipherOf(algorithm);
  const key = mac === 'session' ? processKey(cipher, stk.value, challenge) : stk.value;
  const initialValue = mac === 'session' ? new Uint8Array() : challenge;
  const expected = commandMac(cipher, key, initialValue, concat([header, data.subarray(0, -MAC_BYTES)]));
  return compare(memory, stk, expected, data.subarray(-MAC_BYTES)) ? key : { sw: 0x6988 };
}

export function cipherOf(algorithm: CardImage['algorithm']): CardCipher {
  return algorithm === '3DES' ? '3DES' : 'SM4';
}
