import { concat, toHex } from '../../apdu/bytes.ts';
import type { Pin } from '../crypto/pin.ts';
import { malformed } from './hsm-answer.ts';
import { withPinBlock } from './pin-block.ts';

/** The service takes the block of DES for all cards (docs/hsm-service.md, protect-pin). */
const BLOCK = 8;
const INFO = 'sscard-hsm/1 protect-pin';

/** The one-time key of the service. */
export interface PinKey {
  /** 16 bytes. */
  readonly id: Uint8Array;
  /** 65 bytes: `04 ‖ x ‖ y` on P-256. */
  readonly publicKey: Uint8Array;
}

/**
 * Enciphers the block of a new PIN for the service alone (docs/hsm-service.md, protect-pin; driver-api.md 9, point 2):
 * ECDH on P-256, HKDF-SHA256, AES-256-GCM. The PIN is used up, and no copy of it is left that could be wiped.
 * @param bound what else the block belongs to: factor of the card, challenge, header of the command
 * @returns the members `id`, `publicKey`, `iv`, `ciphertext`, `tag`, hex
 * @throws SscardError `key-service-malformed`: the point is not on the curve; the PIN is then left alone
 */
export async function sealPin(pin: Pin, service: PinKey, bound: Uint8Array): Promise<Record<string, string>> {
  const { createCipheriv, createECDH, hkdfSync, randomBytes } = process.getBuiltinModule('node:crypto');
  const own = createECDH('prime256v1');
  const publicKey = own.generateKeys();
  const shared = agree(own, service);
  const key = new Uint8Array(hkdfSync('sha256', shared, service.id, INFO, 32));
  shared.fill(0);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  key.fill(0);
  cipher.setAAD(concat([service.id, bound]));
  const ciphertext = await withPinBlock(pin, BLOCK, async (block) => concat([cipher.update(block), cipher.final()]));
  const sealed = { id: service.id, publicKey, iv, ciphertext, tag: cipher.getAuthTag() };
  return Object.fromEntries(Object.entries(sealed).map(([name, bytes]) => [name, toHex(bytes)]));
}

function agree(own: import('node:crypto').ECDH, { publicKey }: PinKey): Buffer {
  try {
    return own.computeSecret(publicKey);
  } catch (error) {
    throw malformed('pin-key', 'publicKey is no point of P-256', error);
  }
}
