import { describe, expect, it } from 'vitest';
import type { SimulatedCard } from '../../../src/simulator/card.ts';
import { goldenImage } from '../golden-cards.ts';
import { cut, everyPoint } from '../power.ts';
import {
  ask,
  bankWith,
  first,
  initiate,
  last,
  newPin,
  poweredBank,
  RIGHT_PIN,
  readAnswer,
  SELECT_BANK,
  script,
  second,
  transaction,
  WRONG_PIN,
  WRONG_RESPONSE,
} from './bank.ts';
import { laboratoryBank } from './laboratory.ts';

const PAY = { eCash: '01', amount: '000000000750' };
const both = [false, true];

/** Every point of the last command, on a card that stores whole writes or tears. @returns what `look` saw, in order */
async function cuts(
  commands: readonly string[],
  tears: boolean,
  look: (card: SimulatedCard) => string,
  change: Parameters<typeof poweredBank>[0] = (bank) => bank,
): Promise<string[]> {
  const image = { ...(await goldenImage('zhang-san-2.0')), financial: change(laboratoryBank('laboratory-e-cash')) };
  const seen: string[] = [];
  const command = commands.at(-1) ?? '';
  await everyPoint({ before: commands.slice(0, -1), command, tears, image }, (card) => {
    seen.push(look(card));
  });
  return seen;
}

const state = (card: SimulatedCard) => card.image().financial?.state;
const isOneStep = (seen: readonly string[], old: string, fresh: string) => {
  const turn = seen.indexOf(fresh);
  expect(turn).toBeGreaterThan(0);
  expect(seen).toEqual(seen.map((_, at) => (at < turn ? old : fresh)));
};

describe.each(both)('power lost (tears: %s)', (tears) => {
  it('in GET PROCESSING OPTIONS: the counter never goes back', async () => {
    const seen = await cuts(
      [SELECT_BANK, initiate()],
      tears,
      (card) => String(state(card)?.atc),
      bankWith({}, { atc: 0xff }),
    );
    expect(seen).toEqual(['255', '255', '255', '256']);
  });

  it('in VERIFY, wrong: the try is spent, or nothing was compared', async () => {
    const tries = (card: SimulatedCard) => String(card.image().financial?.pin.triesLeft);
    isOneStep(await cuts([SELECT_BANK, initiate(), WRONG_PIN], tears, tries), '3', '2');
  });

  it('in VERIFY, right: tries as before less one, or full', async () => {
    const tries = (card: SimulatedCard) => String(card.image().financial?.pin.triesLeft);
    const seen = await cuts([SELECT_BANK, initiate(), WRONG_PIN, RIGHT_PIN], tears, tries);
    expect(seen).toEqual(['2', '2', '1', '1', '3']);
  });

  it('in a payment by e-cash: balance and log change together or not at all', async () => {
    const look = (card: SimulatedCard) => `${state(card)?.balance} ${state(card)?.log.length}`;
    const seen = await cuts([SELECT_BANK, initiate(PAY), first('40', PAY)], tears, look);
    expect(seen.length).toBe(53);
    isOneStep(seen, '000000005000 0', '000000004250 1');
  });

  it('in an approval offline: counters and log change together or not at all', async () => {
    const look = (card: SimulatedCard) => `${state(card)?.counters.amount} ${state(card)?.log.length}`;
    isOneStep(await cuts([SELECT_BANK, initiate(), first('40')], tears, look), '0 0', '10000 1');
  });

  it('in the first cryptogram: a request not completed is remembered, or was not made', async () => {
    const look = (card: SimulatedCard) => String(state(card)?.last.onlineNotCompleted);
    isOneStep(await cuts([SELECT_BANK, initiate(), first('80')], tears, look), 'false', 'true');
  });

  it('in the second cryptogram: register, flags and log change together or not at all', async () => {
    const look = (card: SimulatedCard) => {
      const { lastOnlineAtc, last: before, log } = state(card) ?? {};
      return `${lastOnlineAtc} ${before?.onlineNotCompleted} ${log?.length}`;
    };
    const commands = [SELECT_BANK, initiate(), first('80'), second('40')];
    const seen = await cuts(commands, tears, look, bankWith({ '9F56': '00' }, { atc: 6 }));
    isOneStep(seen, '01 true 0', '07 false 1');
  });

  it('in a wrong issuer authentication: it is remembered, or was not compared', async () => {
    const look = (card: SimulatedCard) => String(state(card)?.last.issuerAuthenticationFailed);
    isOneStep(await cuts([SELECT_BANK, initiate(), first('80'), WRONG_RESPONSE], tears, look), 'false', 'true');
  });

  it('in a reload: balance and its log change together or not at all', async () => {
    const card = await poweredBank(undefined, 'laboratory-e-cash');
    const { cryptogram } = transaction(card, '80');
    const put = script('04DA9F79', '000000009000', 1, cryptogram);
    const look = (after: SimulatedCard) => `${state(after)?.balance} ${state(after)?.loadLog.length}`;
    isOneStep(await cuts([SELECT_BANK, initiate(), first('80'), put], tears, look), '000000005000 0', '000000009000 1');
  });

  it('in UPDATE RECORD and PUT DATA of a limit: the old or the new', async () => {
    const card = await poweredBank(undefined, 'laboratory-e-cash');
    const { cryptogram } = transaction(card, '80');
    const begin = [SELECT_BANK, initiate(), first('80')];
    const update = script('04DC0124', '70089F14010A9F230114', 1, cryptogram);
    const record = (after: SimulatedCard) => after.image().financial?.records['4.1'] ?? '';
    isOneStep(await cuts([...begin, update], tears, record), '70089F1401039F230107', '70089F14010A9F230114');
    const limit = (after: SimulatedCard) => after.image().financial?.data['9F77'] ?? '';
    const put = script('04DA9F77', '000000020000', 1, cryptogram);
    isOneStep(await cuts([...begin, put], tears, limit), '000000015000', '000000020000');
  });

  it('in PIN CHANGE: exactly one of the two PINs, with its tries', async () => {
    const card = await poweredBank(undefined, 'laboratory-e-cash');
    const { cryptogram } = transaction(card, '80', {}, WRONG_PIN);
    const change = script('84240002', newPin('06735190FFFFFFFF'), 1, cryptogram);
    const look = (after: SimulatedCard) => {
      const { digits, triesLeft } = after.image().financial?.pin ?? {};
      return `${digits} ${triesLeft}`;
    };
    isOneStep(await cuts([SELECT_BANK, initiate(), WRONG_PIN, first('80'), change], tears, look), '1234 2', '735190 3');
  });

  it('in APPLICATION BLOCK: it is blocked or not', async () => {
    const card = await poweredBank(undefined, 'laboratory-e-cash');
    const { cryptogram } = transaction(card, '80');
    const block = script('841E0000', '', 1, cryptogram);
    const look = (after: SimulatedCard) => String(state(after)?.blocked);
    isOneStep(await cuts([SELECT_BANK, initiate(), first('80'), block], tears, look), 'false', 'true');
  });
});

