import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { Channel, ReaderEvent } from '../../../drivers/reader.ts';
import type { Match } from '../../../drivers/replay/player.ts';
import { replayReaders } from '../../../drivers/replay/readers.ts';
import { parseTranscript } from '../../../drivers/replay/transcript.ts';

const ATR = 'atr 3B 00';
const SELECT = '00A40000023F00';
const READ1 = '00B2012C06';
const READ2 = '00B2022C06';

const readersOf = (lines: readonly string[], match?: Match) =>
  replayReaders([ATR, ...lines].join('\n'), match ? { match } : {});
const open = (lines: readonly string[], match?: Match) => readersOf(lines, match).waitForCard();
const send = async (channel: Channel, hex: string) => toHex(await channel.transmit(fromHex(hex)));
/** The error of a call, with the members that matter here. */
const failure = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    ({ code, message, details }) => ({ code, message, ...details }),
  );

const two = [`> ${READ1}`, '< 01 90 00', `> ${READ2}`, '< 02 90 00'];

describe('strict', () => {
  it('answers the commands in their order', async () => {
    const channel = await open(two);
    expect([await send(channel, READ1), await send(channel, READ2)]).toEqual(['019000', '029000']);
  });

  it('refuses another command, names the line and both commands', async () => {
    const channel = await open(two);
    expect(await failure(send(channel, READ2))).toEqual({
      code: 'replay-mismatch',
      message: 'line 2 of the transcript has 00 B2 01 2C 06, the program sent 00 B2 02 2C 06',
      line: 2,
      outcome: 'not-done',
      place: 'replay',
    });
  });

  it('stays where it was after a refusal', async () => {
    const channel = await open(two);
    await failure(send(channel, READ2));
    expect(await send(channel, READ1)).toBe('019000');
  });

  it('shows no PIN in a refusal, whether the transcript or the program had it', async () => {
    const channel = await open(['> 00 20 00 00 03 73 51 90', '< 90 00']);
    const { message } = (await failure(send(channel, '0020000003482615'))) as { message: string };
    const masked = '00 20 00 00 03 ** ** **';
    expect(message).toBe(`line 2 of the transcript has ${masked}, the program sent ${masked}`);
  });

  it('says where a masked transcript has no byte', async () => {
    const channel = await open(['> 00 A4 00 00 02 ** F1', '< 90 00']);
    const { message } = (await failure(send(channel, READ1))) as { message: string };
    expect(message).toContain('has 00 A4 00 00 02 ** F1,');
  });

  it('says when the transcript is at its end', async () => {
    const channel = await open(two.slice(0, 2));
    await send(channel, READ1);
    expect(await failure(send(channel, READ2))).toMatchObject({ code: 'replay-exhausted', outcome: 'not-done' });
  });

  it('does not know what became of a command at which the recording was cut', async () => {
    const channel = await open([`> ${READ1}`]);
    expect(await failure(send(channel, READ1))).toMatchObject({ code: 'replay-exhausted', outcome: 'unknown' });
  });

  it('takes any byte where the transcript is masked, but not another length', async () => {
    const lines = ['> 00 20 00 00 03 ** ** **', '< 90 00'];
    expect(await send(await open(lines), '0020000003482615')).toBe('9000');
    const channel = await open(lines);
    expect(await failure(send(channel, '002000000248261'.concat('5')))).toMatchObject({ code: 'replay-mismatch' });
  });

  it('gives a masked byte of an answer as an asterisk', async () => {
    expect(await send(await open([`> ${READ1}`, '< 01 ** 90 00']), READ1)).toBe('012A9000');
  });

  it('gives answers that the caller may wipe', async () => {
    const transcript = parseTranscript([ATR, ...two].join('\n'));
    const first = await replayReaders(transcript).waitForCard();
    (await first.transmit(fromHex(READ1))).fill(0);
    expect(await send(await replayReaders(transcript).waitForCard(), READ1)).toBe('019000');
  });
});

describe('any', () => {
  it('answers in any order, and again', async () => {
    const channel = await open(two, 'any');
    const answers = [await send(channel, READ2), await send(channel, READ1), await send(channel, READ2)];
    expect(answers).toEqual(['029000', '019000', '029000']);
  });

  it('gives the answers of a repeated command in their order, then the last one', async () => {
    const channel = await open([`> ${READ1}`, '< 63 C5', `> ${READ1}`, '< 63 C4'], 'any');
    const answers = [await send(channel, READ1), await send(channel, READ1), await send(channel, READ1)];
    expect(answers).toEqual(['63C5', '63C4', '63C4']);
  });

  it('refuses a command that was not recorded', async () => {
    const channel = await open(two, 'any');
    expect(await failure(send(channel, '00B2032C06'))).toMatchObject({
      code: 'replay-mismatch',
      message: 'no unused command of the transcript fits 00 B2 03 2C 06',
    });
  });

  it('says that the transcript is at its end when every command was used', async () => {
    const channel = await open(two.slice(0, 2), 'any');
    await send(channel, READ1);
    expect(await failure(send(channel, READ2))).toMatchObject({ code: 'replay-exhausted' });
  });
});

