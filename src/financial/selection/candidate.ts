import { equalBytes, toHex } from '../../../apdu/bytes.ts';
import type { Fci, Presentation } from '../fci.ts';
import type { Decision } from '../rules.ts';

const LOWEST_PRIORITY = 15;

/** An application the terminal knows. */
export interface TerminalApplication {
  /** 5 to 16 bytes. */
  readonly aid: Uint8Array;
  /** Application selection indicator: whether the card's name may be longer than this one. */
  readonly asi: 'exact' | 'partial';
}

/** An application that card and terminal have in common. */
export interface Candidate extends Presentation {
  /** The card's full name of it. */
  readonly aid: Uint8Array;
  /** The one of the terminal that it matched; of several, the longest. */
  readonly application: TerminalApplication;
  /** Where it was found: in the payment directory of the card, or by the names the terminal has. */
  readonly from: 'pse' | 'list';
}

/** What a search for applications gave. `decisions` are the rules that took part, in order. */
export type CandidateList =
  | {
      readonly kind: 'candidates';
      /** By priority, the ones without one last, equal ones in the card's order. May be empty. */
      readonly candidates: readonly Candidate[];
      /** Present, but blocked by the issuer: for enquiries only. */
      readonly blocked: readonly Candidate[];
      readonly decisions: readonly Decision[];
    }
  /** The card is blocked, or knows no SELECT: the end of the session. */
  | { readonly kind: 'card-blocked'; readonly decisions: readonly Decision[] };

/** What the final SELECT of a candidate gave. */
export type Selected =
  | { readonly kind: 'selected'; readonly candidate: Candidate; readonly fci: Fci }
  /** Log and e-cash data stay readable (P5 18.1, P13 5.8), a payment is not possible. Some cards answer without FCI. */
  | { readonly kind: 'blocked'; readonly candidate: Candidate; readonly fci?: Fci; readonly decision: Decision }
  /** To be left out, and another one chosen. `sw`: of the answer that led here. */
  | { readonly kind: 'refused'; readonly candidate: Candidate; readonly decision: Decision; readonly sw: number };

/** Whether the terminal has the application that a card names so. */
export function matches({ aid, asi }: TerminalApplication, name: Uint8Array): boolean {
  if (asi === 'exact') return equalBytes(name, aid);
  return name.length >= aid.length && equalBytes(name.subarray(0, aid.length), aid);
}

/** What a search has found so far: each name once, in the card's order. */
export class Finds {
  readonly #byName = new Map<string, Candidate>();

  /** Found again with a longer name of the terminal, a candidate belongs to that one: it is the more specific. */
  add(candidate: Candidate): void {
    const name = toHex(candidate.aid);
    const known = this.#byName.get(name);
    if (known && known.application.aid.length >= candidate.application.aid.length) return;
    // A key that is set again keeps its place in the order.
    this.#byName.set(name, candidate);
  }

  /** By priority, the ones without one last, equal ones in the card's order. */
  get sorted(): readonly Candidate[] {
    return [...this.#byName.values()].sort((a, b) => rank(a) - rank(b));
  }
}

/** What is left for a terminal that cannot ask the cardholder to choose or to confirm (EMV 4.3 Book 1, 12.4). */
export function withoutConfirmation(candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.filter(({ needsConfirmation }) => !needsConfirmation);
}

function rank({ priority }: Candidate): number {
  return priority === 0 ? LOWEST_PRIORITY + 1 : priority;
}
