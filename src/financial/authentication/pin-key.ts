import { concat } from '../../../apdu/bytes.ts';
import { platformOperation, type RsaPublicKey } from '../../crypto/rsa-recovery.ts';
import type { CalendarDay } from '../dates.ts';
import type { Session } from '../session.ts';
import { CARD_CERTIFICATE } from './authenticate.ts';
import { type Broken, proveCard } from './chain.ts';
import type { PublicKey } from './result.ts';

const PIN_CERTIFICATE = { certificate: 0x9f2d, remainder: 0x9f2e, exponent: 0x9f2f } as const;
const NO_STATIC_DATA = new Uint8Array();
const HEADER = 0x7f;
const FIXED = 1 + 8 + 8;

/**
 * Key under which a PIN goes to the card: its key for PINs when it has one, else the one of its certificate 9F46 (EMV
 * 4.3 Book 2, 7.1). A certificate that does not hold means no key: the other one is not tried then.
 * @param cardKey of the certificate 9F46, where offline authentication proved it
 */
export async function pinKey(
  session: Session,
  issuer: PublicKey,
  cardKey: PublicKey | undefined,
  staticData: Uint8Array,
  today: CalendarDay,
): Promise<PublicKey | Broken> {
  if (session.card.has(PIN_CERTIFICATE.certificate))
    return proveCard(session, issuer, PIN_CERTIFICATE, NO_STATIC_DATA, today);
  return cardKey ?? proveCard(session, issuer, CARD_CERTIFICATE, staticData, today);
}

/**
 * PIN block enciphered for VERIFY: `7F ‖ block ‖ challenge ‖ padding` under the card's key (EMV 4.3 Book 2, 7.2).
 * @param block 8 bytes, format 2. @param challenge 8 bytes of the card's GET CHALLENGE
 * @param random fills the rest of the modulus
 * @returns `undefined`: the key is too short for it, or none that works
 */
export function encipherPin(
  key: RsaPublicKey,
  block: Uint8Array,
  challenge: Uint8Array,
  random: (length: number) => Uint8Array,
): Uint8Array | undefined {
  const spare = key.modulus.length - FIXED;
  if (spare < 0 || block.length !== 8 || challenge.length !== 8) return undefined;
  const plain = concat([Uint8Array.of(HEADER), block, challenge, random(spare)]);
  try {
    return platformOperation(key, plain);
  } finally {
    plain.fill(0);
  }
}
