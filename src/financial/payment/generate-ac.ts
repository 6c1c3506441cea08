import type { BerTlv } from '../../../apdu/ber-tlv.ts';
import { toHex } from '../../../apdu/bytes.ts';
import { TSI } from '../bits.ts';
import { buildDol, parseDol } from '../dol.ts';
import { unsigned } from '../numbers.ts';
import { readAnswer } from '../objects.ts';
import type { Rule } from '../rules.ts';
import type { Session } from '../session.ts';
import { formatTag } from '../tag.ts';
import { transactionCertificateHash } from '../tdol.ts';
import type { Action } from './action.ts';
import type { Cryptogram } from './outcome.ts';

const REFUSED = { id: 'generate-ac-refused', clause: 'E3 6.5.5', effect: 'terminate' } as const satisfies Rule;
const MALFORMED = { id: 'generate-ac-malformed', clause: 'E3 6.5.5.4', effect: 'terminate' } as const satisfies Rule;
const CDOL_MALFORMED = { id: 'cdol-malformed', clause: 'E3 5.4', effect: 'terminate' } as const satisfies Rule;
const UNKNOWN_KIND = {
  id: 'cryptogram-kind-unknown',
  clause: 'E3 6.5.5.4',
  effect: 'terminate',
} as const satisfies Rule;
const HIGHER = { id: 'cryptogram-not-asked-for', clause: 'E3 9.2', effect: 'terminate' } as const satisfies Rule;
const DONE = {
  id: 'card-risk-managed',
  clause: 'E3 10.8',
  effect: { tsi: TSI.cardRiskManagement },
} as const satisfies Rule;

const P1 = { AAC: 0x00, TC: 0x40, ARQC: 0x80 } as const;
const COMBINED = 0x10;
const KINDS = ['AAC', 'TC', 'ARQC'] as const;
/** The card may lower what it is asked for, never raise it (4.7). */
const RANK = { AAC: 0, ARQC: 1, TC: 2 } as const;

const INFORMATION = 0x9f27;
const COUNTER = 0x9f36;
const CRYPTOGRAM = 0x9f26;
const ISSUER_DATA = 0x9f10;
const HASH = 0x98;

/** One GENERATE AC. */
export interface Asked {
  readonly which: 'first' | 'second';
  readonly asks: Action['asks'];
  /** With a combined signature (CDA). */
  readonly combined: boolean;
  /** Of the acquirer, for a card whose list asks for 98. */
  readonly defaultTdol?: Uint8Array;
}

/** What the card answered, in template 80 or 77. */
export interface AcAnswer {
  readonly kind: Cryptogram['type'];
  /** 9F27. */
  readonly information: number;
  /** The values that were sent. */
  readonly cdolValues: Uint8Array;
  /** Of template 77: its content as it came, and its objects. */
  readonly signed?: { readonly content: Uint8Array; readonly objects: readonly BerTlv[] };
}

/**
 * GENERATE AC (4.7), once. Leaves 9F27, 9F36, 9F26 and 9F10 in `session.card`; 9F26 may be missing when a combined
 * signature was asked for: it is inside.
 * @throws Termination by the rules of E3 6.5.5 and 9; SscardError what the channel throws
 */
export async function generateAc(session: Session, asked: Asked): Promise<AcAnswer> {
  const { which, asks, combined, defaultTdol } = asked;
  const tag = which === 'first' ? 0x8c : 0x8d;
  const entries = parseDol(session.card.get(tag) ?? new Uint8Array());
  if (entries === undefined) return session.terminate(CDOL_MALFORMED, formatTag(tag));
  if (entries.some((entry) => entry.tag === HASH))
    session.terminal.set(HASH, transactionCertificateHash(session, defaultTdol));
  const cdolValues = buildDol(entries, (one) => session.value(one));
  const place = `GENERATE AC ${asks}`;
  const p1 = P1[asks] | (combined ? COMBINED : 0);
  const body = cdolValues.length > 0 ? { data: cdolValues } : {};
  const { data, sw } = await session.send({ cla: 0x80, ins: 0xae, p1, p2: 0, ...body, le: 256 }, place);
  if (sw !== 0x9000) session.terminate(REFUSED, place, sw);
  forget(session);
  const signed = take(session, data, place);
  const answer = { ...judged(session, asked, place), cdolValues, ...(signed && { signed }) };
  session.decide(DONE);
  return answer;
}

/** The second answer may leave out what the first one had. */
function forget({ card }: Session): void {
  for (const tag of [INFORMATION, CRYPTOGRAM, ISSUER_DATA]) card.delete(tag);
}

/** Format 1 has fixed places, format 2 objects in any order. @returns what a combined signature covers */
function take(session: Session, answer: Uint8Array, place: string): AcAnswer['signed'] {
  const came = readAnswer(answer);
  if (came?.format === 2) {
    takeTagged(session, came.objects, place);
    return { content: came.value, objects: came.objects };
  }
  if (came === undefined || came.value.length < 11 || came.value.length > 43)
    return session.terminate(MALFORMED, place);
  const { card } = session;
  const { value } = came;
  card.set(INFORMATION, value.subarray(0, 1));
  card.set(COUNTER, value.subarray(1, 3));
  card.set(CRYPTOGRAM, value.subarray(3, 11));
  if (value.length > 11) card.set(ISSUER_DATA, value.subarray(11));
  return undefined;
}

function takeTagged(session: Session, objects: readonly BerTlv[], place: string): void {
  const seen = new Set<number>();
  for (const { tag, value, children } of objects) {
    if (seen.has(tag)) session.terminate(MALFORMED, `${place} ${formatTag(tag)}`);
    seen.add(tag);
    if (children === undefined) session.card.set(tag, value);
  }
  if (!seen.has(COUNTER)) session.terminate(MALFORMED, `${place} ${formatTag(COUNTER)}`);
}

function judged(session: Session, { which, asks, combined }: Asked, place: string) {
  const { card } = session;
  const information = card.get(INFORMATION);
  const kind = information?.length === 1 ? KINDS[(information[0] ?? 0) >> 6] : undefined;
  if (information?.length !== 1 || card.get(COUNTER)?.length !== 2) return session.terminate(MALFORMED, place);
  if (kind === undefined) return session.terminate(UNKNOWN_KIND, `${place} 9F27 ${toHex(information)}`);
  if (RANK[kind] > RANK[asks] || (which === 'second' && kind === 'ARQC'))
    return session.terminate(HIGHER, `${place} 9F27 ${toHex(information)}`);
  const cryptogram = card.get(CRYPTOGRAM);
  const inside = combined && kind !== 'AAC' && cryptogram === undefined;
  if (cryptogram?.length !== 8 && !inside) return session.terminate(MALFORMED, `${place} 9F26`);
  if ((card.get(ISSUER_DATA)?.length ?? 0) > 32) return session.terminate(MALFORMED, `${place} 9F10`);
  return { kind, information: information[0] ?? 0 };
}

/** What the card gave last. */
export function cryptogramOf({ card }: Session, kind: Cryptogram['type']): Cryptogram {
  return {
    type: kind,
    value: card.get(CRYPTOGRAM) ?? new Uint8Array(),
    counter: unsigned(card.get(COUNTER) ?? new Uint8Array()),
    issuerData: card.get(ISSUER_DATA),
  };
}
