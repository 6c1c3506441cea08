import { fromHex } from '../../apdu/bytes.ts';
import { diversify } from '../crypto/diversify.ts';
import type { MasterKey } from './card-file-check.ts';
import { HsmRefusal, hex, type Members, malformed, maybe, object, oneOf, orNull, text } from './hsm-members.ts';
import { cityFactor, provinceFactor } from './keys.ts';
import type { Cipher } from './session-keys.ts';

/** Which key of which card: members of every operation on a card (docs/hsm-service.md). */
export const cardMembers = {
  algorithm: oneOf('01', '02', '03'),
  fill: maybe(oneOf('repeat', 'zero')),
  key: object({
    directory: text(/^(?:SSSE|DF0[1-7])$/, 'a directory'),
    name: text(/^\w{1,16}$/, 'a key name'),
    address: orNull(hex(2)),
  }),
  card: object({
    city: text(/^\d{6}$/, 'six digits'),
    factor: hex(8),
    resetInformation: hex(13),
    cardIdentification: hex(16),
  }),
};

/** The acts a key may do (social-security-card.md 6.1). */
export type KeyAct = 'internal' | 'external' | 'mac' | 'load' | 'purchase' | 'tac';

const ACT_OF: Readonly<Record<string, KeyAct>> = {
  IRK: 'internal',
  STK: 'mac',
  LK: 'mac',
  DLK: 'load',
  DPK: 'purchase',
  DTK: 'tac',
};

/** The key of one card, made for one operation and forgotten after it. */
export interface CardKey {
  readonly cipher: Cipher;
  readonly value: Uint8Array;
}

/**
 * National master, province, city, card (6.3).
 * @throws HsmRefusal `algorithm-not-supported`, `unknown-key`, `key-usage`, `malformed` (`fill` without SM4)
 */
export function cardKeyFor(
  masters: readonly MasterKey[],
  { algorithm, fill, key, card }: Members<typeof cardMembers>,
  act: KeyAct,
): CardKey {
  if (algorithm === '02') throw new HsmRefusal(422, 'algorithm-not-supported', 'SSF33 is not public');
  if (algorithm === '01' && fill !== undefined) throw malformed('fill', 'with this algorithm');
  const master = masters.find((one) => one.directory === key.directory && one.key === key.name);
  if (master === undefined) throw new HsmRefusal(422, 'unknown-key', 'no such master');
  if ((ACT_OF[key.name] ?? 'external') !== act) throw new HsmRefusal(422, 'key-usage', 'this key does not do that');
  const cipher = algorithm === '01' ? '3DES' : 'SM4';
  const factors = [provinceFactor(card.city), cityFactor(card.city), card.factor];
  return {
    cipher,
    value: factors.reduce((parent, factor) => diversify(cipher, parent, factor), fromHex(master.value)),
  };
}
