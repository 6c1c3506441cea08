import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { type ChainingOptions, withChaining } from '../../../apdu/chaining.ts';
import { SscardError } from '../../../apdu/errors.ts';

/** A card that gives the answers in turn, the last one for ever; keeps what it was sent. */
function cardThatAnswers(...answers: string[]) {
  const sent: string[] = [];
  const waits: unknown[] = [];
  return {
    sent,
    waits,
    async transmit(command: Uint8Array, waiting?: unknown): Promise<Uint8Array> {
      const answer = answers[Math.min(sent.length, answers.length - 1)];
      sent.push(toHex(command));
      waits.push(waiting);
      return fromHex(answer ?? '');
    },
  };
}

async function exchange(card: ReturnType<typeof cardThatAnswers>, command: string, options?: ChainingOptions) {
  return toHex(await withChaining(card, options).transmit(fromHex(command)));
}

describe('an answer that needs no chain', () => {
  test.each([
    ['00A40000', '9000'],
    ['00B2012C10', '01029000'],
    ['00B2012C10', '6A83'],
    ['0020000003123456', '63C2'],
    ['00820004080102030405060708', '6985'],
  ])('to %s is handed on: %s', async (command, answer) => {
    const card = cardThatAnswers(answer);
    expect(await exchange(card, command)).toBe(answer);
    expect(card.sent).toEqual([command]);
  });

  test.each(['6700', '6F00', '6300', '6581', '6C', '9000'].map((sw) => sw.padEnd(4, '0')))(
    '%s is never followed by another command when no Le was given',
    async (sw) => {
      const card = cardThatAnswers(sw);
      expect(await exchange(card, '0020000003123456')).toBe(sw);
      expect(card.sent).toHaveLength(1);
    },
  );
});

describe('61xx', () => {
  test('is fetched with the length that waits', async () => {
    const card = cardThatAnswers('6102', 'AABB9000');
    expect(await exchange(card, '00A40400023F0000')).toBe('AABB9000');
    expect(card.sent).toEqual(['00A40400023F0000', '00C0000002']);
  });

  test('is fetched in rounds, the last status stands behind all data', async () => {
    const card = cardThatAnswers('6102', 'AABB6101', 'CC6283');
    expect(await exchange(card, '00A40400023F0000')).toBe('AABBCC6283');
    expect(card.sent.slice(1)).toEqual(['00C0000002', '00C0000001']);
  });

  test('after data of the command itself goes on from there', async () => {
    const card = cardThatAnswers('AA6101', 'BB9000');
    expect(await exchange(card, '00B2012C00')).toBe('AABB9000');
  });

  test('6100 means 256 bytes or more', async () => {
    const card = cardThatAnswers('6100', '019000');
    await exchange(card, '00A40400023F0000');
    expect(card.sent[1]).toBe('00C0000000');
  });

  test('is fetched up to Le and no further', async () => {
    const card = cardThatAnswers('6110', 'AABB610E');
    expect(await exchange(card, '00A40400023F0002')).toBe('AABB610E');
    expect(card.sent).toEqual(['00A40400023F0002', '00C0000002']);
  });

  test('is fetched beyond Le when the caller wants all', async () => {
    const card = cardThatAnswers('6104', 'AABB6102', 'CCDD9000');
    expect(await exchange(card, '00A40400023F0002', { collectAll: true })).toBe('AABBCCDD9000');
    expect(card.sent.slice(1)).toEqual(['00C0000004', '00C0000002']);
  });

  test('to a command without Le is handed on', async () => {
    const card = cardThatAnswers('611E', '019000');
    expect(await exchange(card, '00A40000023F00')).toBe('611E');
    expect(card.sent).toHaveLength(1);
  });

  test('to a command without Le is fetched when the caller asks', async () => {
    const card = cardThatAnswers('6101', 'AA9000');
    expect(await exchange(card, '00A40000023F00', { fetch: 'always' })).toBe('AA9000');
  });

  test('fetches a long answer of an extended command', async () => {
    const full = 'AB'.repeat(256);
    const card = cardThatAnswers(`${full}6100`, `${full}6180`, `${'CD'.repeat(128)}9000`);
    expect(await exchange(card, '00B00000000280')).toBe(`${full}${full}${'CD'.repeat(128)}9000`);
    expect(card.sent.slice(1)).toEqual(['00C0000000', '00C0000080']);
  });

  test('ends with the data so far when the card refuses the rest', async () => {
    const card = cardThatAnswers('AA6101', '6F00');
    expect(await exchange(card, '00B2012C00')).toBe('AA6F00');
  });
});

describe('the class of GET RESPONSE', () => {
  test.each([
    ['00', '00'],
    ['80', '00'],
    ['84', '00'],
    ['0C', '00'],
    ['03', '03'],
    ['81', '01'],
    ['42', '42'],
    ['6F', '4F'],
  ])('after %s is %s', async (cla, expected) => {
    const card = cardThatAnswers('6101', 'AA9000');
    await exchange(card, `${cla}CA000000`);
    expect(card.sent[1]).toBe(`${expected}C0000001`);
  });
});

