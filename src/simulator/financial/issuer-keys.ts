import type { CardCipher } from '../../crypto/blocks.ts';
import { cardMasterKey, pbocSessionKey } from '../../crypto/emv-keys.ts';

/** Keys of the issuer's side (emv-pboc.md 7.1, 7.2; crypto.md 8). */

/** Which card: the issuer's host has both in fields of their own, beside field 55. */
export interface CardIdentity {
  /** Digits of tag 5A, without filling. */
  readonly pan: string;
  /** Two digits of tag 5F34. Default `00`. */
  readonly sequence?: string;
}

/** Three keys of 16 bytes: cryptograms, MAC of scripts, encipherment in scripts. */
export interface KeySet {
  readonly ac: Uint8Array;
  readonly mac: Uint8Array;
  readonly enc: Uint8Array;
}

type KeySets = Readonly<Partial<Record<CardCipher, KeySet>>>;

/** The issuer's masters, or the keys of the only card there is, as a published profile has them. */
export type IssuerKeys =
  | {
      readonly masterKeys: KeySets;
      /** How 3DES card keys come from numbers over 16 digits. Default `A`, the rule of PBOC. */
      readonly option?: 'A' | 'B';
    }
  | { readonly cardKeys: KeySets };

/** Keys of one card. `undefined`: the issuer has none of that algorithm. @throws RangeError for a number that is none */
export function cardKeysOf(keys: IssuerKeys, cipher: CardCipher, card: CardIdentity): KeySet | undefined {
  if ('cardKeys' in keys) return keys.cardKeys[cipher];
  const masters = keys.masterKeys[cipher];
  if (masters === undefined) return undefined;
  const rule = cipher === 'SM4' ? 'SM4' : (keys.option ?? 'A');
  const derive = (master: Uint8Array) => cardMasterKey(rule, master, card.pan, card.sequence ?? '00');
  return { ac: derive(masters.ac), mac: derive(masters.mac), enc: derive(masters.enc) };
}

/** The keys of one transaction. */
export function sessionKeysOf(cipher: CardCipher, keys: KeySet, counter: Uint8Array): KeySet {
  const derive = (key: Uint8Array) => pbocSessionKey(cipher, key, counter);
  return { ac: derive(keys.ac), mac: derive(keys.mac), enc: derive(keys.enc) };
}
