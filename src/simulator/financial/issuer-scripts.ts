import { encodeBerTlv } from '../../../apdu/ber-tlv.ts';
import { concat, fromHex } from '../../../apdu/bytes.ts';
import type { CardCipher } from '../../crypto/blocks.ts';
import { scriptMac } from '../../crypto/emv-cryptograms.ts';
import { encipherData } from '../../crypto/secure-messaging.ts';
import type { KeySet } from './issuer-keys.ts';
import { bend } from './test-authority-rsa.ts';

/** One command of the issuer to the card (emv-pboc.md 2, script rows). Digits of PINs are text: they are invented. */
export type ScriptCommand = (
  | { readonly command: 'application-block' | 'application-unblock' | 'card-block' | 'pin-unblock' }
  /** With the old PIN: P2 01; without: P2 02. */
  | { readonly command: 'pin-change'; readonly pin: string; readonly oldPin?: string }
  | { readonly command: 'put-data'; readonly tag: number; readonly value: Uint8Array }
  | { readonly command: 'update-record'; readonly sfi: number; readonly record: number; readonly data: Uint8Array }
) & {
  /** A wrong MAC on purpose. */
  readonly bent?: boolean;
};

/** One template 71 or 72. */
export interface IssuerScript {
  /** Tag 9F18, four bytes. */
  readonly identifier?: Uint8Array;
  readonly commands: readonly ScriptCommand[];
}

/** What scripts of one transaction are protected with. */
export interface ScriptProtection {
  readonly cipher: CardCipher;
  readonly card: KeySet;
  readonly session: KeySet;
  /** Tag 9F36, two bytes. */
  readonly counter: Uint8Array;
  /** What the card sent with its request. */
  readonly cryptogram: Uint8Array;
}

const MAC_BYTES = 4;
const BEFORE = 0x71;
const AFTER = 0x72;

/** Templates 71, for before the second GENERATE AC, and 72, for after it. */
export function encodeScript(when: 'before' | 'after', script: IssuerScript, protection: ScriptProtection): Uint8Array {
  const identifier = script.identifier ? [{ tag: 0x9f18, value: script.identifier }] : [];
  const commands = script.commands.map((command) => ({ tag: 0x86, value: protect(command, protection) }));
  const children = [...identifier, ...commands];
  return encodeBerTlv([{ tag: when === 'before' ? BEFORE : AFTER, value: new Uint8Array(0), children }]);
}

/** Header, data and MAC (7.5). @throws RangeError for a PIN that has not four to twelve digits */
function protect(order: ScriptCommand, { cipher, session, counter, cryptogram, card }: ScriptProtection): Uint8Array {
  const { header, data } = plain(order, card);
  const sent = order.command === 'pin-change' ? encipherData(cipher, session.enc, data) : data;
  const whole = concat([Uint8Array.from(header), Uint8Array.of(sent.length + MAC_BYTES)]);
  const mac = scriptMac(cipher, session.mac, whole, counter, cryptogram, sent);
  if (order.bent) bend(mac);
  return concat([whole, sent, mac]);
}

function plain(order: ScriptCommand, card: KeySet): { header: readonly number[]; data: Uint8Array } {
  const nothing = new Uint8Array(0);
  switch (order.command) {
    case 'application-block':
      return { header: [0x84, 0x1e, 0x00, 0x00], data: nothing };
    case 'application-unblock':
      return { header: [0x84, 0x18, 0x00, 0x00], data: nothing };
    case 'card-block':
      return { header: [0x84, 0x16, 0x00, 0x00], data: nothing };
    case 'pin-unblock':
      return { header: [0x84, 0x24, 0x00, 0x00], data: nothing };
    case 'pin-change':
      return { header: [0x84, 0x24, 0x00, order.oldPin === undefined ? 0x02 : 0x01], data: pinChange(order, card) };
    case 'put-data':
      return { header: [0x04, 0xda, order.tag >> 8, order.tag & 0xff], data: order.value };
    case 'update-record':
      return { header: [0x04, 0xdc, order.record, (order.sfi << 3) | 0x04], data: order.data };
  }
}

/** The new PIN under half a card key, and the old one over it (7.5). */
function pinChange({ pin, oldPin }: { pin: string; oldPin?: string }, { enc }: KeySet): Uint8Array {
  const block = concat([new Uint8Array(4), enc.subarray(4, 8)]);
  mix(block, fromHex(`0${digits(pin).length.toString(16)}${pin}`.padEnd(16, 'F')));
  if (oldPin !== undefined) mix(block, fromHex(digits(oldPin).padEnd(16, '0')));
  return block;
}

function mix(block: Uint8Array, other: Uint8Array): void {
  other.forEach((byte, at) => {
    block[at] = (block[at] ?? 0) ^ byte;
  });
}

function digits(pin: string): string {
  if (!/^\d{4,12}$/.test(pin)) throw new RangeError('a PIN has 4 to 12 digits');
  return pin;
}
