import { concat, toHex } from '../../apdu/bytes.ts';
import { HsmRefusal, hex, object } from './hsm-members.ts';

const INFO = 'sscard-hsm/1 protect-pin';
const MOST_KEYS = 64;
const LIFETIME = 60_000;

/** How the new PIN comes: enciphered for a one-time key of this service (docs/hsm-service.md, `protect-pin`). */
export const sealedPin = object({
  id: hex(16),
  publicKey: hex(65),
  iv: hex(12),
  ciphertext: hex(8),
  tag: hex(16),
});

type Exchange = import('node:crypto').ECDH;

interface OneTimeKey {
  readonly exchange: Exchange;
  readonly until: number;
}

/** One-time keys for PINs: each is good for one request within a minute, whatever comes of it. */
export class PinKeys {
  readonly #keys = new Map<string, OneTimeKey>();
  readonly #lifetime: number;

  /** @param lifetime milliseconds */
  constructor(lifetime = LIFETIME) {
    this.#lifetime = lifetime;
  }

  /** @throws HsmRefusal `busy`: too many keys wait to be used */
  make(): { id: string; publicKey: string; expiresIn: number } {
    const { createECDH, randomBytes } = process.getBuiltinModule('node:crypto');
    const now = performance.now();
    for (const [id, { until }] of this.#keys) if (until <= now) this.#keys.delete(id);
    if (this.#keys.size >= MOST_KEYS) throw new HsmRefusal(503, 'busy', 'too many one-time keys are open');
    const exchange = createECDH('prime256v1');
    const publicKey = exchange.generateKeys();
    const id = toHex(randomBytes(16));
    this.#keys.set(id, { exchange, until: now + this.#lifetime });
    return { id, publicKey: toHex(publicKey), expiresIn: this.#lifetime / 1_000 };
  }

  /**
   * The PIN block, eight bytes; the caller wipes it. The key is forgotten first.
   * @param bound what the block belongs to: factor of the card, challenge, header
   * @throws HsmRefusal `pin-key-unknown`, `pin-unreadable`
   */
  open(sealed: Sealed, bound: Uint8Array): Uint8Array {
    const id = toHex(sealed.id);
    const key = this.#keys.get(id);
    this.#keys.delete(id);
    if (key === undefined || key.until <= performance.now()) {
      throw new HsmRefusal(422, 'pin-key-unknown', 'that one-time key was used, is too old, or never was');
    }
    let block: Uint8Array | undefined;
    try {
      block = decipher(key.exchange, sealed, bound);
    } catch {
      // No reason outward: neither point, nor tag, nor associated data.
    }
    if (block !== undefined && isPinBlock(block)) return block;
    block?.fill(0);
    throw new HsmRefusal(422, 'pin-unreadable', 'no PIN block came out');
  }
}

type Sealed = ReturnType<typeof sealedPin>;

function decipher(exchange: Exchange, sealed: Sealed, bound: Uint8Array): Uint8Array {
  const { createDecipheriv, hkdfSync } = process.getBuiltinModule('node:crypto');
  const shared = exchange.computeSecret(sealed.publicKey);
  const key = new Uint8Array(hkdfSync('sha256', shared, sealed.id, INFO, 32));
  shared.fill(0);
  const engine = createDecipheriv('aes-256-gcm', key, sealed.iv, { authTagLength: 16 });
  key.fill(0);
  engine.setAAD(concat([sealed.id, bound]));
  engine.setAuthTag(sealed.tag);
  const block = engine.update(sealed.ciphertext);
  try {
    engine.final();
    return Uint8Array.from(block);
  } finally {
    block.fill(0);
  }
}

/** Length in bytes 2 to 4, BCD with F only in the last half byte, 80, zeros (6.5, 6.6). */
function isPinBlock(block: Uint8Array): boolean {
  const [length = 0] = block;
  if (length < 2 || length > 4) return false;
  return (
    /^(?:\d\d)*\d[\dF]$/.test(toHex(block.subarray(1, 1 + length))) &&
    /^80(?:00)*$/.test(toHex(block.subarray(1 + length)))
  );
}
