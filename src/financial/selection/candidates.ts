import type { Line } from '../../../drivers/exchange.ts';
import type { Decision, Rule } from '../rules.ts';
import { searchByName } from './by-name.ts';
import { type CandidateList, Finds, matches, type TerminalApplication } from './candidate.ts';
import { type DirectoryEntry, readDirectory } from './directory.ts';

const NO_MATCH = { id: 'pse-without-candidates', clause: 'E1 12.3.2', effect: 'note' } as const satisfies Rule;

/** How candidates are looked for. */
export interface SearchOptions {
  /** Ask the payment directory of the card first. Default true. */
  readonly pse?: boolean;
}

/**
 * Finds what card and terminal have in common: from the payment directory of the card, and where that leads to nothing, by
 * selecting the names that the terminal has, one after the other (EMV 4.3 Book 1, 12.3).
 * @throws SscardError what the channel throws
 * @example
 * const found = await buildCandidates(line, [{ aid: fromHex('A0000003330101'), asi: 'partial' }]);
 */
export async function buildCandidates(
  line: Line,
  applications: readonly TerminalApplication[],
  { pse = true }: SearchOptions = {},
): Promise<CandidateList> {
  if (!pse) return searchByName(line, applications, 'first-select', []);
  const directory = await readDirectory(line);
  const { decisions } = directory;
  if (directory.kind === 'card-blocked') return { kind: 'card-blocked', decisions };
  if (directory.kind === 'unusable') return searchByName(line, applications, 'later', decisions);
  const candidates = inDirectory(directory.entries, applications);
  if (candidates.length > 0) return { kind: 'candidates', candidates, blocked: [], decisions };
  const noMatch: Decision = { rule: NO_MATCH, place: 'PSE' };
  return searchByName(line, applications, 'later', [...decisions, noMatch]);
}

function inDirectory(entries: readonly DirectoryEntry[], applications: readonly TerminalApplication[]) {
  const finds = new Finds();
  for (const entry of entries) {
    for (const application of applications)
      if (matches(application, entry.aid)) finds.add({ ...entry, application, from: 'pse' });
  }
  return finds.sorted;
}