describe('6Cxx', () => {
  test('repeats the command once with the length the card gives', async () => {
    const card = cardThatAnswers('6C02', 'AABB9000');
    expect(await exchange(card, '00B2012C00')).toBe('AABB9000');
    expect(card.sent).toEqual(['00B2012C00', '00B2012C02']);
  });

  test('6C00 means 256', async () => {
    const card = cardThatAnswers('6C00', '9000');
    await exchange(card, '00B2012C10');
    expect(card.sent[1]).toBe('00B2012C00');
  });

  test('repeats a command with data whole', async () => {
    const card = cardThatAnswers('6C08', '01020304050607089000');
    await exchange(card, '0088000002AABB10');
    expect(card.sent[1]).toBe('0088000002AABB08');
  });

  test('repeats no command with data where the caller does not want it', async () => {
    const card = cardThatAnswers('6C08', '9000');
    expect(await exchange(card, '0088000002AABB10', { repeatData: false })).toBe('6C08');
    expect(await exchange(cardThatAnswers('6C02', 'AABB9000'), '00B2012C00', { repeatData: false })).toBe('AABB9000');
    expect(card.sent).toHaveLength(1);
  });

  test('corrects GET RESPONSE', async () => {
    const card = cardThatAnswers('6110', '6C02', 'AABB9000');
    expect(await exchange(card, '00A40400023F0000')).toBe('AABB9000');
    expect(card.sent.slice(1)).toEqual(['00C0000010', '00C0000002']);
  });

  test('may be followed by 61xx', async () => {
    const card = cardThatAnswers('6C02', '6102', 'AABB9000');
    expect(await exchange(card, '00B2012C00')).toBe('AABB9000');
  });

  test('to a command without Le is handed on: nothing is repeated', async () => {
    const card = cardThatAnswers('6C10');
    expect(await exchange(card, '0020000003123456')).toBe('6C10');
    expect(card.sent).toHaveLength(1);
  });

  test('twice is a card that makes no sense', async () => {
    const card = cardThatAnswers('6C02');
    await expect(exchange(card, '00B2012C00')).rejects.toMatchObject({
      code: 'chain-stalled',
      details: { sw: 0x6c02 },
    });
    expect(card.sent).toHaveLength(2);
  });
});

describe('a card that never ends', () => {
  test('is left after 64 rounds', async () => {
    const card = cardThatAnswers('6101', 'AA6101');
    await expect(exchange(card, '00A40400023F0000')).rejects.toMatchObject({ code: 'chain-too-long' });
    expect(card.sent).toHaveLength(65);
  });

  test('is left after 64 rounds of corrections', async () => {
    const answers = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? '6C01' : 'AA6101'));
    const card = cardThatAnswers(...answers);
    await expect(exchange(card, '00B2012C00')).rejects.toMatchObject({ code: 'chain-too-long' });
    expect(card.sent).toHaveLength(65);
  });

  test('is left after 64 KiB', async () => {
    const card = cardThatAnswers(`${'AA'.repeat(2048)}6100`);
    await expect(exchange(card, '00B00000000000', { collectAll: true })).rejects.toMatchObject({
      code: 'chain-too-long',
    });
    expect(card.sent).toHaveLength(33);
  });

  test('and gives no data is left at once', async () => {
    const card = cardThatAnswers('6110', '6110');
    await expect(exchange(card, '00A40400023F0000')).rejects.toMatchObject({ code: 'chain-stalled' });
    expect(card.sent).toHaveLength(2);
  });
});

describe('what is not understood', () => {
  test('a command that is none is not sent', async () => {
    const card = cardThatAnswers('9000');
    await expect(exchange(card, '00A404')).rejects.toMatchObject({ code: 'command-malformed' });
    expect(card.sent).toEqual([]);
  });

  test.each(['', '90'])('an answer of too few bytes (%s) ends the chain', async (answer) => {
    await expect(exchange(cardThatAnswers(answer), '00B2012C00')).rejects.toMatchObject({ code: 'answer-malformed' });
    await expect(exchange(cardThatAnswers('6101', answer), '00B2012C00')).rejects.toMatchObject({
      code: 'answer-malformed',
    });
  });

  test('a failure of the channel is handed on as it is', async () => {
    const failure = new Error('gone');
    const channel = { transmit: () => Promise.reject(failure) };
    await expect(withChaining(channel).transmit(fromHex('00B2012C00'))).rejects.toBe(failure);
  });
});

describe('a GET RESPONSE that never left', () => {
  const gone = (outcome: 'not-done' | 'unknown') => new SscardError('card-removed', 'gone', { outcome });
  const cardLostAfter = (answers: readonly string[], failure: SscardError) => {
    const left = [...answers];
    return { transmit: async () => (left.length > 0 ? fromHex(left.shift() as string) : Promise.reject(failure)) };
  };

  test('does not say that the command was not done', async () => {
    const card = cardLostAfter(['6104'], gone('not-done'));
    const error = { code: 'card-removed', details: { outcome: 'unknown' } };
    await expect(withChaining(card).transmit(fromHex('00A40400023F0000'))).rejects.toMatchObject(error);
  });

  test.each([['6C02', 'not-done'] as const, ['6104', 'unknown'] as const])(
    'after %s an error with outcome %s is handed on as it is',
    async (answer, outcome) => {
      const failure = gone(outcome);
      await expect(withChaining(cardLostAfter([answer], failure)).transmit(fromHex('00B2012C00'))).rejects.toBe(
        failure,
      );
    },
  );
});

test('an error of another kind is handed on as it is', async () => {
  const answers = [fromHex('6104')];
  const failure = new RangeError('not of a card');
  const card = { transmit: async () => answers.shift() ?? Promise.reject(failure) };
  await expect(withChaining(card).transmit(fromHex('00B2012C00'))).rejects.toBe(failure);
});

test('the waiting options go with every round', async () => {
  const card = cardThatAnswers('6102', 'AABB9000');
  const waiting = { timeout: 5 };
  await withChaining(card).transmit(fromHex('00A40400023F0000'), waiting);
  expect(card.waits).toEqual([waiting, waiting]);
});
