import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import {
  type Candidate,
  type CandidateList,
  type TerminalApplication,
  withoutConfirmation,
} from '../../../src/financial/selection/candidate.ts';
import { buildCandidates } from '../../../src/financial/selection/candidates.ts';
import { answeringCard, cardScript, fciAnswer, selectExchange } from './card-script.ts';
import type { Exchange } from './vectors.ts';

const FAMILY = 'A0000003330101';
const DEBIT = `${FAMILY}01`;
const CREDIT = `${FAMILY}02`;
const CASH = `${FAMILY}06`;

const partial = (aid: string): TerminalApplication => ({ aid: fromHex(aid), asi: 'partial' });
const exact = (aid: string): TerminalApplication => ({ aid: fromHex(aid), asi: 'exact' });
const next = (name: string, answer: string) => selectExchange(name, answer, '02');
const hexOf = (candidates: readonly Candidate[]) => candidates.map(({ aid }) => toHex(aid));
const namesOf = (found: CandidateList) => (found.kind === 'candidates' ? hexOf(found.candidates) : found.kind);
const blockedOf = (found: CandidateList) => (found.kind === 'candidates' ? hexOf(found.blocked) : found.kind);
const rulesOf = ({ decisions }: CandidateList) => decisions.map(({ rule, place }) => `${rule.id} ${place}`);

/** Plays the whole script, and no more. */
async function search(
  applications: readonly TerminalApplication[],
  exchanges: readonly Exchange[],
): Promise<CandidateList> {
  const { line, left } = await cardScript(exchanges);
  const found = await buildCandidates(line, applications, { pse: false });
  expect(left()).toBe(0);
  return found;
}

describe('selection by the names of the terminal', () => {
  it('finds all that begin with a name, with SELECT next until the card has no more', async () => {
    const found = await search(
      [partial(FAMILY)],
      [
        selectExchange(FAMILY, fciAnswer(DEBIT, '870102')),
        next(FAMILY, fciAnswer(CREDIT, '870101')),
        next(FAMILY, fciAnswer(CASH)),
        next(FAMILY, '6A82'),
      ],
    );
    expect(namesOf(found)).toEqual([CREDIT, DEBIT, CASH]);
    expect(found).toMatchObject({ candidates: [{ from: 'list', priority: 1 }, { priority: 2 }, { priority: 0 }] });
  });

  it('is done with a name that is the whole one', async () => {
    expect(namesOf(await search([partial(DEBIT)], [selectExchange(DEBIT, fciAnswer(DEBIT))]))).toEqual([DEBIT]);
  });

  it('goes on after a longer name where only the whole one counts, and keeps that alone', async () => {
    const found = await search(
      [exact(DEBIT)],
      [selectExchange(DEBIT, fciAnswer(`${DEBIT}01`)), next(DEBIT, fciAnswer(DEBIT))],
    );
    expect(namesOf(found)).toEqual([DEBIT]);
  });

  it('finds nothing where only the whole name counts and the card has longer ones', async () => {
    const exchanges = [selectExchange(FAMILY, fciAnswer(DEBIT)), next(FAMILY, '6A82')];
    expect(namesOf(await search([exact(FAMILY)], exchanges))).toEqual([]);
  });

  it('finds the whole name among longer ones', async () => {
    const found = await search(
      [partial(FAMILY)],
      [
        selectExchange(FAMILY, fciAnswer(DEBIT)),
        next(FAMILY, fciAnswer(FAMILY)),
        next(FAMILY, fciAnswer(CREDIT)),
        next(FAMILY, '6A82'),
      ],
    );
    expect(namesOf(found)).toEqual([DEBIT, FAMILY, CREDIT]);
  });

  it('leaves out a name that does not begin with the one it was selected by', async () => {
    const exchanges = [selectExchange(FAMILY, fciAnswer('A0000000031010')), next(FAMILY, '6A82')];
    expect(namesOf(await search([partial(FAMILY)], exchanges))).toEqual([]);
  });

  it.each(['6A82', '6985', '6A86', '6200', '6300'])('goes to the next name after %s', async (sw) => {
    const exchanges = [selectExchange(DEBIT, sw), selectExchange(CREDIT, fciAnswer(CREDIT))];
    // A warning without data is asked for them on T=0.
    if (sw.startsWith('62') || sw.startsWith('63')) exchanges.splice(1, 0, { c: '00C0000000', r: '6F00' });
    expect(namesOf(await search([exact(DEBIT), exact(CREDIT)], exchanges))).toEqual([CREDIT]);
  });

  it.each(['6200', '6300', '6282'])('goes on with SELECT next after %s, and keeps nothing of it', async (sw) => {
    const found = await search(
      [partial(FAMILY)],
      [
        selectExchange(FAMILY, fciAnswer(DEBIT)),
        next(FAMILY, fciAnswer(CREDIT, '', sw)),
        next(FAMILY, fciAnswer(CASH)),
        next(FAMILY, '6A82'),
      ],
    );
    expect(namesOf(found)).toEqual([DEBIT, CASH]);
  });

  it('leaves out what the issuer has blocked, and says so', async () => {
    const found = await search(
      [partial(FAMILY)],
      [
        selectExchange(FAMILY, fciAnswer(DEBIT, '', '6283')),
        next(FAMILY, fciAnswer(CREDIT)),
        next(FAMILY, fciAnswer(CASH, '', '6283')),
        next(FAMILY, '6A82'),
      ],
    );
    expect([namesOf(found), blockedOf(found)]).toEqual([[CREDIT], [DEBIT, CASH]]);
    expect(rulesOf(found)).toEqual([`application-blocked ${DEBIT}`, `application-blocked ${CASH}`]);
  });

  it('knows a blocked application by the name of the terminal when the card tells nothing else', async () => {
    const exchanges = [selectExchange(DEBIT, '6283'), { c: '00C0000000', r: '6D00' }];
    expect(blockedOf(await search([exact(DEBIT)], exchanges))).toEqual([DEBIT]);
  });

  it.each([
    ['no data', '9000'],
    ['no name', '6F02A5009000'],
    ['a template that is cut short', '6F0C8408A0000003330101019000'],
  ])('leaves out an application whose answer has %s', async (_, answer) => {
    const exchanges = [selectExchange(FAMILY, answer), next(FAMILY, fciAnswer(CREDIT)), next(FAMILY, '6A82')];
    const found = await search([partial(FAMILY)], exchanges);
    expect([namesOf(found), rulesOf(found)]).toEqual([[CREDIT], [`fci-malformed ${FAMILY}`]]);
  });

  it('lists an application once that two names of the terminal lead to, under the longer one', async () => {
    const found = await search(
      [partial(FAMILY), exact(CREDIT)],
      [
        selectExchange(FAMILY, fciAnswer(CREDIT)),
        next(FAMILY, fciAnswer(DEBIT)),
        next(FAMILY, '6A82'),
        selectExchange(CREDIT, fciAnswer(CREDIT)),
      ],
    );
    expect(namesOf(found)).toEqual([CREDIT, DEBIT]);
    expect(found).toMatchObject({ candidates: [{ application: exact(CREDIT) }, { application: partial(FAMILY) }] });
  });

  it('finds nothing for a terminal that has no names', async () => {
    expect(await search([], [])).toEqual({ kind: 'candidates', candidates: [], blocked: [], decisions: [] });
  });
});

