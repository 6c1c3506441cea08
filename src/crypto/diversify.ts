import { concat } from '../../apdu/bytes.ts';
import { type CardCipher, encryptEcb } from './blocks.ts';

/**
 * One level of key derivation (crypto.md 4, social-security-card.md 6.3): 3DES gives `E(K, F) ‖ E(K, NOT F)`, SM4 one
 * block `E(K, F ‖ NOT F)`; both give 16 bytes, used as computed, without parity.
 * @param parent 16 bytes. @param factor 8 bytes.
 * @returns a buffer of its own: the caller wipes it.
 * @throws RangeError on other lengths.
 * @example diversify('3DES', master, fromHex('3332303030307368')) // province 320000sh
 */
export function diversify(cipher: CardCipher, parent: Uint8Array, factor: Uint8Array): Uint8Array {
  checkKey(parent);
  if (factor.length !== 8) throw new RangeError('a factor has 8 bytes');
  return encryptEcb(cipher, parent, withComplement(factor));
}

/**
 * Several levels, each result the parent of the next; what lies between is wiped.
 * @param factors national to card; none gives a copy of the master.
 * @throws RangeError as `diversify` does.
 */
export function diversifyLevels(cipher: CardCipher, master: Uint8Array, factors: readonly Uint8Array[]): Uint8Array {
  checkKey(master);
  let key: Uint8Array = Uint8Array.from(master);
  for (const factor of factors) {
    const parent = key;
    try {
      key = diversify(cipher, parent, factor);
    } finally {
      parent.fill(0);
    }
  }
  return key;
}

/**
 * Process key: what is computed with in one authentication or transaction (crypto.md 5 and 7). 3DES gives `E(K, X)`, a
 * key of single DES; SM4 gives `E(K, X ‖ NOT X)`.
 * @param key 16 bytes. @param factor 8 bytes: the card's challenge, or random number and counters.
 * @returns 8 or 16 bytes, in a buffer of its own: the caller wipes it.
 * @throws RangeError on other lengths.
 */
export function processKey(cipher: CardCipher, key: Uint8Array, factor: Uint8Array): Uint8Array {
  checkKey(key);
  if (factor.length !== 8) throw new RangeError('a process factor has 8 bytes');
  return encryptEcb(cipher, key, cipher === '3DES' ? factor : withComplement(factor));
}

/**
 * Does `work` under the process key and wipes it, whatever happens.
 * @throws RangeError as `processKey` does, and what `work` throws.
 */
export function withProcessKey<T>(
  cipher: CardCipher,
  key: Uint8Array,
  factor: Uint8Array,
  work: (session: Uint8Array) => T,
): T {
  const session = processKey(cipher, key, factor);
  try {
    return work(session);
  } finally {
    session.fill(0);
  }
}

/** `X ‖ NOT X`. */
export function withComplement(bytes: Uint8Array): Uint8Array {
  return concat([bytes, bytes.map((byte) => byte ^ 0xff)]);
}

/** Keys of cards are two-key 3DES or SM4: three parts would be a mistake. */
function checkKey(key: Uint8Array): void {
  if (key.length !== 16) throw new RangeError('a key of a card has 16 bytes');
}
