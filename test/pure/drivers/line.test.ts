import { describe, expect, it, vi } from 'vitest';
import { SscardError } from '../../../apdu/errors.ts';
import type { Framer } from '../../../drivers/framer.ts';
import { Line, type LineManners } from '../../../drivers/line.ts';
import type { Port, PortListener, Ports } from '../../../drivers/port.ts';
import type { Talk } from '../../../drivers/talk.ts';

/** A protocol for tests: `F n…` is a frame of n bytes, FE is a signal, FF a notice, EE n… a frame whose check is wrong. */
type Event = { readonly kind: 'frame'; readonly bytes: Uint8Array } | { readonly kind: 'signal' | 'notice' };

class TestFramer implements Framer<Event> {
  #held: number[] = [];

  get begun(): boolean {
    return this.#held.length > 0;
  }

  push(bytes: Uint8Array) {
    this.#held.push(...bytes);
    const events: ReturnType<Framer<Event>['push']>[number][] = [];
    for (;;) {
      const [first, length = 0] = this.#held;
      if (first === undefined) return events;
      if (first === 0xfe || first === 0xff) {
        this.#held.shift();
        events.push({ kind: first === 0xfe ? 'signal' : 'notice' });
      } else if (first === 0xf0 || first === 0xee) {
        if (this.#held.length < 2 || this.#held.length < 2 + length) return events;
        const frame = Uint8Array.from(this.#held.splice(0, 2 + length));
        events.push({ kind: first === 0xf0 ? 'frame' : 'bad-check', bytes: frame.subarray(2) });
      } else events.push({ kind: 'skipped', bytes: Uint8Array.of(this.#held.shift() ?? 0) });
    }
  }

  drop() {
    const bytes = Uint8Array.from(this.#held.splice(0));
    return bytes.length === 0 ? [] : [{ kind: 'skipped' as const, bytes }];
  }
}

/** A port in memory whose other end is the test. */
class TestPort implements Port, Ports {
  readonly scheme = 'test';
  readonly name = 'test';
  baud = 9600;
  readonly sent: string[] = [];
  readonly acts: string[] = [];
  answer: (bytes: Uint8Array) => void = () => {};
  listener: PortListener = { received: () => {}, lost: () => {} };

  async list() {
    return [];
  }

  async open(_name: string, _settings: unknown, listener: PortListener): Promise<Port> {
    this.listener = listener;
    return this;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.sent.push(Buffer.from(bytes).toString('hex'));
    this.answer(bytes);
  }

  async setSpeed(baud: number): Promise<void> {
    this.baud = baud;
  }

  async discardInput(): Promise<void> {
    this.acts.push('discard');
  }

  async close(): Promise<void> {
    this.acts.push('close');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  hear(...bytes: number[]): void {
    this.listener.received(Uint8Array.from(bytes));
  }
}

async function rig(manners: Partial<LineManners<Event>> = {}) {
  const port = new TestPort();
  const gone = vi.fn();
  const line = await Line.open<Event>(
    port,
    'test',
    { baud: 9600 },
    {
      framer: new TestFramer(),
      frameTime: () => 30,
      gone,
      ...manners,
    },
  );
  return { port, line, gone };
}

const ask = async (talk: Talk<Event>) => {
  await talk.send(Uint8Array.of(1));
  return talk.next(1000);
};
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: SscardError) => [error.code, error.details.outcome],
  );

describe('a line', () => {
  it('carries a command and its answer', async () => {
    const { port, line } = await rig();
    port.answer = () => port.hear(0xf0, 1, 0x42);
    expect(await line.run({}, ask)).toEqual({ kind: 'frame', bytes: Uint8Array.of(0x42) });
    expect(port.sent).toEqual(['01']);
  });

  it('gives events that came before they were asked for', async () => {
    const { port, line } = await rig();
    port.answer = () => port.hear(0xfe, 0xf0, 1, 0x42);
    const kinds = await line.run({}, async (talk) => {
      const first = await ask(talk);
      return [first.kind, (await talk.next(1000)).kind];
    });
    expect(kinds).toEqual(['signal', 'frame']);
  });

  it('hands notices to whoever takes what is said unasked, in a conversation and outside of one', async () => {
    const heard: string[] = [];
    const unasked = (event: Event) => event.kind === 'notice' && heard.push('notice') > 0;
    const { port, line } = await rig({ unasked });
    port.hear(0xff);
    port.answer = () => port.hear(0xff, 0xf0, 0);
    expect((await line.run({}, ask)).kind).toBe('frame');
    expect(heard).toEqual(['notice', 'notice']);
  });

  it('is silent when nothing comes', async () => {
    const { line } = await rig();
    const event = await line.run({}, async (talk) => {
      await talk.send(Uint8Array.of(1));
      return talk.next(5);
    });
    expect(event).toEqual({ kind: 'silence' });
  });

  it('ends a conversation at its own deadline', async () => {
    const { line } = await rig();
    expect(await line.run({ timeout: 10 }, ask)).toEqual({ kind: 'silence' });
  });

  it('gives a frame up that does not become whole', async () => {
    const { port, line } = await rig();
    port.answer = () => port.hear(0xf0, 5, 1, 2);
    expect(await line.run({}, ask)).toEqual({ kind: 'cut' });
    expect(line.counts).toEqual({ skipped: 4, badChecks: 0, stale: 0, cut: 1 });
  });

  it('times a frame from its first byte, however often a byte comes', async () => {
    const { port, line } = await rig();
    const drip = setInterval(() => port.hear(9), 5);
    port.answer = () => port.hear(0xf0, 200);
    expect(await line.run({}, ask)).toEqual({ kind: 'cut' });
    clearInterval(drip);
  });

  it('forgets what came before a command', async () => {
    const { port, line } = await rig();
    port.hear(0xf0, 1, 0x11, 0xf0, 9);
    port.answer = () => port.hear(0xf0, 1, 0x42);
    expect(await line.run({}, ask)).toEqual({ kind: 'frame', bytes: Uint8Array.of(0x42) });
    expect(line.counts.stale).toBe(1);
  });

  it('counts noise and wrong checks', async () => {
    const { port, line } = await rig();
    port.answer = () => port.hear(7, 8, 0xee, 0);
    expect((await line.run({}, ask)).kind).toBe('bad-check');
    expect(line.counts).toEqual({ skipped: 2, badChecks: 1, stale: 0, cut: 0 });
  });

  it('runs one conversation at a time, in the order of the calls', async () => {
    const { port, line } = await rig();
    const first = line.run({}, ask);
    const second = line.run({}, ask);
    await Promise.resolve();
    expect(port.sent).toHaveLength(1);
    port.hear(0xf0, 1, 1);
    expect(await first).toEqual({ kind: 'frame', bytes: Uint8Array.of(1) });
    port.answer = () => {};
    await vi.waitUntil(() => port.sent.length === 2);
    port.hear(0xf0, 1, 2);
    expect(await second).toEqual({ kind: 'frame', bytes: Uint8Array.of(2) });
  });

  it('follows a change of speed', async () => {
    const { line } = await rig();
    await line.run({}, (talk) => talk.setSpeed(115_200));
    expect(line.baud).toBe(115_200);
  });
});

describe('a conversation that breaks', () => {
  it('does not hand a late answer to the next one', async () => {
    const { port, line } = await rig();
    const broken = line.run({}, async (talk) => {
      await talk.send(Uint8Array.of(1));
      await talk.next(5);
      throw new SscardError('card-mute', 'nothing');
    });
    expect(await code(broken)).toEqual(['card-mute', undefined]);
    const next = line.run({}, ask);
    port.hear(0xf0, 1, 0x11);
    port.answer = () => port.hear(0xf0, 1, 0x22);
    expect(await next).toEqual({ kind: 'frame', bytes: Uint8Array.of(0x22) });
    expect(port.acts).toEqual(['discard']);
  });

  it('is followed by a new acquaintance', async () => {
    const recover = vi.fn(async (talk: Talk<Event>) => {
      await talk.send(Uint8Array.of(0xaa));
    });
    const { port, line } = await rig({ recover });
    await code(
      line.run({ timeout: 5 }, async (talk) => {
        await ask(talk);
        throw new SscardError('card-mute', 'nothing');
      }),
    );
    await line.run({}, (talk) => talk.send(Uint8Array.of(2)));
    expect(port.sent.slice(-2)).toEqual(['aa', '02']);
  });

  it('sends nothing more while the unit is not to be reached', async () => {
    const recover = async () => {
      throw new SscardError('unit-silent', 'gone');
    };
    const { port, line } = await rig({ recover });
    const fail = async (talk: Talk<Event>) => {
      await talk.send(Uint8Array.of(1));
      throw new SscardError('card-mute', 'nothing');
    };
    await code(line.run({}, fail));
    expect(await code(line.run({}, ask))).toEqual(['unit-silent', 'not-done']);
    expect(await code(line.run({}, ask))).toEqual(['unit-silent', 'not-done']);
    expect(port.sent).toEqual(['01']);
  });

  it('is stopped in the unit', async () => {
    const { port, line } = await rig({ stop: (talk) => talk.send(Uint8Array.of(4)) });
    const abort = new AbortController();
    const broken = line.run({ signal: abort.signal }, ask);
    abort.abort();
    expect(await code(broken)).toEqual(['cancelled', 'unknown']);
    expect(port.sent).toEqual(['01', '04']);
  });

  it('before anything was sent leaves the line as it is', async () => {
    const { port, line } = await rig();
    const broken = line.run({}, async () => {
      throw new SscardError('command-malformed', 'no');
    });
    await code(broken);
    port.answer = () => port.hear(0xf0, 0);
    await line.run({}, ask);
    expect(port.acts).toEqual([]);
  });
});

describe('a cancelled caller', () => {
  it('that was cancelled before sends nothing', async () => {
    const { port, line } = await rig();
    expect(await code(line.run({ signal: AbortSignal.abort() }, ask))).toEqual(['cancelled', 'not-done']);
    expect(port.sent).toEqual([]);
  });

  it('in the queue leaves it', async () => {
    const { port, line } = await rig();
    const first = line.run({}, ask);
    const abort = new AbortController();
    const second = line.run({ signal: abort.signal }, ask);
    abort.abort();
    expect(await code(second)).toEqual(['cancelled', 'not-done']);
    port.hear(0xf0, 0);
    expect((await first).kind).toBe('frame');
  });
});

describe('a lost port', () => {
  it('that fails while bytes are written may have sent them', async () => {
    const { port, line } = await rig();
    port.answer = () => {
      throw new SscardError('reader-lost', 'EIO');
    };
    expect(await code(line.run({}, ask))).toEqual(['reader-lost', 'unknown']);
  });

  it('ends whoever waits, and is said once', async () => {
    const { port, line, gone } = await rig();
    const running = line.run({}, ask);
    const queued = line.run({}, ask);
    await Promise.resolve();
    port.listener.lost(new Error('EIO'));
    port.listener.lost(new Error('EIO'));
    expect(await code(running)).toEqual(['reader-lost', 'unknown']);
    expect(await code(queued)).toEqual(['reader-lost', 'not-done']);
    expect(gone).toHaveBeenCalledTimes(1);
    expect(port.sent).toEqual(['01']);
  });

  it('lets a broken conversation not wait for silence for ever', async () => {
    const { port, line } = await rig();
    await code(
      line.run({}, async (talk) => {
        await talk.send(Uint8Array.of(1));
        throw new SscardError('card-mute', 'nothing');
      }),
    );
    port.listener.lost(new Error('EIO'));
    expect(await code(line.run({}, ask))).toEqual(['reader-lost', 'not-done']);
  });
});

it('a closed line tells whoever waits, and closes the port', async () => {
  const { port, line, gone } = await rig();
  const running = line.run({}, ask);
  await Promise.resolve();
  await line[Symbol.asyncDispose]();
  expect(await code(running)).toEqual(['channel-closed', 'unknown']);
  expect(port.acts).toEqual(['close']);
  expect(gone).not.toHaveBeenCalled();
});
