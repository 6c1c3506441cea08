import { sha1 } from '../crypto/rsa-recovery.ts';
import { TVR } from './bits.ts';
import { buildDol, parseDol } from './dol.ts';
import type { Rule } from './rules.ts';
import type { Session } from './session.ts';

const DEFAULT_TDOL = {
  id: 'default-tdol-used',
  clause: 'E3 9.2.2',
  effect: { tvr: TVR.defaultTdol },
} as const satisfies Rule;
const TDOL_TAG = 0x97;

/**
 * The TC hash value, tag 98, for a CDOL that asks for it: SHA-1 over the values of the card's TDOL, else of the
 * terminal's, else over nothing.
 * @param defaultTdol of the acquirer
 */
export function transactionCertificateHash(session: Session, defaultTdol: Uint8Array = new Uint8Array()): Uint8Array {
  // One that does not parse has ended the transaction when it was read.
  const own = parseOptional(session.card.get(TDOL_TAG));
  if (own === undefined) session.decide(DEFAULT_TDOL);
  return sha1(buildDol(own ?? parseDol(defaultTdol) ?? [], (tag) => session.value(tag)));
}

function parseOptional(tdol: Uint8Array | undefined): ReturnType<typeof parseDol> {
  return tdol && parseDol(tdol);
}
