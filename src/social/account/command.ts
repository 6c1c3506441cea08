import { fromHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { ResponseApdu } from '../../../apdu/types.ts';
import { exchange, type Line, refused, type Where } from '../exchange.ts';
import type { Flow } from '../flow.ts';
import { numberOf } from './layout.ts';

export const DONE = 0x9000;

const BALANCE_BYTES = 4;

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
