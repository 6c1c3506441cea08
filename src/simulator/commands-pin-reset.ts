import { blockOf } from '../crypto/blocks.ts';
import { decipherData } from '../crypto/secure-messaging.ts';
import {
  type Answer,
  type CardCore,
  type CommandRules,
  done,
  hasRight,
  isAnswer,
  type LineCommand,
} from './command.ts';
import { isPin, LONGEST_PIN, SHORTEST_PIN, storePin } from './pin-cell.ts';
import { cipherOf, MAC_BYTES, proven } from './secure-messaging.ts';

/** `84 24`: PIN UNBLOCK (P2 00) restores the tries and keeps the PIN; RELOAD PIN (P2 01) sets a new one, too (6.6). */
function unblockOrReload(card: CardCore, command: LineCommand): Answer {
  const { p1, p2 } = command;
  const { pinReload = '84240001' } = card.contents.image;
  if (p1 !== 0 || p2 > 1 || (p2 === 1 && pinReload !== '84240001')) return { sw: 0x6a86 };
  return p2 === 0 ? unblock(card, command) : reload(card, command);
}

function unblock(card: CardCore, { header, data }: LineCommand): Answer {
  if (data?.length !== MAC_BYTES) return { sw: 0x6700 };
  if (!mayReset(card)) return { sw: 0x6982 };
  const key = proven(card, header, data);
  if (isAnswer(key)) return key;
  card.memory.store(card.contents.pin, Uint8Array.of(card.contents.pinTries));
  return done;
}

function reload(card: CardCore, { header, data }: LineCommand): Answer {
  const cipher = cipherOf(card.contents.image.algorithm);
  const enciphered = blockOf(cipher);
  if (data?.length !== enciphered + MAC_BYTES) return { sw: 0x6700 };
  if (!mayReset(card)) return { sw: 0x6982 };
  const key = proven(card, header, data);
  if (isAnswer(key)) return key;
  // PIN block (6.5): bytes of the PIN, the PIN, 80 and zeros.
  return setPin(card, decipherData(cipher, key, data.subarray(0, enciphered)));
}

/** `80 5E 00 00` of PBOC 1.0: new PIN ‖ MAC. Needs the PUK as well (6.1); MAC as 6.5 (ASSUMED). */
export function reloadInTheClear(card: CardCore, { p2, header, data }: LineCommand): Answer {
  if (p2 !== 0) return { sw: 0x6a86 };
  const length = (data?.length ?? 0) - MAC_BYTES;
  if (data === undefined || length < SHORTEST_PIN || length > LONGEST_PIN) return { sw: 0x6700 };
  if (!mayReset(card)) return { sw: 0x6982 };
  const key = proven(card, header, data);
  return isAnswer(key) ? key : setPin(card, data.subarray(0, length));
}

/** The right of the PUK (6.1), earned in the directory that has it. */
function mayReset({ session }: CardCore): boolean {
  return hasRight(session, ({ image }) => image.name === 'PUK');
}

function setPin(card: CardCore, pin: Uint8Array | undefined): Answer {
  if (pin === undefined || !isPin(pin)) return { sw: 0x6a80 };
  storePin(card, pin);
  return done;
}

/** RELOAD PIN and PIN UNBLOCK (5, 6.5, 7.3 d). */
export const pinResetCommands: CommandRules = {
  '8424': { form: 'sends', run: unblockOrReload },
};
