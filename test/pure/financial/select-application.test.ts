import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { Candidate } from '../../../src/financial/selection/candidate.ts';
import { selectApplication } from '../../../src/financial/selection/select.ts';
import { cardScript, fciAnswer, selectExchange } from './card-script.ts';

const DEBIT = 'A000000333010101';
const CANDIDATE: Candidate = {
  aid: fromHex(DEBIT),
  application: { aid: fromHex('A0000003330101'), asi: 'partial' },
  priority: 1,
  needsConfirmation: false,
  from: 'pse',
};

/** Selects with this answer to SELECT. @param response to GET RESPONSE, where one must come */
async function selected(answer: string, response?: string): ReturnType<typeof selectApplication> {
  const exchanges = [selectExchange(DEBIT, answer), ...(response ? [{ c: '00C0000000', r: response }] : [])];
  const { line, left } = await cardScript(exchanges);
  const came = await selectApplication(line, CANDIDATE);
  expect(left()).toBe(0);
  return came;
}

describe('final selection', () => {
  it('selects the full name of the card and gives its file control information', async () => {
    const came = await selected(fciAnswer(DEBIT, '9F38039F1A02'));
    expect(came.kind === 'selected' && toHex(came.fci.pdol ?? new Uint8Array())).toBe('9F1A02');
  });

  it('of a blocked application leaves its data readable', async () => {
    const came = await selected(fciAnswer(DEBIT, 'BF0C059F4D020B0A', '6283'));
    expect(came).toMatchObject({
      kind: 'blocked',
      fci: { logEntry: { sfi: 11, records: 10 } },
      decision: { rule: { id: 'application-blocked' }, place: DEBIT },
    });
  });

  it('of a blocked application on T=0 fetches what the card announced with no data', async () => {
    expect(await selected('6283', fciAnswer(DEBIT))).toMatchObject({ kind: 'blocked', fci: { priority: 0 } });
  });

  it.each(['6D00', '9000'])('of a blocked application may give no data: %s', async (response) => {
    expect(await selected('6283', response)).not.toHaveProperty('fci');
  });

  it.each([
    ['another status word', '6A82', 'select-refused', 0x6a82],
    ['another warning', fciAnswer(DEBIT, '', '6200'), 'select-refused', 0x6200],
    ['a longer name', fciAnswer(`${DEBIT}01`), 'name-differs', 0x9000],
    ['another name of a blocked application', fciAnswer(`${DEBIT}01`, '', '6283'), 'name-differs', 0x6283],
    ['no file control information', '9000', 'fci-malformed', 0x9000],
  ])('leaves out a candidate with %s', async (_, answer, id, sw) => {
    expect(await selected(answer)).toMatchObject({ kind: 'refused', sw, decision: { rule: { id }, place: DEBIT } });
  });
});