describe('the status word 6A81', () => {
  it('ends the session after the very first SELECT of the card', async () => {
    const found = await search([exact(DEBIT), exact(CREDIT)], [selectExchange(DEBIT, '6A81')]);
    expect([namesOf(found), rulesOf(found)]).toEqual(['card-blocked', [`card-blocked ${DEBIT}`]]);
  });

  it('leaves out a name after a later one', async () => {
    const exchanges = [selectExchange(DEBIT, '6A82'), selectExchange(CREDIT, '6A81')];
    expect(namesOf(await search([exact(DEBIT), exact(CREDIT)], exchanges))).toEqual([]);
  });

  it('leaves out the first name after the directory has been selected', async () => {
    const pse = selectExchange('315041592E5359532E4444463031', '6A82');
    const { line } = await cardScript([pse, selectExchange(DEBIT, '6A81')]);
    expect(namesOf(await buildCandidates(line, [exact(DEBIT)]))).toEqual([]);
  });
});

describe('a card that answers SELECT next for ever', () => {
  it('is left when it goes round', async () => {
    const { line, sent } = answeringCard((command) => fciAnswer(command.startsWith('00A40400') ? DEBIT : CREDIT));
    expect(namesOf(await buildCandidates(line, [partial(FAMILY)], { pse: false }))).toEqual([DEBIT, CREDIT]);
    expect(sent).toHaveLength(3);
  });

  it.each([
    ['new names', (count: number) => fciAnswer(FAMILY + count.toString(16).padStart(4, '0'))],
    ['malformed answers', () => '9000'],
    ['blocked applications without data', () => '6283'],
  ])('is left after 32 times with %s', async (_, answer) => {
    let count = 0;
    const { line, sent } = answeringCard((command) => (command.startsWith('00C0') ? '6D00' : answer(count++)));
    await buildCandidates(line, [partial(FAMILY)], { pse: false });
    expect(sent.filter((command) => command.startsWith('00A4')).length).toBeLessThanOrEqual(32);
  });
});

it('a terminal that cannot ask for a confirmation is left with what needs none', () => {
  const candidate = (needsConfirmation: boolean): Candidate => ({
    aid: fromHex(DEBIT),
    application: partial(FAMILY),
    priority: 1,
    needsConfirmation,
    from: 'pse',
  });
  expect(withoutConfirmation([candidate(true), candidate(false)])).toEqual([candidate(false)]);
  expect(withoutConfirmation([candidate(true)])).toEqual([]);
});
