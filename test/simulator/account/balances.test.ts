import { describe, expect, it } from 'vitest';
import { goldenScript, pinOf, type Script, scriptedCard } from './scripted.ts';

const ANSWERS = { balance: '00002710', selfPaid: '00000BB8', pooled: '00004E20' } as const;

/** The golden exchange with other answers to the three GET BALANCE. */
function answering(balance: string, selfPaid: string, pooled: string): Pick<Script, 'steps' | 'atr'> {
  const { steps, atr } = goldenScript('flow-account-show');
  const answers = [balance, selfPaid, pooled];
  return { atr, steps: steps.map((step, at) => ({ ...step, hex: inPlace(step.hex, at, steps.length, answers) })) };
}

/** The last six lines are command and answer in turn. */
function inPlace(hex: string, at: number, lines: number, answers: readonly string[]): string {
  const from = at - (lines - 6);
  return from >= 0 && from % 2 === 1 ? (answers[(from - 1) / 2] ?? hex) : hex;
}

describe('a card that wants the PIN for one of them', () => {
  const script = () => answering(`${ANSWERS.balance}9000`, '6982', `${ANSWERS.pooled}20269000`);

  it('withholds that one, and says why', async () => {
    const { social, left } = await scriptedCard(script());
    expect(await social.account.show()).toEqual({
      balance: 10_000,
      selfPaidYear: null,
      selfPaid: null,
      pooledYear: 2026,
      pooled: 20_000,
      withheld: [{ field: 'selfPaid', reason: 'pin-needed' }],
      oddities: [],
    });
    expect(left).toEqual([]);
  });

  it('is not sent a PIN whose tries nobody knows, unless the caller says so', async () => {
    const { social, channel } = await scriptedCard(script());
    const { withheld } = await social.account.show({ pin: pinOf() });
    expect(withheld).toEqual([{ field: 'selfPaid', reason: 'pin-not-sent', why: 'tries-unknown' }]);
    expect(channel.sent.filter((hex) => hex.startsWith('0020'))).toEqual([]);
  });
});

it('a PIN that is wrong is presented once for all three', async () => {
  const { steps, atr } = answering('6982', '6982', '6982');
  const verify = [
    { kind: 'command', hex: '0020000003735190', line: 0 },
    { kind: 'answer', hex: '63C2', line: 0 },
  ];
  const { social, left } = await scriptedCard({ atr, steps: steps.toSpliced(steps.length - 4, 0, ...verify) });
  const { balance, withheld } = await social.account.show({ pin: pinOf(), lastTry: true });
  const wrong = { reason: 'pin-wrong', triesLeft: 2 };
  expect({ balance, withheld }).toEqual({
    balance: null,
    withheld: ['balance', 'selfPaid', 'pooled'].map((field) => ({ field, ...wrong })),
  });
  expect(left).toEqual([]);
});

describe('the year', () => {
  it.each(['0000', 'FFFF'])('%s is none', async (year) => {
    const script = answering(`${ANSWERS.balance}9000`, `${ANSWERS.selfPaid}${year}9000`, `${ANSWERS.pooled}20259000`);
    const { social } = await scriptedCard(script);
    expect(await social.account.show()).toMatchObject({ selfPaidYear: null, pooledYear: 2025, oddities: [] });
  });

  it.each(['20A6', '202F', 'F026'])('%s is odd, and kept as it is', async (raw) => {
    const script = answering(`${ANSWERS.balance}9000`, `${ANSWERS.selfPaid}20269000`, `${ANSWERS.pooled}${raw}9000`);
    const { social } = await scriptedCard(script);
    const shown = { pooledYear: null, pooled: 20_000, oddities: [{ field: 'pooledYear', raw }] };
    expect(await social.account.show()).toMatchObject(shown);
  });
});

describe('what is refused', () => {
  it.each(['9000', '0000279000', '00002710209000', '00002710000027109000'])(
    'an amount of another length: %s',
    async (answer) => {
      const { social } = await scriptedCard(answering(answer, '6982', '6982'));
      const details = { step: 'get-balance', place: 'DF04' };
      await expect(social.account.show()).rejects.toMatchObject({ code: 'answer-malformed', details });
    },
  );

  it.each(['6985', '6A81', '6D00', '9303'])('a status word that is no "not yet": %s', async (answer) => {
    const { social, channel } = await scriptedCard(answering(answer, '6982', '6982'));
    const details = { step: 'get-balance', place: 'DF04', sw: Number.parseInt(answer, 16) };
    await expect(social.account.show()).rejects.toMatchObject({ code: 'card-refused', details });
    expect(channel.endings).toEqual(['reset']);
  });
});

describe('after it', () => {
  it('the card is left as it is where no PIN was offered', async () => {
    const { social, channel } = await scriptedCard(goldenScript('flow-account-show'));
    await social.account.show();
    expect(channel.endings).toEqual(['leave']);
  });

  it('the card is reset where one was', async () => {
    const { social, channel } = await scriptedCard(goldenScript('flow-account-show-pin'));
    await social.account.show({ pin: pinOf(), lastTry: true });
    expect(channel.endings).toEqual(['reset']);
  });
});
