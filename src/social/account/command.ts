import { fromHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { ResponseApdu } from '../../../apdu/types.ts';
import { exchange, type Line, refused } from '../../../drivers/exchange.ts';
import type { Flow } from '../flow.ts';
import type { Where } from '../steps.ts';
import { ANSWER_BYTES, numberOf, readProof } from './layout.ts';
import type { TransactionReceipt } from './outcomes.ts';

export const DONE = 0x9000;

const BALANCE_BYTES = 4;
const NO_PROOF = 0x9406;

/** A command of the account, whose header stands in the profile. */
export function accountCommand(
  line: Line,
  header: string,
  body: { readonly data?: Uint8Array; readonly le: number },
  where: Where,
): Promise<ResponseApdu> {
  const [cla = 0, ins = 0, p1 = 0, p2 = 0] = fromHex(header);
  return exchange(line, { cla, ins, p1, p2, ...body }, where);
}

/** An answer of exactly the bytes it has to have. @throws SscardError `answer-malformed` */
export function wholeAnswer(data: Uint8Array, length: number, where: Where): Uint8Array {
  if (data.length !== length) throw new SscardError('answer-malformed', `not ${length} bytes`, { ...where });
  return data;
}

/** GET BALANCE of the account itself, fen. @throws SscardError `card-refused`, `answer-malformed`, and of the channel */
export async function readBalance({ line, profile }: Flow): Promise<number> {
  const where: Where = { step: 'get-balance', place: profile.purse.directory };
  const { data, sw } = await accountCommand(line, profile.purse.getBalance.account, { le: BALANCE_BYTES }, where);
  if (sw !== DONE) throw refused(sw, where);
  return numberOf(wholeAnswer(data, BALANCE_BYTES, where));
}

/**
 * GET TRANSACTION PROVE (5): MAC2 and TAC of the last transaction of a type; `undefined` when it has another serial.
 * Needs no PIN (ASSUMED: none is stated).
 * @throws SscardError `card-refused`, `answer-malformed`, and of the channel
 */
export async function askProof(
  { line, profile: { purse } }: Flow,
  { type, serial }: Pick<TransactionReceipt, 'type' | 'serial'>,
): Promise<{ readonly mac2: Uint8Array; readonly tac: Uint8Array } | undefined> {
  const where: Where = { step: 'prove-transaction', place: purse.directory };
  const body = { data: Uint8Array.of(serial >> 8, serial & 0xff), le: ANSWER_BYTES.prove };
  const { data, sw } = await accountCommand(line, purse.prove + purse.types[type], body, where);
  if (sw === NO_PROOF) return undefined;
  if (sw !== DONE) throw refused(sw, where);
  return readProof(wholeAnswer(data, body.le, where));
}
