import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { Channel } from '../../../drivers/reader.ts';
import { replayReaders } from '../../../drivers/replay/readers.ts';
import { type LineWriter, recordChannel } from '../../../drivers/replay/record.ts';

const HEAD = ['format 1', 'protocol T=0', 'atr 3B 00'];
const SELECT = '00A4000002DDF1';
const VERSION = '00B2032806';
const exchange = [`> ${SELECT}`, '< 90 00', `> ${VERSION}`, '< 03 04 32 2E 30 30 90 00'];

const cardOf = (lines: readonly string[]) => replayReaders(['atr 3B 00', ...lines].join('\n')).waitForCard();

async function recording(lines: readonly string[]): Promise<{ channel: Channel; lines: string[] }> {
  const written: string[] = [];
  const channel = recordChannel(await cardOf(lines), (line) => {
    written.push(line);
  });
  return { channel, lines: written };
}

const send = async (channel: Channel, hex: string) => toHex(await channel.transmit(fromHex(hex)));
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    ({ code }) => code,
  );

/** A channel whose answers come when the test says so. */
async function slowCard(): Promise<{ channel: Channel; answer: (hex: string) => void; fail: (error: Error) => void }> {
  const waiting: { resolve: (answer: Uint8Array) => void; reject: (error: Error) => void }[] = [];
  const channel = Object.assign(await cardOf([]), {
    transmit: () => new Promise<Uint8Array>((resolve, reject) => waiting.push({ resolve, reject })),
  });
  const answer = (hex: string) => waiting.shift()?.resolve(fromHex(hex));
  return { channel, answer, fail: (error) => waiting.shift()?.reject(error) };
}

describe('a recorded channel', () => {
  it('begins with the format, the protocol and the ATR', async () => {
    expect((await recording([])).lines).toEqual(HEAD);
  });

  it('writes each line as it happens', async () => {
    const { channel, answer } = await slowCard();
    const lines: string[] = [];
    const recorded = recordChannel(channel, (line) => {
      lines.push(line);
    });
    const first = send(recorded, SELECT);
    expect(lines.slice(3)).toEqual(['> 00 A4 00 00 02 DD F1']);
    answer('9000');
    await first;
    expect(lines.slice(3)).toEqual(['> 00 A4 00 00 02 DD F1', '< 90 00']);
  });

  it('keeps command and answer together when several commands are on their way', async () => {
    const { channel, answer } = await slowCard();
    const lines: string[] = [];
    const recorded = recordChannel(channel, (line) => {
      lines.push(line);
    });
    const both = [send(recorded, SELECT), send(recorded, VERSION)];
    answer('9000');
    answer('0304322E30309000');
    await Promise.all(both);
    expect(lines.slice(3)).toEqual([
      '> 00 A4 00 00 02 DD F1',
      '< 90 00',
      '> 00 B2 03 28 06',
      '< 03 04 32 2E 30 30 90 00',
    ]);
  });

  it('masks where the line is made', async () => {
    const { channel, lines } = await recording(['> 00 20 00 00 03 73 51 90', '< 63 C5']);
    await send(channel, '0020000003735190');
    expect(lines.slice(3)).toEqual(['> 00 20 00 00 03 ** ** **', '< 63 C5']);
  });

  it('may have its command wiped while it waits for its turn', async () => {
    const { channel, answer } = await slowCard();
    const lines: string[] = [];
    const recorded = recordChannel(channel, (line) => {
      lines.push(line);
    });
    const first = send(recorded, SELECT);
    const second = fromHex(VERSION);
    const waiting = recorded.transmit(second);
    second.fill(0);
    answer('9000');
    answer('6A83');
    await Promise.all([first, waiting]);
    expect(lines.slice(5)).toEqual(['> 00 B2 03 28 06', '< 6A 83']);
  });

  it('writes a note as a comment of one line, which a replay does not see', async () => {
    const written: string[] = [];
    const channel = recordChannel(await cardOf(exchange), (line) => {
      written.push(line);
    });
    await send(channel, SELECT);
    channel.note('key UK1:\npsam');
    await send(channel, VERSION);
    expect(written[5]).toBe('# key UK1: psam');
    const again = await replayReaders(written.join('\n')).waitForCard();
    expect([await send(again, SELECT), await send(again, VERSION)]).toEqual(['9000', '0304322E30309000']);
  });

  it('gives the answers as the card gave them', async () => {
    const { channel } = await recording(exchange);
    expect(await send(channel, SELECT)).toBe('9000');
    expect(await send(channel, VERSION)).toBe('0304322E30309000');
  });

  it('is the channel below in everything else', async () => {
    const inner = await cardOf(exchange);
    const channel = recordChannel(inner, () => {});
    const { slot, chains, lacks, protocol, atr } = channel;
    expect({ slot, chains, lacks, protocol, atr }).toEqual({
      slot: inner.slot,
      chains: inner.chains,
      lacks: inner.lacks,
      protocol: inner.protocol,
      atr: inner.atr,
    });
    expect(await codeOf(channel.control(1, new Uint8Array()))).toBe('unsupported');
    expect(await codeOf(channel.attribute(1))).toBe('unsupported');
  });
});

