import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { CandidateList, TerminalApplication } from '../../../src/financial/selection/candidate.ts';
import { buildCandidates } from '../../../src/financial/selection/candidates.ts';
import { answeringCard, cardScript, fciAnswer, object, recordExchange, selectExchange } from './card-script.ts';
import type { Exchange } from './vectors.ts';

const PSE = '315041592E5359532E4444463031';
const FAMILY = 'A0000003330101';
const DEBIT = `${FAMILY}01`;
const CREDIT = `${FAMILY}02`;
const UNION_PAY: readonly TerminalApplication[] = [{ aid: fromHex(FAMILY), asi: 'partial' }];

const directory = (more = '') => selectExchange(PSE, fciAnswer(PSE, `880101${more}`));
const entry = (aid: string, more = '') => object('61', object('4F', aid) + object('50', '50424F43') + more);
const record = (number: number, ...entries: readonly string[]) =>
  recordExchange(1, number, `${object('70', entries.join(''))}9000`);
const end = (number: number) => recordExchange(1, number, '6A83');
/** What is sent when the directory leads to nothing. */
const byName = selectExchange(FAMILY, '6A82');

const namesOf = (found: CandidateList) =>
  found.kind === 'candidates' ? found.candidates.map(({ aid }) => toHex(aid)) : found.kind;
const rulesOf = ({ decisions }: CandidateList) => decisions.map(({ rule, place }) => `${rule.id} ${place}`);

/** Plays the whole script, and no more. */
async function search(exchanges: readonly Exchange[], applications = UNION_PAY): Promise<CandidateList> {
  const { line, left } = await cardScript(exchanges);
  const found = await buildCandidates(line, applications);
  expect(left()).toBe(0);
  return found;
}

describe('the payment directory', () => {
  it('gives the entries of all its records that the terminal knows', async () => {
    const visa = entry('A0000000031010');
    const found = await search([directory(), record(1, entry(CREDIT), visa), record(2, entry(DEBIT)), end(3)]);
    expect(namesOf(found)).toEqual([CREDIT, DEBIT]);
    expect(found).toMatchObject({ candidates: [{ from: 'pse', label: 'PBOC' }, { from: 'pse' }], blocked: [] });
  });

  it('is read where its file says', async () => {
    const select = selectExchange(PSE, fciAnswer(PSE, '88010A'));
    const found = await search([
      select,
      recordExchange(10, 1, `${object('70', entry(DEBIT))}9000`),
      recordExchange(10, 2, '6A83'),
    ]);
    expect(namesOf(found)).toEqual([DEBIT]);
  });

  it.each(['00', 'FF00'])('may have the filler %s in and after its records', async (filler) => {
    const padded = recordExchange(1, 1, `${object('70', filler + entry(DEBIT) + filler)}${filler}9000`);
    expect(namesOf(await search([directory(), padded, end(2)]))).toEqual([DEBIT]);
  });

  it('orders candidates by priority, those without one last, equal ones as on the card', async () => {
    const aids = ['01', '02', '03', '04', '05'].map((last) => FAMILY + last);
    const ranks = ['', '87010F', '870102', '870100', '870102'];
    const entries = aids.map((aid, at) => entry(aid, ranks[at]));
    const found = await search([directory(), record(1, ...entries), end(2)]);
    expect(namesOf(found)).toEqual(['03', '05', '02', '01', '04'].map((last) => FAMILY + last));
  });

  it('says which candidates need a confirmation, apart from the priority', async () => {
    const found = await search([directory(), record(1, entry(DEBIT, '870182'), entry(CREDIT, '870101')), end(2)]);
    expect(found).toMatchObject({
      candidates: [
        { priority: 1, needsConfirmation: false },
        { priority: 2, needsConfirmation: true },
      ],
    });
  });

  it('names the code table of the preferred names of its entries', async () => {
    const named = record(1, entry(DEBIT, object('9F12', '44454249')));
    expect(await search([directory('9F110101'), named, end(2)])).toMatchObject({
      candidates: [{ preferredName: 'DEBI' }],
    });
  });

  it.each([
    ['without a name', object('61', '500141')],
    ['of a further directory', object('61', `${object('9D', PSE)}500141`)],
    ['with a name of 4 bytes', object('61', '4F04A0000003')],
    ['with a priority of two bytes', entry(CREDIT, '87020101')],
  ])('has entries %s ignored', async (_, ignored) => {
    const found = await search([directory(), record(1, ignored, entry(DEBIT)), end(2)]);
    expect(namesOf(found)).toEqual([DEBIT]);
    expect(rulesOf(found)).toEqual(['pse-entry-ignored PSE record 1']);
  });

  it('gives a name that it lists twice only once', async () => {
    const found = await search([directory(), record(1, entry(DEBIT), entry(DEBIT, '870101')), end(2)]);
    expect(found).toMatchObject({ candidates: [{ priority: 0 }] });
    expect(namesOf(found)).toEqual([DEBIT]);
  });

  it('matches a whole name only, where the terminal says so', async () => {
    const exact = [{ aid: fromHex(DEBIT), asi: 'exact' as const }];
    const longer = entry(`${DEBIT}01`);
    expect(namesOf(await search([directory(), record(1, longer, entry(DEBIT)), end(2)], exact))).toEqual([DEBIT]);
  });

  it('gives a candidate to the longest name of the terminal that matches it', async () => {
    const applications = [...UNION_PAY, { aid: fromHex(DEBIT), asi: 'exact' as const }];
    const found = await search([directory(), record(1, entry(DEBIT), entry(CREDIT)), end(2)], applications);
    const used = found.kind === 'candidates' && found.candidates.map(({ application }) => toHex(application.aid));
    expect(used).toEqual([DEBIT, FAMILY]);
  });

  it('ends the session with 6A81', async () => {
    const found = await search([selectExchange(PSE, '6A81')]);
    expect([namesOf(found), rulesOf(found)]).toEqual(['card-blocked', ['card-blocked PSE']]);
  });
});