describe('header', () => {
  const verify = ['> 00 20 00 00 03 12 34 56', '< 63 C5', '> 00 20 00 00 03 12 34 56', '< 63 C4'];

  it('takes the first unused command with the same header, whatever its data', async () => {
    const channel = await open([...two, ...verify], 'header');
    const answers = [
      await send(channel, '0020000003735190'),
      await send(channel, READ1),
      await send(channel, '00200000'),
    ];
    expect(answers).toEqual(['63C5', '019000', '63C4']);
  });

  it('uses each recorded command once', async () => {
    const channel = await open([...two, ...verify.slice(0, 2)], 'header');
    await send(channel, '0020000003735190');
    expect(await failure(send(channel, '0020000003735190'))).toMatchObject({ code: 'replay-mismatch' });
  });

  it('refuses less than a header', async () => {
    expect(await failure(send(await open(two, 'header'), '00B201'))).toMatchObject({ code: 'replay-mismatch' });
  });
});

describe('an event', () => {
  it.each([
    ['removed', 'card-removed', 'unknown'],
    ['reset', 'card-reset', 'not-done'],
    ['mute', 'card-mute', 'unknown'],
    ['cancelled', 'cancelled', 'unknown'],
    ['malformed', 'answer-malformed', 'unknown'],
    ['reader-lost', 'reader-lost', 'unknown'],
    ['service-lost', 'service-lost', 'unknown'],
    ['failed', 'recorded-failure', 'unknown'],
  ])('%s in place of an answer ends the command with %s', async (event, code, outcome) => {
    const channel = await open([`> ${READ1}`, `! ${event}`]);
    expect(await failure(send(channel, READ1))).toMatchObject({ code, outcome, line: 3, place: 'replay' });
  });

  it('says what the transcript knows about the command', async () => {
    const channel = await open([`> ${READ1}`, '! removed not-done']);
    expect(await failure(send(channel, READ1))).toMatchObject({ code: 'card-removed', outcome: 'not-done' });
  });

  it.each(['strict', 'any', 'header'] as const)('before a command acts before it is sent (%s)', async (match) => {
    const channel = await open([...two.slice(0, 2), '! failed', ...two.slice(2)], match);
    await send(channel, READ1);
    expect(await failure(send(channel, READ2))).toMatchObject({ code: 'recorded-failure', outcome: 'not-done' });
    expect(await send(channel, READ2)).toBe('029000');
  });

  it.each(['strict', 'any', 'header'] as const)('after the last command acts then (%s)', async (match) => {
    const channel = await open([...two.slice(0, 2), '! removed'], match);
    await send(channel, READ1);
    expect(await failure(send(channel, READ2))).toMatchObject({ code: 'card-removed', outcome: 'not-done' });
  });

  it.each(['removed', 'mute', 'cancelled', 'reader-lost', 'service-lost'])('%s ends the channel', async (event) => {
    const channel = await open([`> ${READ1}`, `! ${event}`]);
    const first = (await failure(send(channel, READ1))) as { code: string };
    expect(await failure(send(channel, READ1))).toMatchObject({ code: first.code, outcome: 'not-done' });
    expect(await failure(channel.reset('warm'))).toMatchObject({ code: first.code });
    expect(await failure(channel.transaction('leave', async () => {}))).toMatchObject({ code: first.code });
  });

  it('cancelled before the command left does not end the channel', async () => {
    const channel = await open([`> ${READ1}`, '! cancelled not-done', ...two]);
    await failure(send(channel, READ1));
    expect(await send(channel, READ1)).toBe('019000');
  });

  it('reset stops everything until the program resets the card itself', async () => {
    const channel = await open(['! reset', ...two]);
    expect(await failure(send(channel, READ1))).toMatchObject({ code: 'card-reset', outcome: 'not-done' });
    expect(await failure(send(channel, READ1))).toMatchObject({ code: 'card-reset' });
    await channel.reset('warm');
    expect(await send(channel, READ1)).toBe('019000');
  });
});