describe('what broke is written as an event', () => {
  it.each([
    ['removed', 'card-removed'],
    ['mute', 'card-mute'],
    ['cancelled', 'cancelled'],
    ['reader-lost', 'reader-lost'],
    ['service-lost', 'service-lost'],
    ['malformed', 'answer-malformed'],
    ['failed', 'recorded-failure'],
  ])('%s', async (event, code) => {
    const { channel, lines } = await recording([`> ${SELECT}`, `! ${event}`]);
    expect(await codeOf(send(channel, SELECT))).toBe(code);
    expect(lines.slice(3)).toEqual(['> 00 A4 00 00 02 DD F1', `! ${event} unknown`]);
  });

  it('a foreign reset, and nothing is selected after it', async () => {
    const { channel, lines } = await recording([
      `> ${SELECT}`,
      '< 90 00',
      '! reset',
      `> ${VERSION}`,
      '< 03 04 32 2E 30 30 90 00',
    ]);
    await send(channel, SELECT);
    expect(await codeOf(send(channel, VERSION))).toBe('card-reset');
    await channel.reset('warm');
    await send(channel, VERSION);
    expect(lines.slice(5)).toEqual([
      '> 00 B2 03 28 06',
      '! reset not-done',
      '! reset',
      'atr 3B 00',
      '> 00 B2 03 28 06',
      '< ** ** ** ** ** ** 90 00',
    ]);
  });

  it('any other error', async () => {
    const { channel, fail } = await slowCard();
    const lines: string[] = [];
    const recorded = recordChannel(channel, (line) => {
      lines.push(line);
    });
    const work = send(recorded, SELECT);
    fail(new Error('735190'));
    await expect(work).rejects.toThrow('735190');
    expect(lines.slice(3)).toEqual(['> 00 A4 00 00 02 DD F1', '! failed unknown']);
  });

  it('an answer without a status word', async () => {
    const { channel, answer } = await slowCard();
    const lines: string[] = [];
    const recorded = recordChannel(channel, (line) => {
      lines.push(line);
    });
    const work = send(recorded, SELECT);
    answer('90');
    await work;
    expect(lines.slice(3)).toEqual(['> 00 A4 00 00 02 DD F1', '! malformed']);
  });

  it('attempts after the card left make no lines', async () => {
    const { channel, lines } = await recording([`> ${SELECT}`, '! removed']);
    await codeOf(send(channel, SELECT));
    expect(await codeOf(send(channel, VERSION))).toBe('card-removed');
    expect(await codeOf(channel.transaction('reset', async () => {}))).toBe('card-removed');
    expect(lines).toHaveLength(5);
  });

  it('commands that were on their way when the card left make no lines', async () => {
    const { channel, fail } = await slowCard();
    const lines: string[] = [];
    const recorded = recordChannel(channel, (line) => {
      lines.push(line);
    });
    const both = [codeOf(send(recorded, SELECT)), codeOf(send(recorded, VERSION))];
    fail(new SscardError('card-removed', '', { outcome: 'unknown' }));
    fail(new SscardError('card-removed', '', { outcome: 'not-done' }));
    expect(await Promise.all(both)).toEqual(['card-removed', 'card-removed']);
    expect(lines.slice(3)).toEqual(['> 00 A4 00 00 02 DD F1', '! removed unknown']);
  });

  it('a card that answers again after a foreign reset is written again', async () => {
    const { channel, answer, fail } = await slowCard();
    const lines: string[] = [];
    const recorded = recordChannel(channel, (line) => {
      lines.push(line);
    });
    const first = codeOf(send(recorded, SELECT));
    fail(new SscardError('card-reset', ''));
    await first;
    const second = send(recorded, SELECT);
    answer('9000');
    await second;
    expect(lines.slice(5)).toEqual(['> 00 A4 00 00 02 DD F1', '< 90 00']);
  });
});

