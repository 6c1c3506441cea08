import { toHex } from '../../../apdu/bytes.ts';
import type { Flow } from '../flow.ts';
import { askProof } from './command.ts';
import type { ProofOutcome } from './outcomes.ts';
import { notDone, requireSwitch } from './transaction.ts';

/** Whether the last transaction of a type has this serial. @throws SscardError `act-switched-off`, and as `askProof` */
export async function proveTransaction(flow: Flow, type: 'load' | 'purchase', serial: number): Promise<ProofOutcome> {
  requireSwitch(flow, 'prove-transaction');
  const there = await flow.rights.enter(flow.profile.purse.directory);
  if (!there) return { unproven: true, ...notDone({ reason: 'no-directory' }) };
  const cardIdentification = toHex(flow.identification);
  const proof = await askProof(flow, { type, serial });
  if (proof === undefined) return { unproven: true, kind: 'no-proof', cardIdentification };
  return { unproven: true, kind: 'proof', cardIdentification, mac2: toHex(proof.mac2), tac: toHex(proof.tac) };
}
