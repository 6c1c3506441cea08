import { describe, expect, it } from 'vitest';
import { toHex } from '../../../../apdu/bytes.ts';
import { ApplicationChooser } from '../../../../src/financial/payment/choose.ts';
import { Conversation } from '../../../../src/financial/payment/conversation.ts';
import type { Finished } from '../../../../src/financial/payment/outcome.ts';
import type { PaymentState } from '../../../../src/financial/payment/pauses.ts';
import { cardScript, fciAnswer, object, recordExchange, selectExchange } from '../card-script.ts';
import type { Exchange } from '../vectors.ts';
import { decided } from './courses.ts';
import { TERMINAL } from './terminals.ts';

const PSE = '315041592E5359532E4444463031';
const DEBIT = 'A000000333010101';
const CREDIT = 'A000000333010102';
const OVER: Finished = { kind: 'finished', outcome: { kind: 'abandoned' }, records: [] };

const entry = (aid: string, label: string, priority: string) =>
  object('61', object('4F', aid) + object('50', label) + object('87', priority));
/** A directory of a debit and a credit application; the credit one goes first. */
const directory = (priority = '01'): Exchange[] => [
  selectExchange(PSE, fciAnswer(PSE, object('88', '01'))),
  recordExchange(
    1,
    1,
    `${object('70', entry(DEBIT, '4445424954', '02') + entry(CREDIT, '435245444954', priority))}9000`,
  ),
  recordExchange(1, 2, '6A83'),
];

/** What was chosen, by the answers of the cardholder; and the rules that took part. */
async function chosen(
  exchanges: readonly Exchange[],
  answer: (state: PaymentState) => Promise<PaymentState>,
  terminal = TERMINAL,
) {
  const { line, left } = await cardScript(exchanges);
  const conversation = new Conversation();
  const chooser = new ApplicationChooser(line, terminal, conversation.ask);
  let found: string | undefined;
  let state = await conversation.begin(async () => {
    await chooser.search();
    const one = await chooser.next();
    found = one && toHex(one.candidate.aid);
    return OVER;
  });
  while (state.kind !== 'finished') state = await answer(state);
  return { found, reason: chooser.reason, left: left(), rules: decided({ records: [chooser.takeRecord()] }) };
}

const nobody = () => expect.fail('asked');

describe('several applications', () => {
  it('are shown by priority, and the one that is chosen is selected', async () => {
    const shown: string[][] = [];
    const { found, left } = await chosen([...directory(), selectExchange(DEBIT, fciAnswer(DEBIT))], (state) => {
      if (state.kind !== 'choose-application') return expect.fail(state.kind);
      shown.push(state.choices.map(({ name, priority }) => `${name} ${priority}`));
      const [, debit] = state.choices;
      return debit ? state.choose(debit) : expect.fail('one only');
    });
    expect([found, shown, left]).toEqual([DEBIT, [['CREDIT 1', 'DEBIT 2']], 0]);
  });

  it('that are chosen need no other confirmation', async () => {
    const { found } = await chosen([...directory('81'), selectExchange(CREDIT, fciAnswer(CREDIT))], (state) =>
      state.kind === 'choose-application' && state.choices[0] ? state.choose(state.choices[0]) : nobody(),
    );
    expect(found).toBe(CREDIT);
  });

  it('of which the chosen one is refused: the other one is taken', async () => {
    const { found, rules } = await chosen(
      [...directory(), selectExchange(CREDIT, '6A82'), selectExchange(DEBIT, fciAnswer(DEBIT))],
      (state) => (state.kind === 'choose-application' && state.choices[0] ? state.choose(state.choices[0]) : nobody()),
    );
    expect([found, rules]).toEqual([DEBIT, [`select-refused ${CREDIT}`, `application-chosen ${DEBIT}`]]);
  });

  it('are not shown by a terminal that cannot: the first one is taken', async () => {
    const terminal = { ...TERMINAL, choosesApplication: false };
    const { found } = await chosen([...directory(), selectExchange(CREDIT, fciAnswer(CREDIT))], nobody, terminal);
    expect(found).toBe(CREDIT);
  });

  it('take no answer but one of their own', async () => {
    await chosen([...directory(), selectExchange(DEBIT, fciAnswer(DEBIT))], async (state) => {
      if (state.kind !== 'choose-application') return nobody();
      const [first, debit] = state.choices;
      await expect(state.choose({ ...(first ?? nobody()) })).rejects.toThrow(RangeError);
      return debit ? state.choose(debit) : nobody();
    });
  });

  it('that are all refused: the cardholder is told to try again, and then there is none', async () => {
    const again: boolean[] = [];
    const { found, reason } = await chosen(
      [...directory('81'), selectExchange(DEBIT, '6A82'), selectExchange(CREDIT, '6A82')],
      (state) => {
        if (state.kind === 'choose-application') return state.choose(state.choices[1] ?? nobody());
        if (state.kind !== 'confirm-application') return nobody();
        again.push(state.again);
        return state.confirm(true);
      },
    );
    expect([found, reason, again]).toEqual([undefined, 'no-application', [true]]);
  });
});

it('a blocked card is not asked a second time', async () => {
  const { found, reason } = await chosen([selectExchange(PSE, '6A81')], nobody);
  expect([found, reason]).toEqual([undefined, 'card-blocked']);
});