describe('resets of the program are written with the new ATR', () => {
  it('when it resets the card', async () => {
    const { channel, lines } = await recording(['! reset', 'atr 3B 01 FF']);
    await channel.reset('cold');
    expect(lines.slice(3)).toEqual(['! reset', 'atr 3B 01 FF']);
  });

  it.each(['reset', 'unpower'] as const)('when a transaction ends with %s', async (ending) => {
    const { channel, lines } = await recording(exchange);
    await channel.transaction(ending, () => send(channel, SELECT));
    expect(lines.slice(5)).toEqual(['! reset', 'atr 3B 00']);
  });

  it('when the work of a transaction fails', async () => {
    const { channel, lines } = await recording([]);
    const work = () => Promise.reject(new Error('work'));
    await expect(channel.transaction('leave', work)).rejects.toThrow('work');
    expect(lines.slice(3)).toEqual(['! reset', 'atr 3B 00']);
  });

  it('but not when the card is left as it is', async () => {
    const { channel, lines } = await recording([]);
    await channel.transaction('leave', async () => {});
    expect(lines).toEqual(HEAD);
  });

  it('nor when the transaction did not begin', async () => {
    const { channel, lines } = await recording([]);
    const signal = AbortSignal.abort();
    expect(await codeOf(channel.transaction('reset', async () => {}, { signal }))).toBe('cancelled');
    expect(lines).toEqual(HEAD);
  });

  it('an ejected card is written as removed', async () => {
    const { channel, lines } = await recording([]);
    await channel.transaction('eject', async () => {});
    expect(lines.slice(3)).toEqual(['! removed']);
  });
});

describe('a writer that fails', () => {
  const failing =
    (after: number, written: string[] = []): LineWriter =>
    (line) => {
      if (written.length === after) throw new Error('disk full');
      written.push(line);
    };

  it('never breaks an exchange', async () => {
    const channel = recordChannel(await cardOf(exchange), failing(4));
    expect(await send(channel, SELECT)).toBe('9000');
    expect(await send(channel, VERSION)).toBe('0304322E30309000');
    expect(await codeOf(channel.close())).toBe('trace-write-failed');
  });

  it('is reported when the channel is closed, after the card was let go', async () => {
    const readers = replayReaders('atr 3B 00');
    const channel = recordChannel(await readers.waitForCard(), failing(0));
    await expect(channel.close()).rejects.toMatchObject({
      code: 'trace-write-failed',
      cause: expect.objectContaining({ message: 'disk full' }),
    });
    expect(await readers.list()).not.toMatchObject([{ inUse: 'exclusive' }]);
  });

  it('gets nothing more: a recording with a hole would lie', async () => {
    const written: string[] = [];
    let failed = false;
    const channel = recordChannel(await cardOf(exchange), (line) => {
      if (line.startsWith('<') && !failed) {
        failed = true;
        throw new Error('disk full');
      }
      written.push(line);
    });
    await send(channel, SELECT);
    await send(channel, VERSION);
    expect(written.slice(3)).toEqual(['> 00 A4 00 00 02 DD F1']);
  });

  it('may fail later', async () => {
    const channel = recordChannel(await cardOf(exchange), async (line) => {
      await new Promise(setImmediate);
      if (line.startsWith('<')) throw new Error('disk full');
    });
    await send(channel, SELECT);
    expect(await codeOf(channel.close())).toBe('trace-write-failed');
  });

  it('is waited for when it is slow', async () => {
    const written: string[] = [];
    const channel = recordChannel(await cardOf(exchange), async (line) => {
      await new Promise(setImmediate);
      written.push(line);
    });
    await send(channel, SELECT);
    await channel.close();
    expect(written).toHaveLength(5);
  });

  it('does not hide why the card could not be let go', async () => {
    const inner = Object.assign(await cardOf([]), { close: () => Promise.reject(new Error('stuck')) });
    await expect(recordChannel(inner, failing(0)).close()).rejects.toThrow('stuck');
  });
});

describe('closing', () => {
  it('may be done twice, and says how the card is left', async () => {
    const endings: unknown[] = [];
    const inner = Object.assign(await cardOf([]), {
      close: async (ending: unknown) => {
        endings.push(ending);
      },
    });
    const channel = recordChannel(inner, () => {});
    await Promise.all([channel.close('unpower'), channel.close()]);
    expect(endings).toEqual(['unpower']);
  });

  it('happens at the end of the block', async () => {
    const readers = replayReaders('atr 3B 00');
    {
      await using _channel = recordChannel(await readers.waitForCard(), () => {});
    }
    expect(await readers.list()).not.toMatchObject([{ inUse: 'exclusive' }]);
  });
});