it('10,000 cuts never give more comparisons than tries', async () => {
  const card = await poweredBank();
  let spent = 0;
  for (let round = 0; round < 10_000; round++) {
    const before = card.image().financial?.pin.triesLeft ?? 0;
    ask(card, SELECT_BANK, initiate());
    cut(card, WRONG_PIN, round % 5);
    if (card.image().financial?.pin.triesLeft !== before) spent++;
  }
  expect(spent).toBe(3);
  expect(last(card, SELECT_BANK, initiate(), RIGHT_PIN)).toBe('6984');
});

it('the counter never goes back, whatever is cut', async () => {
  const card = await poweredBank(bankWith({ '9F58': 'FF' }), 'laboratory-e-cash');
  let highest = 0;
  for (let round = 0; round < 300; round++) {
    ask(card, SELECT_BANK);
    cut(card, initiate(PAY), round % 5);
    const { atc = 0 } = state(card) ?? {};
    expect(atc).toBeGreaterThanOrEqual(highest);
    highest = atc;
  }
  expect(highest).toBeGreaterThan(0);
});

it('what was taken is what the log says, over hundreds of payments cut short', async () => {
  const card = await poweredBank(bankWith({ '9F58': 'FF' }, { balance: '000000500000' }), 'laboratory-e-cash');
  let payments = 0;
  for (let round = 0; round < 300; round++) {
    ask(card, SELECT_BANK, initiate(PAY));
    const before = state(card)?.log[0];
    cut(card, first('40', PAY), round % 56);
    if (state(card)?.log[0] !== before) payments++;
    expect(Number(state(card)?.balance)).toBe(500_000 - 750 * payments);
  }
  expect(payments).toBeGreaterThan(0);
  expect(readAnswer(last(card, SELECT_BANK, initiate(PAY), first('40', PAY))).information).toBe('40');
});