describe('a recorded reset', () => {
  it('is the one the program makes at the same place, with the new ATR', async () => {
    const channel = await open([...two.slice(0, 2), '! reset', 'atr 3B 01 FF', ...two.slice(2)]);
    await send(channel, READ1);
    expect(toHex(await channel.reset('cold'))).toBe('3B01FF');
    expect(toHex(channel.atr)).toBe('3B01FF');
    expect(await send(channel, READ2)).toBe('029000');
  });

  it('is the one at the end of a transaction', async () => {
    const channel = await open([...two.slice(0, 2), '! reset', ...two.slice(2)]);
    expect(await channel.transaction('reset', () => send(channel, READ1))).toBe('019000');
    expect(await send(channel, READ2)).toBe('029000');
  });

  it('is the one after a transaction that failed', async () => {
    const channel = await open([...two.slice(0, 2), '! reset', ...two.slice(2)]);
    const work = async () => {
      await send(channel, READ1);
      throw new Error('work');
    };
    await expect(channel.transaction('leave', work)).rejects.toThrow('work');
    expect(await send(channel, READ2)).toBe('029000');
  });

  it('is not taken by a transaction that leaves the card as it is', async () => {
    const channel = await open([...two.slice(0, 2), '! reset', ...two.slice(2)]);
    await channel.transaction('leave', () => send(channel, READ1));
    expect(await failure(send(channel, READ2))).toMatchObject({ code: 'card-reset' });
  });

  it('may be missing: a reset of the program changes nothing', async () => {
    const channel = await open(two);
    expect(toHex(await channel.reset('warm'))).toBe('3B00');
    expect(await send(channel, READ1)).toBe('019000');
  });

  it.each(['any', 'header'] as const)('is the one at the place of the last command (%s)', async (match) => {
    const channel = await open([...two.slice(0, 2), '! reset', ...two.slice(2)], match);
    await send(channel, READ1);
    await channel.reset('warm');
    expect(await send(channel, READ2)).toBe('029000');
  });
});

describe('the slot', () => {
  it('has the card from the start, in use while a channel is open', async () => {
    const readers = readersOf(two);
    const slot = { name: 'replay', kind: 'card', state: 'present', atr: fromHex('3B00') };
    expect(await readers.list()).toEqual([slot]);
    const channel = await readers.waitForCard();
    expect(await readers.list()).toEqual([{ ...slot, inUse: 'exclusive' }]);
    await channel.close();
    expect(await readers.list()).toEqual([slot]);
  });

  it('is empty after a removal, until the transcript puts a card in', async () => {
    const readers = readersOf([`> ${READ1}`, '! removed', '! inserted', 'atr 3B 01 FF', ...two]);
    const first = await readers.waitForCard();
    await failure(send(first, READ1));
    expect(await readers.list()).toEqual([{ name: 'replay', kind: 'card', state: 'empty' }]);
    const second = await readers.waitForCard();
    expect(toHex(second.atr)).toBe('3B01FF');
    expect(await send(second, READ1)).toBe('019000');
    expect(await failure(send(first, READ1))).toMatchObject({ code: 'card-removed' });
  });

  it('may get its card later', async () => {
    const readers = replayReaders('! inserted\natr 3B 00');
    expect(await readers.list()).toMatchObject([{ state: 'empty' }]);
    expect(toHex((await readers.waitForCard()).atr)).toBe('3B00');
  });

  it('stays empty when the transcript puts no card in', async () => {
    const readers = readersOf([`> ${READ1}`, '! removed']);
    await failure(send(await readers.waitForCard(), READ1));
    expect(await failure(readers.waitForCard())).toMatchObject({ code: 'no-card' });
    expect(await failure(replayReaders('').waitForCard())).toMatchObject({ code: 'no-card' });
  });

  it('goes on where it stood when it is opened again', async () => {
    const readers = readersOf(two);
    const first = await readers.waitForCard();
    await send(first, READ1);
    await first.close();
    expect(await send(await readers.waitForCard(), READ2)).toBe('029000');
  });

  it('is opened once at a time', async () => {
    const readers = readersOf(two);
    await readers.waitForCard();
    expect(await failure(readers.waitForCard())).toMatchObject({ code: 'card-in-use' });
  });

  it('may be opened again after the card went mute', async () => {
    const readers = readersOf([`> ${READ1}`, '! mute', ...two]);
    const first = await readers.waitForCard();
    await failure(send(first, READ1));
    const second = await readers.waitForCard();
    await first.close();
    expect(await readers.list()).toMatchObject([{ inUse: 'exclusive' }]);
    expect(await send(second, READ1)).toBe('019000');
  });

  it('plays an insertion once also out of order', async () => {
    const channel = await open([`> ${READ1}`, '! removed', '! inserted', `> ${READ2}`, '< 02 90 00'], 'any');
    expect(await send(channel, READ2)).toBe('029000');
  });

  it('gives a masked check byte of the ATR so that the check holds', async () => {
    const { atr } = await replayReaders('atr 3B E5 00 00 81 31 FE 45 A1 ** A3 A4 A5 **').waitForCard();
    expect(toHex(atr.subarray(9, 10))).toBe('2A');
    expect(atr.subarray(1).reduce((check, byte) => check ^ byte, 0)).toBe(0);
  });

  it('is chosen by a part of its name', async () => {
    const readers = replayReaders(ATR, { name: 'Desk 3' });
    expect((await readers.waitForCard({ reader: 'desk' })).slot).toBe('Desk 3');
  });

  it.each([{ reader: 'other' }, { except: ['replay'] }])('is not found as %j', async (options) => {
    expect(await failure(readersOf(two).waitForCard(options))).toMatchObject({
      code: 'reader-not-found',
      choices: ['replay'],
    });
  });

  it('speaks the protocol that was recorded', async () => {
    const readers = replayReaders('protocol T=1\natr 3B 00');
    expect(await failure(readers.waitForCard({ protocols: ['T=0'] }))).toMatchObject({ code: 'card-unresponsive' });
    expect((await readers.waitForCard({ protocols: ['T=1', 'T=0'] })).protocol).toBe('T=1');
  });
});

