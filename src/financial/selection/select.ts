import { equalBytes, toHex } from '../../../apdu/bytes.ts';
import { exchange, type Line } from '../../../drivers/exchange.ts';
import { type Fci, parseFci } from '../fci.ts';
import type { Rule } from '../rules.ts';
import type { FinancialStep } from '../steps.ts';
import type { Candidate, Selected } from './candidate.ts';

/** Answer to SELECT. */
export interface Selection {
  readonly sw: number;
  /** Absent: none came, or its layout is not that of an application. */
  readonly fci?: Fci;
}

/** SELECT worked, and the application is as the issuer left it. */
export const DONE = 0x9000;
/** The application is there, but blocked by the issuer. */
export const BLOCKED = 0x6283;

const BLOCKED_APPLICATION = {
  id: 'application-blocked',
  clause: 'E1 12.4',
  effect: 'leave-out',
} as const satisfies Rule;
const REFUSED = { id: 'select-refused', clause: 'E1 12.4', effect: 'leave-out' } as const satisfies Rule;
const MALFORMED = { id: 'fci-malformed', clause: 'E1 12.4', effect: 'leave-out' } as const satisfies Rule;
const OTHER_NAME = { id: 'name-differs', clause: 'E1 12.4', effect: 'leave-out' } as const satisfies Rule;

/** Whether the card did what it was told, with or without a remark. */
export function isDone(sw: number): boolean {
  return sw === DONE || isWarning(sw);
}

/**
 * SELECT by name.
 * @param occurrence `next`: the one after the last that was selected with this name (P2 02)
 */
export async function select(
  line: Line,
  name: Uint8Array,
  occurrence: 'first' | 'next',
  where: { readonly step: FinancialStep; readonly place: string },
): Promise<Selection> {
  const p2 = occurrence === 'first' ? 0x00 : 0x02;
  const { data, sw } = await exchange(line, { cla: 0x00, ins: 0xa4, p1: 0x04, p2, data: name, le: 256 }, where);
  if (!isDone(sw)) return { sw };
  // On T=0 a warning comes without its data; they wait for GET RESPONSE (E1 9.3.1.1.4).
  const waits = data.length === 0 && isWarning(sw);
  const answer = waits ? await exchange(line, { cla: 0x00, ins: 0xc0, p1: 0, p2: 0, le: 256 }, where) : { data };
  const fci = parseFci(answer.data);
  return { sw, ...(fci && { fci }) };
}

/**
 * Final selection of what was chosen, by the card's full name of it (EMV 4.3 Book 1, 12.4).
 * @throws SscardError what the channel throws
 */
export async function selectApplication(line: Line, candidate: Candidate): Promise<Selected> {
  const place = toHex(candidate.aid);
  const { sw, fci } = await select(line, candidate.aid, 'first', { step: 'select-application', place });
  const refused = (rule: Rule): Selected => ({ kind: 'refused', candidate, sw, decision: { rule, place } });
  if (sw !== DONE && sw !== BLOCKED) return refused(REFUSED);
  if (fci && !equalBytes(fci.name, candidate.aid)) return refused(OTHER_NAME);
  if (sw === BLOCKED) {
    return { kind: 'blocked', candidate, decision: { rule: BLOCKED_APPLICATION, place }, ...(fci && { fci }) };
  }
  return fci ? { kind: 'selected', candidate, fci } : refused(MALFORMED);
}

function isWarning(sw: number): boolean {
  const sw1 = sw >> 8;
  return sw1 === 0x62 || sw1 === 0x63;
}
