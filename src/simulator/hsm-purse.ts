import { concat, toHex } from '../../apdu/bytes.ts';
import { equalInConstantTime } from '../crypto/compare.ts';
import { processKey } from '../crypto/diversify.ts';
import { desMac, pad2, sm4Mac } from '../crypto/mac.ts';
import type { CardKey } from './hsm-card.ts';
import { HsmRefusal, hex, type Members } from './hsm-members.ts';
import { transactionMac } from './session-keys.ts';

/** What load and purchase have in common (docs/hsm-service.md); amounts in fen, four bytes. */
export const purseMembers = {
  random: hex(4),
  serial: hex(2),
  keyVersion: hex(1),
  amount: hex(4),
  type: hex(1),
  terminal: hex(6),
};

type Purse = Members<typeof purseMembers>;

/** The only version that this service holds of each key. */
const KEY_VERSION = 0x01;
const MOST_TRANSACTIONS = 256;
const LIFETIME = 600_000;

/** The key of a load: random ‖ online serial ‖ 8000 (social-security-card.md 5.1). */
function loadKey(key: CardKey, { random, serial }: Purse): Uint8Array {
  return processKey(key.cipher, key.value, concat([random, serial, Uint8Array.of(0x80, 0x00)]));
}

/** MAC1 checked, then MAC2 with the time of this service. */
export function authoriseLoad(
  key: CardKey,
  purse: Purse & { readonly oldBalance: Uint8Array; readonly mac1: Uint8Array },
  now: Date,
): Readonly<Record<string, string>> {
  checkVersion(purse);
  const session = loadKey(key, purse);
  const { amount, type, terminal } = purse;
  const mac1 = transactionMac(key.cipher, session, concat([purse.oldBalance, amount, type, terminal]));
  if (!equalInConstantTime(mac1, purse.mac1)) return { result: 'mac1-wrong' };
  const { date, time } = packed(now);
  const mac2 = transactionMac(key.cipher, session, concat([amount, type, terminal, date, time]));
  return { result: 'authorised', date: toHex(date), time: toHex(time), mac2: toHex(mac2) };
}

/** Purchases that wait for the card's MAC2: each is confirmed once, within ten minutes. */
export class Purchases {
  readonly #open = new Map<string, { readonly mac2: Uint8Array; readonly until: number }>();

  /**
   * Terminal serial `0000` ‖ offline serial, and MAC1 (5.2; crypto.md 5).
   * @throws HsmRefusal `unknown-key` (version), `busy`
   */
  authorise(
    key: CardKey,
    purse: Purse & { readonly date: Uint8Array; readonly time: Uint8Array },
  ): Readonly<Record<string, string>> {
    checkVersion(purse);
    const now = performance.now();
    for (const [id, { until }] of this.#open) if (until <= now) this.#open.delete(id);
    if (this.#open.size >= MOST_TRANSACTIONS) throw new HsmRefusal(503, 'busy', 'too many purchases are open');
    const { random, serial, amount, type, terminal, date, time } = purse;
    const session = processKey(key.cipher, key.value, concat([random, serial, serial]));
    const mac1 = transactionMac(key.cipher, session, concat([amount, type, terminal, date, time]));
    const transaction = toHex(process.getBuiltinModule('node:crypto').randomBytes(16));
    this.#open.set(transaction, { mac2: transactionMac(key.cipher, session, amount), until: now + LIFETIME });
    return { transaction, terminalSerial: `0000${toHex(serial)}`, mac1: toHex(mac1) };
  }

  /** @throws HsmRefusal `unknown-transaction` */
  confirm(transaction: Uint8Array, mac2: Uint8Array): boolean {
    const id = toHex(transaction);
    const open = this.#open.get(id);
    this.#open.delete(id);
    if (open === undefined || open.until <= performance.now()) {
      throw new HsmRefusal(404, 'unknown-transaction', 'never begun, confirmed already, or too old');
    }
    return equalInConstantTime(open.mac2, mac2);
  }
}

/** The proof of a transaction: DES under both halves of the key joined by XOR, SM4 under the whole key (crypto.md 5). */
export function tacIsRight({ cipher, value }: CardKey, data: Uint8Array, tac: Uint8Array): boolean {
  const joined = value.subarray(0, 8).map((byte, at) => byte ^ (value[8 + at] ?? 0));
  const whole = cipher === '3DES' ? desMac(joined, pad2(data, 8)) : sm4Mac(value, pad2(data, 16));
  return equalInConstantTime(whole.subarray(0, 4), tac);
}

function checkVersion({ keyVersion }: Purse): void {
  if (keyVersion[0] !== KEY_VERSION) throw new HsmRefusal(422, 'unknown-key', 'no key of that version');
}

/** BCD, local time: YYYYMMDD and hhmmss. */
function packed(now: Date): { date: Uint8Array; time: Uint8Array } {
  const bcd = (value: number) => Math.floor(value / 10) * 16 + (value % 10);
  const year = now.getFullYear();
  return {
    date: Uint8Array.of(bcd(Math.floor(year / 100)), bcd(year % 100), bcd(now.getMonth() + 1), bcd(now.getDate())),
    time: Uint8Array.of(bcd(now.getHours()), bcd(now.getMinutes()), bcd(now.getSeconds())),
  };
}
