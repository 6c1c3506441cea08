import { concat } from '../../apdu/bytes.ts';
import { equalInConstantTime } from '../crypto/compare.ts';
import { processKey } from '../crypto/diversify.ts';
import { type Answer, done, keep, type LineCommand } from './command.ts';
import { bytesOf } from './numbers.ts';
import type { PsamCore, PsamRules } from './psam-command.ts';
import { cardKeyOf } from './psam-crypt.ts';
import { transactionMac } from './session-keys.ts';

/** Kind 2 of the usage byte (6.2). */
const PURCHASE = 2;
const ALGORITHM_CODE = { '3DES': 0x01, SM4: 0x03 } as const;
/** Random 4, serial 2, amount 4, type 1, date 4, time 3, key version 1, algorithm 1; then the factors (7.2). */
const FIXED_BYTES = 20;
const HIGHEST_SERIAL = 0xffff_ffff;

/**
 * INIT SAM FOR PURCHASE: the next terminal serial, and MAC1 over amount, type, terminal number, date and time under the
 * key of the transaction (crypto.md 5; the layout of 7.2, both ASSUMED). The serial is spent and stored before the
 * answer leaves: no second MAC1 is ever made for it.
 */
function initialise(psam: PsamCore, { p1, p2, data }: LineCommand): Answer {
  const { contents, session, memory } = psam;
  delete session.expectedMac2;
  if (p1 !== 0 || p2 !== 0) return { sw: 0x6a86 };
  const levels = ((data?.length ?? 0) - FIXED_BYTES) / 8;
  if (data === undefined || ![1, 2, 3].includes(levels)) return { sw: 0x6700 };
  const [version, algorithm] = data.subarray(18, 20);
  const key = contents.keys.find(({ usage, id }) => usage === ((levels << 5) | PURCHASE) && id === version);
  const fits = key !== undefined && algorithm === ALGORITHM_CODE[contents.algorithm];
  if (session.directory === undefined || !fits) return { sw: 0x9403 };
  if (contents.mac2Tries[0] === 0) return { sw: 0x6983 };
  const serial = new DataView(contents.serial.buffer).getUint32(0);
  if (serial === HIGHEST_SERIAL) return { sw: 0x6985 };
  memory.store(contents.serial, bytesOf(serial + 1, 4));
  const cardKey = cardKeyOf(psam, key.value, data.subarray(FIXED_BYTES));
  const factor = concat([data.subarray(0, 6), contents.serial.subarray(2)]);
  const transactionKey = processKey(contents.algorithm, cardKey, factor);
  const mac = (bytes: Uint8Array) => transactionMac(contents.algorithm, transactionKey, bytes);
  session.expectedMac2 = mac(data.subarray(6, 10));
  const mac1 = mac(concat([data.subarray(6, 11), contents.terminalNumber, data.subarray(11, 18)]));
  return keep(psam, concat([contents.serial, mac1]));
}

/** CREDIT SAM FOR PURCHASE: MAC2 of the card, once for each INIT. The try is spent before the comparison. */
function credit({ contents, session, memory }: PsamCore, { p1, p2, data }: LineCommand): Answer {
  if (p1 !== 0 || p2 !== 0) return { sw: 0x6a86 };
  if (data?.length !== 4) return { sw: 0x6700 };
  const { expectedMac2 } = session;
  if (expectedMac2 === undefined) return { sw: 0x6985 };
  delete session.expectedMac2;
  memory.store(contents.mac2Tries, Uint8Array.of((contents.mac2Tries[0] ?? 0) - 1));
  if (!equalInConstantTime(data, expectedMac2)) return { sw: 0x9302 };
  memory.store(contents.mac2Tries, Uint8Array.of(contents.image.mac2.tries));
  return done;
}

/** INIT SAM FOR PURCHASE and CREDIT SAM FOR PURCHASE (7.2, 7.3 (e)). */
export const psamPurchaseCommands: PsamRules = {
  '8070': { form: 'sends', run: initialise },
  '8072': { form: 'sends', run: credit },
};
