import { equalBytes, toHex } from '../../../apdu/bytes.ts';
import type { Line } from '../../../drivers/exchange.ts';
import type { Decision, Rule } from '../rules.ts';
import { type Candidate, type CandidateList, Finds, matches, type TerminalApplication } from './candidate.ts';
import { CARD_BLOCKED, FUNCTION_NOT_SUPPORTED } from './directory.ts';
import { BLOCKED, DONE, isDone, type Selection, select } from './select.ts';

/** No card has more under one name; one that answers "the next one" for ever is not followed further. */
const MOST_OCCURRENCES = 32;

const BLOCKED_APPLICATION = {
  id: 'application-blocked',
  clause: 'E1 12.3.3',
  effect: 'leave-out',
} as const satisfies Rule;
const MALFORMED = { id: 'fci-malformed', clause: 'E1 12.3.3', effect: 'leave-out' } as const satisfies Rule;

/**
 * Selects the names that the terminal has, one after the other (EMV 4.3 Book 1, 12.3.3).
 * @param since whether this begins with the very first SELECT of the card: only then 6A81 tells that the card is blocked
 * @param earlier decisions that led here
 * @throws SscardError what the channel throws
 */
export async function searchByName(
  line: Line,
  applications: readonly TerminalApplication[],
  since: 'first-select' | 'later',
  earlier: readonly Decision[],
): Promise<CandidateList> {
  const search = new NameSearch(line, earlier);
  for (const [index, application] of applications.entries()) {
    const sw = await search.follow(application);
    if (sw === FUNCTION_NOT_SUPPORTED && index === 0 && since === 'first-select') {
      const place = toHex(application.aid);
      return { kind: 'card-blocked', decisions: [...earlier, { rule: CARD_BLOCKED, place }] };
    }
  }
  const { candidates, blocked, decisions } = search;
  return { kind: 'candidates', candidates: candidates.sorted, blocked: blocked.sorted, decisions };
}

/** What was found by name so far. */
class NameSearch {
  readonly candidates = new Finds();
  readonly blocked = new Finds();
  readonly decisions: Decision[];
  readonly #line: Line;

  constructor(line: Line, earlier: readonly Decision[]) {
    this.#line = line;
    this.decisions = [...earlier];
  }

  /** Selects one name of the terminal, and what else on the card begins with it. @returns status of the first SELECT */
  async follow(application: TerminalApplication): Promise<number> {
    const where = { step: 'select-by-list', place: toHex(application.aid) } as const;
    const first = await select(this.#line, application.aid, 'first', where);
    if (!isPresent(first.sw)) return first.sw;
    const seen = new Set<string>();
    let answer = first;
    for (let count = 1; isDone(answer.sw); count++) {
      const found = candidateOf(application, answer);
      if (isPresent(answer.sw)) this.#take(found, answer.sw, where.place);
      if (count === MOST_OCCURRENCES || (found && isLast(found, seen))) break;
      answer = await select(this.#line, application.aid, 'next', where);
    }
    return first.sw;
  }

  #take(found: Candidate | undefined, sw: number, place: string): void {
    if (found === undefined) this.decisions.push({ rule: MALFORMED, place });
    else if (matches(found.application, found.aid)) {
      if (sw === BLOCKED) this.decisions.push({ rule: BLOCKED_APPLICATION, place: toHex(found.aid) });
      (sw === DONE ? this.candidates : this.blocked).add(found);
    }
  }
}

/**
 * Whether nothing more is to be expected under this name: the card goes round, or the name is the whole one. After
 * other applications, a whole name ends the search only where no longer one counts (E1 12.3.3).
 * @param seen names so far; this one is added
 */
function isLast({ aid, application }: Candidate, seen: Set<string>): boolean {
  const name = toHex(aid);
  if (seen.has(name)) return true;
  const isFirst = seen.size === 0;
  seen.add(name);
  return equalBytes(aid, application.aid) && (isFirst || application.asi === 'exact');
}

/** The application is there; of all remarks, only one means that it may not be used. */
function isPresent(sw: number): boolean {
  return sw === DONE || sw === BLOCKED;
}

/** A blocked application that tells nothing about itself is taken for the one that was asked for. */
function candidateOf(application: TerminalApplication, { sw, fci }: Selection): Candidate | undefined {
  if (fci === undefined) {
    const { aid } = application;
    return sw === BLOCKED ? { aid, application, priority: 0, needsConfirmation: false, from: 'list' } : undefined;
  }
  const { name, label, preferredName, priority, needsConfirmation } = fci;
  return {
    aid: name,
    application,
    ...(label !== undefined && { label }),
    ...(preferredName !== undefined && { preferredName }),
    priority,
    needsConfirmation,
    from: 'list',
  };
}
