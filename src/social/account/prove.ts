import { toHex } from '../../../apdu/bytes.ts';
import type { Where } from '../exchange.ts';
import type { Flow } from '../flow.ts';
import { accountCommand, DONE, wholeAnswer } from './command.ts';
import { ANSWER_BYTES, readProof } from './layout.ts';
import type { ProofOutcome } from './outcomes.ts';
import { notDone, notDoneBy, requireSwitch } from './transaction.ts';

const NO_PROOF = 0x9406;

/**
 * GET TRANSACTION PROVE (5): MAC2 and TAC of the last transaction of a type, if it has this serial. Needs no PIN
 * (ASSUMED: none is stated).
 * @throws SscardError `act-switched-off`, `card-refused`, `answer-malformed`, and what the channel throws
 */
export async function proveTransaction(flow: Flow, type: 'load' | 'purchase', serial: number): Promise<ProofOutcome> {
  const { line, profile, identification, rights } = flow;
  const { directory, prove, types } = profile.purse;
  const where: Where = { step: 'prove-transaction', place: directory };
  requireSwitch(flow, where.step);
  if (!(await rights.enter(directory))) return { unproven: true, ...notDone({ reason: 'no-directory' }) };
  const data = Uint8Array.of(serial >> 8, serial & 0xff);
  const answer = await accountCommand(line, prove + types[type], { data, le: ANSWER_BYTES.prove }, where);
  const cardIdentification = toHex(identification);
  if (answer.sw === NO_PROOF) return { unproven: true, kind: 'no-proof', cardIdentification };
  if (answer.sw !== DONE) return { unproven: true, ...notDoneBy(answer.sw, where) };
  const { mac2, tac } = readProof(wholeAnswer(answer.data, ANSWER_BYTES.prove, where));
  return { unproven: true, kind: 'proof', cardIdentification, mac2: toHex(mac2), tac: toHex(tac) };
}
