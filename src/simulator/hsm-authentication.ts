import { concat } from '../../apdu/bytes.ts';
import { encryptEcb } from '../crypto/blocks.ts';
import { processKey } from '../crypto/diversify.ts';
import { desMac, pad2, sm4Mac } from '../crypto/mac.ts';
import type { CardKey } from './hsm-card.ts';
import { malformed } from './hsm-members.ts';
import { blockBytes, encipher, lastBlock } from './session-keys.ts';

/** Eight bytes: `E(S, data)`, with SM4 the first half of a block whose second half repeats the data or is zero (6.4). */
export function cryptogramOf(
  { cipher, value }: CardKey,
  factor: Uint8Array,
  data: Uint8Array,
  fill: 'repeat' | 'zero',
): Uint8Array {
  const second = fill === 'repeat' ? data : new Uint8Array(8);
  const block = cipher === '3DES' ? data : concat([data, second]);
  return encipher(cipher, processKey(cipher, value, factor), block).slice(0, 8);
}

/** How commands are protected (6.5), and the challenge that goes with it. */
export interface Protection {
  readonly rule: 'session' | 'pboc';
  readonly challenge: Uint8Array;
}

/** @throws HsmRefusal `malformed`: a challenge of the other rule */
export function protection(rule: Protection['rule'], challenge: Uint8Array): Protection {
  const wanted = rule === 'session' ? 8 : 4;
  if (challenge.length !== wanted) throw malformed('challenge', `${2 * wanted} hex digits with this mac`);
  return { rule, challenge };
}

/** Four bytes over a command (6.5). */
export function commandMacOf(
  { cipher, value }: CardKey,
  { rule, challenge }: Protection,
  command: Uint8Array,
): Uint8Array {
  const block = blockBytes[cipher];
  const padded = pad2(command, block);
  const iv = new Uint8Array(block);
  if (rule === 'session') return lastBlock(cipher, processKey(cipher, value, challenge), padded, iv).slice(0, 4);
  iv.set(challenge);
  return (cipher === '3DES' ? desMac(value, padded, iv) : sm4Mac(value, padded, iv)).slice(0, 4);
}

/** A PIN block of eight bytes, with SM4 filled with zeros to sixteen, enciphered for the card (6.5). */
export function encipheredPin(
  { cipher, value }: CardKey,
  { rule, challenge }: Protection,
  pin: Uint8Array,
): Uint8Array {
  const block = new Uint8Array(blockBytes[cipher]);
  block.set(pin);
  try {
    if (rule === 'pboc') return encryptEcb(cipher, value, block);
    return encipher(cipher, processKey(cipher, value, challenge), block);
  } finally {
    block.fill(0);
  }
}