describe('the names of the terminal are used when the directory', () => {
  it.each([
    ['is blocked', fciAnswer(PSE, '880101', '6283')],
    ['is not there', '6A82'],
    ['answers with another status word', '6985'],
  ])('%s', async (_, answer) => {
    expect(rulesOf(await search([selectExchange(PSE, answer), byName]))).toEqual(['pse-unavailable PSE']);
  });

  it.each([
    ['no file control information', '9000'],
    ['another template', `${object('70', object('84', PSE))}9000`],
    ['no file number', fciAnswer(PSE)],
    ['file 0', fciAnswer(PSE, '880100')],
    ['file 11', fciAnswer(PSE, '88010B')],
    ['a file number of two bytes', fciAnswer(PSE, '88020101')],
    ['another name', fciAnswer('325041592E5359532E4444463031', '880101')],
  ])('has %s', async (_, answer) => {
    expect(rulesOf(await search([selectExchange(PSE, answer), byName]))).toEqual(['pse-fci-malformed PSE']);
  });

  it.each([
    ['6985', 'pse-record-refused'],
    ['6A82', 'pse-record-refused'],
    [`${object('70', entry(CREDIT))}6283`, 'pse-record-refused'],
    ['9000', 'pse-record-malformed'],
    ['70009000', 'pse-record-malformed'],
    [`${object('77', entry(CREDIT))}9000`, 'pse-record-malformed'],
    [`${object('70', entry(CREDIT)).slice(0, -2)}9000`, 'pse-record-malformed'],
    [`${object('70', entry(CREDIT))}70009000`, 'pse-record-malformed'],
  ])('answers a later record with %s: nothing of it is kept', async (answer, rule) => {
    const found = await search([directory(), record(1, entry(DEBIT)), recordExchange(1, 2, answer), byName]);
    expect([namesOf(found), rulesOf(found)]).toEqual([[], [`${rule} PSE record 2`]]);
  });

  it('has no record', async () => {
    expect(rulesOf(await search([directory(), end(1), byName]))).toEqual(['pse-without-candidates PSE']);
  });

  it('lists nothing that the terminal knows', async () => {
    const found = await search([directory(), record(1, entry('A0000000031010')), end(2), byName]);
    expect(rulesOf(found)).toEqual(['pse-without-candidates PSE']);
  });
});

describe('a card that never ends', () => {
  it('is read up to record 255 of its directory', async () => {
    const { line, sent } = answeringCard((command) =>
      command.startsWith('00A4') ? fciAnswer(PSE, '880101') : `${object('70', entry(DEBIT))}9000`,
    );
    expect(namesOf(await buildCandidates(line, UNION_PAY))).toEqual([DEBIT]);
    expect(sent).toHaveLength(256);
    expect(sent.at(-1)).toBe('00B2FF0C00');
  });
});