describe('the channel', () => {
  it('says what it cannot do, and does not do it', async () => {
    const channel = await open(two);
    expect(channel.chains).toBe(false);
    expect([...channel.lacks].sort()).toEqual(['attributes', 'control', 'exact-codes', 'shared']);
    expect(await failure(channel.control(1, new Uint8Array()))).toMatchObject({ code: 'unsupported' });
    expect(await failure(channel.attribute(1))).toMatchObject({ code: 'unsupported' });
  });

  it('may be closed twice, and carries nothing then', async () => {
    const channel = await open(two);
    await channel.close();
    await channel.close('leave');
    expect(await failure(send(channel, READ1))).toMatchObject({ code: 'channel-closed', outcome: 'not-done' });
  });

  it('is closed at the end of its block', async () => {
    const readers = readersOf(two);
    {
      await using _channel = await readers.waitForCard();
    }
    expect(await readers.list()).not.toMatchObject([{ inUse: 'exclusive' }]);
  });

  it('sends nothing once the caller has cancelled', async () => {
    const channel = await open(two);
    const signal = AbortSignal.abort();
    expect(await failure(channel.transmit(fromHex(READ1), { signal }))).toMatchObject({ code: 'cancelled' });
    expect(await failure(channel.reset('warm', { signal }))).toMatchObject({ code: 'cancelled' });
    expect(await send(channel, READ1)).toBe('019000');
  });

  it('is not opened once the caller has cancelled, or the readers are closed', async () => {
    const readers = readersOf(two);
    expect(await failure(readers.waitForCard({ signal: AbortSignal.abort() }))).toMatchObject({ code: 'cancelled' });
    await readers[Symbol.asyncDispose]();
    expect(await failure(readers.waitForCard())).toMatchObject({ code: 'cancelled' });
  });

  it('is closed with its readers', async () => {
    const readers = readersOf(two);
    const channel = await readers.waitForCard();
    await readers[Symbol.asyncDispose]();
    expect(await failure(send(channel, READ1))).toMatchObject({ code: 'channel-closed' });
  });
});

describe('those who watch', () => {
  it('are told of what the transcript does to reader and card', async () => {
    const lines = ['! removed', '! inserted', '! reader-lost', '! inserted', '! service-lost', '! inserted', '! reset'];
    const readers = readersOf(lines);
    const seen: string[] = [];
    const end = new AbortController();
    const watching = (async () => {
      for await (const event of readers.watch({ signal: end.signal })) seen.push(event.type);
    })();
    for (let times = 0; times < 4; times++) {
      const channel = await readers.waitForCard();
      await failure(send(channel, READ1));
      await new Promise(setImmediate);
    }
    end.abort();
    await watching;
    expect(seen).toEqual([
      'reader-attached',
      'card-inserted',
      'card-removed',
      'card-inserted',
      'reader-detached',
      'reader-attached',
      'card-inserted',
      'service-lost',
      'service-back',
      'card-inserted',
    ]);
  });

  it('see an empty slot when no card is in', async () => {
    const readers = replayReaders('');
    const seen: ReaderEvent[] = [];
    const watching = (async () => {
      for await (const event of readers.watch()) seen.push(event);
    })();
    await new Promise(setImmediate);
    await readers[Symbol.asyncDispose]();
    await watching;
    expect(seen).toEqual([{ type: 'reader-attached', slot: { name: 'replay', kind: 'card', state: 'empty' } }]);
  });
});

it('refuses a transcript that is none', () => {
  expect(() => replayReaders('nonsense')).toThrow(expect.objectContaining({ code: 'transcript-malformed' }));
});

it('selects by name what is in the root of a card', async () => {
  expect(await send(await open([`> ${SELECT}`, '< 90 00']), SELECT)).toBe('9000');
});
