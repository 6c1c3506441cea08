import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { decipherData } from '../../crypto/secure-messaging.ts';
import { type Answer, done, type LineCommand } from '../command.ts';
import { cardKey, sessionKey } from './cryptogram.ts';
import type { ScriptCommand } from './scripts.ts';
import type { AppletInTransaction } from './session.ts';
import { storeImage, storeTries } from './state.ts';

const UNBLOCK = 0x00;
const CHANGE_WITH_OLD = 0x01;
const CHANGE = 0x02;
/** A length and a PIN block are two blocks of 3DES or one of SM4. */
const ENCIPHERED = 16;
const PIN_BLOCK = 8;
/** Bytes of a PIN and its tries in the card's memory. */
const PIN_CELL = 9;

/** PIN CHANGE/UNBLOCK, `84 24` (2, 7.5). */
export const changeOrUnblockPin: ScriptCommand = {
  refuse: ({ p1, p2 }: LineCommand, length: number) => {
    if (p1 !== 0 || p2 > CHANGE) return 0x6a86;
    return length === (p2 === UNBLOCK ? 0 : ENCIPHERED) ? undefined : 0x6700;
  },
  run: (applet, { p2 }, data) => {
    if (p2 !== UNBLOCK) return change(applet, data, p2 === CHANGE_WITH_OLD);
    storeTries(applet, applet.contents.image.pin.tries);
    return done;
  },
};

/** New PIN and all tries in one write: after a power cut exactly one of the two PINs works. */
function change(applet: AppletInTransaction, enciphered: Uint8Array, withOld: boolean): Answer {
  const { contents, transaction } = applet;
  const { algorithm } = transaction.dataSet;
  const { pin } = contents.image;
  const block = decipherData(algorithm, sessionKey(contents, algorithm, 'enc'), enciphered);
  if (block?.length !== PIN_BLOCK) return { sw: 0x6a80 };
  const mask = new Uint8Array(PIN_BLOCK);
  mask.set(cardKey(contents, algorithm, 'enc').subarray(4, 8), 4);
  const old = fromHex(withOld ? pin.digits.padEnd(2 * PIN_BLOCK, '0') : '00'.repeat(PIN_BLOCK));
  const digits = pinIn(block.map((byte, at) => byte ^ (mask[at] ?? 0) ^ (old[at] ?? 0)));
  if (digits === undefined) return { sw: 0x6a80 };
  storeImage(applet, { pin: { ...pin, digits, triesLeft: pin.tries } }, PIN_CELL);
  return done;
}

/** `0N`, N digits, F: four to twelve digits. */
function pinIn(block: Uint8Array): string | undefined {
  const hex = toHex(block);
  const length = block[0] ?? 0;
  const digits = hex.slice(2, 2 + length);
  const fits = length >= 4 && length <= 12 && /^\d+$/.test(digits) && /^F*$/.test(hex.slice(2 + length));
  return fits ? digits : undefined;
}
