import { describe, expect, it } from 'vitest';
import { parseAtr } from '../../apdu/atr.ts';
import { fromHex, toHex } from '../../apdu/bytes.ts';
import type { SscardError } from '../../apdu/errors.ts';
import { T1, type T1Event } from '../../apdu/t1.ts';
import file from '../../fixtures/vectors/readers/t1-exchanges.json' with { type: 'json' };
import type { VirtualCard } from '../../src/simulator/readers.ts';
import { type T1CardFault, type T1CardOptions, t1Card } from '../../src/simulator/t1-card.ts';

const ATR = '3B6800000073C84000009000';
const SILENT = 20;

/** A card that answers as many bytes as P1 P2 say, and remembers what reached it. */
function counting(): VirtualCard & { readonly commands: string[] } {
  const commands: string[] = [];
  return {
    commands,
    atr: fromHex(ATR),
    powerOn: () => {},
    powerOff: () => {},
    reset: () => {},
    process: (command) => {
      commands.push(toHex(command));
      const length = ((command[2] ?? 0) << 8) | (command[3] ?? 0);
      return Uint8Array.from([...Array.from({ length }, (_, at) => at & 0xff), 0x90, 0x00]);
    },
  };
}

/** Hands blocks to the card; silence is what does not come in a moment. */
async function say(card: VirtualCard, block: Uint8Array): Promise<T1Event> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<T1Event>((resolve) => {
    timer = setTimeout(resolve, SILENT, 'timeout');
  });
  try {
    return await Promise.race([card.process(block), silence]);
  } finally {
    clearTimeout(timer);
  }
}

async function drive<T>(card: VirtualCard, engine: Generator<{ readonly block: Uint8Array }, T, T1Event>): Promise<T> {
  let step = engine.next();
  while (!step.done) step = engine.next(await say(card, step.value.block));
  return step.value;
}

function rig(options: T1CardOptions = {}, ifsd?: number) {
  const inner = counting();
  const card = t1Card(inner, options);
  card.powerOn();
  const t1 = new T1({ ifsc: options.ifsc ?? 254 });
  const exchange = async (command: string) => {
    if (ifsd !== undefined) {
      await drive(card, t1.announceIfsd(ifsd));
      ifsd = undefined;
    }
    return toHex(await drive(card, t1.exchange(fromHex(command))));
  };
  return { inner, card, t1, exchange };
}

/** The card's lines of the published exchanges, where a card that works the command off would give them. */
describe('a card behind T=1', () => {
  it.each(['t1-01', 't1-04', 't1-05', 't1-10'])('says what is published: %s', async (id) => {
    const vector = file.vectors.find((one) => one.id === id) as unknown as {
      steps: [string, string][];
      rapdus: string[];
    };
    const answers = [...vector.rapdus];
    const inner = { ...counting(), process: () => fromHex(answers.shift() ?? '') };
    const card = t1Card(inner);
    let heard: T1Event = 'timeout';
    for (const [side, bytes] of vector.steps) {
      if (side === '>') heard = await say(card, fromHex(bytes));
      // A line that damages blocks is the carrier's; the block itself is right.
      if (side === '<' && fromHex(bytes).reduce((sum, byte) => sum ^ byte, 0) === 0) {
        expect(toHex(heard as Uint8Array)).toBe(bytes);
      }
    }
  });

  it('offers it in its answer to reset', () => {
    const { atr } = t1Card(counting(), { ifsc: 100 });
    expect(parseAtr(atr)).toMatchObject({ protocols: [1], t1: { ifsc: 100, bwi: 4, cwi: 5, edc: 'LRC' } });
    expect(toHex(parseAtr(atr).historical)).toBe(ATR.slice(8));
  });

  it.each([1, 2, 5, 31, 32, 33, 200, 254, 255, 256, 1000])(
    'gives %i bytes in parts that the terminal takes',
    async (length) => {
      const header = `00B0${length.toString(16).padStart(4, '0')}`;
      for (const ifsd of [undefined, 1, 100, 254]) {
        const { exchange } = rig({}, ifsd);
        const answer = fromHex(await exchange(`${header}00`));
        expect(answer).toHaveLength(length + 2);
      }
    },
  );

  it.each([1, 20, 27, 28, 32, 120, 255])('takes %i bytes in parts that it takes', async (length) => {
    const command = `00D60000${length.toString(16).padStart(2, '0')}${'AB'.repeat(length)}`;
    for (const ifsc of [1, 32, 254]) {
      const { exchange, inner } = rig({ ifsc });
      expect(await exchange(command.toUpperCase())).toBe('9000');
      expect(inner.commands).toEqual([command.toUpperCase()]);
    }
  });

  it('forgets all of it when it is reset', async () => {
    const { card, exchange, inner } = rig();
    await exchange('00B0000000');
    card.reset();
    const fresh = new T1({ ifsc: 254 });
    await drive(card, fresh.exchange(fromHex('00B0000000')));
    expect(inner.commands).toHaveLength(2);
  });
});

const LONG = `00D600003C${'CD'.repeat(60)}`;

describe('one fault on the line', () => {
  const kinds = ['wrong-check', 'lost', 'wrong-number', 'unheard'] as const;
  const cases = kinds.flatMap((kind) => [1, 2, 3, 4, 5, 6, 7, 8].map((block) => [kind, block] as const));
  it.each(cases)('%s, block %i: the command is done once', async (kind, block) => {
    const { exchange, inner } = rig({ ifsc: 32, faults: [{ kind, block }] });
    // Out in three parts, and in again in four.
    expect(await exchange(LONG)).toBe('9000');
    expect(fromHex(await exchange('00B0006400'))).toHaveLength(102);
    expect(inner.commands).toEqual([LONG, '00B0006400']);
  });
});

describe('what a card may ask for', () => {
  it('is more time, 255 times in a row', async () => {
    const faults: T1CardFault[] = [{ kind: 'more-time', command: 1, times: 255 }];
    const { exchange, inner } = rig({ faults });
    expect(await exchange('00A40000')).toBe('9000');
    expect(inner.commands).toHaveLength(1);
  });

  it('is shorter blocks', async () => {
    const { exchange, t1 } = rig({ faults: [{ kind: 'new-size', command: 1, size: 16 }] });
    expect(await exchange('00A40000')).toBe('9000');
    expect(t1.ifsc).toBe(16);
    expect(await exchange(LONG)).toBe('9000');
  });

  it('is the end of a chain', async () => {
    const { exchange, inner } = rig({ ifsc: 32, faults: [{ kind: 'abort', part: 2 }] });
    expect(await exchange(LONG)).toBe('6F00');
    expect(inner.commands).toEqual([]);
    expect(await exchange('00A40000')).toBe('9000');
  });
});

it('a command whose answer is damaged for good is done once, and its outcome unknown', async () => {
  const { exchange, inner } = rig({ faults: [{ kind: 'wrong-check', block: 1, times: 3 }] });
  const error = await exchange(LONG).then(
    () => undefined,
    (thrown: SscardError) => thrown,
  );
  expect([error?.code, error?.details.reason, error?.details.outcome]).toEqual([
    'card-protocol',
    'resynchronised',
    'unknown',
  ]);
  expect(inner.commands).toEqual([LONG]);
  expect(await exchange('00A40000')).toBe('9000');
});
