import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../apdu/bytes.ts';
import { SscardError } from '../../apdu/errors.ts';
import { type T0LineOptions, t0Apdu } from '../../apdu/t0-line.ts';
import file from '../../fixtures/vectors/readers/t0-exchanges.json' with { type: 'json' };
import type { VirtualCard } from '../../src/simulator/readers.ts';
import { T0Card, type T0CardFault, type T0CardOptions } from '../../src/simulator/t0-card.ts';
import { poweredCard, SELECT_SSSE } from './cards.ts';

type Step = readonly [string, string];
type Answer = string | readonly (string | undefined)[];

/** A card that answers TPDUs from a list, and remembers them. */
function scripted(answers: readonly string[]): VirtualCard & { readonly commands: string[] } {
  const left = [...answers];
  const commands: string[] = [];
  return {
    commands,
    atr: fromHex('3B6800000073C84000009000'),
    powerOn: () => {},
    powerOff: () => {},
    reset: () => {},
    process: (command) => {
      commands.push(toHex(command));
      return fromHex(left.shift() ?? '6F00');
    },
  };
}

function line(answers: readonly string[], options: T0CardOptions = {}) {
  const inner = scripted(answers);
  const card = new T0Card(inner, options);
  card.powerOn();
  return { inner, card, hear: async (hex: string) => toHex(await card.hear(fromHex(hex))) };
}

/** The engine on one side, the card on the other. @returns the answer, or code, reason and outcome */
async function exchange(card: T0Card, command: string, options: T0LineOptions = {}): Promise<Answer> {
  let waiting: Uint8Array = new Uint8Array(0);
  const engine = t0Apdu(fromHex(command), options);
  try {
    let step = engine.next();
    while (!step.done) {
      const action = step.value;
      if (action.kind === 'send') {
        waiting = await card.hear(action.bytes);
        step = engine.next(undefined);
      } else {
        const came = waiting.subarray(0, action.most);
        waiting = waiting.subarray(came.length);
        step = engine.next(came.length === 0 ? 'timeout' : came);
      }
    }
    return toHex(step.value);
  } catch (error) {
    if (!(error instanceof SscardError)) throw error;
    return [error.code, error.details.reason, error.details.outcome];
  }
}

describe('a card on its T=0 line', () => {
  /** What the card inside answers to each TPDU, and how it acknowledges. */
  const published: Readonly<Record<string, readonly [readonly string[], T0CardOptions?]>> = {
    't0-01': [['9000']],
    't0-02': [['11223344556677889000']],
    't0-03': [['112233449000'], { singles: 2 }],
    't0-05': [['9000']],
    't0-07': [[], { refuses: () => 0x6a82 }],
    't0-08': [['6104', '6F0211229000']],
    't0-09': [['6110', '6F0E610E']],
    't0-10': [['9000', '6F04840200119000']],
    't0-11': [['01020304059000']],
    't0-12': [['6700']],
    't0-15': [['6282']],
    't0-16': [['63C2']],
    't0-17': [['11223344556677889000'], { faults: [{ kind: 'instead', character: 1, value: 0x55 }] }],
    't0-18': [['9000'], { faults: [{ kind: 'silence', character: 1 }] }],
    't0-19': [['11223344556677889000'], { faults: [{ kind: 'silence', character: 5 }] }],
    't0-21': [['6104', '6F0211229000']],
    't0-22': [['9104']],
    't0-23': [['010203049000']],
  };

  it.each(Object.entries(published))('says what is published: %s', async (id, [answers, options]) => {
    const vector = file.vectors.find((one) => one.id === id) as unknown as { steps: readonly Step[] };
    const { hear } = line(answers, options);
    for (let at = 0; at < vector.steps.length; ) {
      let expected = '';
      const sent = vector.steps[at++]?.[1] ?? '';
      for (; at < vector.steps.length && vector.steps[at]?.[0] !== '>'; at++) expected += vector.steps[at]?.[1];
      const said = await hear(sent);
      // After a wrong character the published card has nothing more to say.
      expect(id === 't0-17' ? said.slice(0, 2) : said).toBe(expected);
    }
  });

  it('does the flows of the card inside: each way to acknowledge', async () => {
    for (const options of [{}, { singles: 3 }, { singles: 300, nulls: 2 }, { vpp: true, singles: 1, nulls: 1 }]) {
      const card = new T0Card(await poweredCard(), options);
      card.powerOn();
      const answers: unknown[] = [];
      for (const command of [`${SELECT_SSSE}00`, '00B2032800', '0084000008', '0020000003123456']) {
        answers.push(await exchange(card, command, { vpp: true }));
      }
      expect(answers).toEqual([
        '6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA5099F0C068601010000009000',
        '0304322E30309000',
        '11223344556677889000',
        '9000',
      ]);
    }
  });

  it('gives 256 bytes where so many are asked for', async () => {
    const { card, inner } = line([`${'AA'.repeat(256)}9000`]);
    expect(await exchange(card, '00B0000000')).toBe(`${'AA'.repeat(256)}9000`);
    expect(inner.commands).toEqual(['00B0000000']);
  });

  it('keeps an answer whose length the terminal did not know, for this command only', async () => {
    const { hear, inner } = line(['01029000', '9000', '03049000']);
    expect(await hear('00B0000008')).toBe('6C02');
    expect(await hear('00B0000002')).toBe('B001029000');
    expect(await hear('00B0000002')).toBe('9000');
    expect(inner.commands).toHaveLength(2);
    expect(await hear('00B0000008')).toBe('6C02');
    expect(await hear('00B0000102')).toBe('6F00');
  });

  it('does not hear a terminal any more that sends what was not acknowledged', async () => {
    const { card, hear, inner } = line(['9000', '9000'], { singles: 1 });
    expect(await hear('00D6000003')).toBe('29');
    expect(await hear('AABBCC')).toBe('');
    expect(await hear('00B0000000')).toBe('');
    expect(inner.commands).toEqual([]);
    card.reset();
    expect(await hear('00A4000000')).toBe('9000');
  });

  it('hears a header in pieces, and nothing without power', async () => {
    const { card, hear } = line(['9000']);
    expect(await hear('00A4')).toBe('');
    expect(await hear('000000')).toBe('9000');
    card.powerOff();
    expect(await hear('00A4000000')).toBe('');
    expect(toHex(card.atr)).toBe('3B6800000073C84000009000');
  });
});

describe('one fault on the line, at each character', () => {
  const WRITE = '00D6000003AABBCC';
  const READ = '00B0000003';
  const inside = ['9000', '0102039000'];
  // D6 9000, B0 010203 9000.
  const characters = Array.from({ length: 9 }, (_, at) => at + 1);

  async function both(fault: T0CardFault) {
    const { card, inner } = line([...inside, '9000'], { faults: [fault] });
    const answers: Answer[] = [];
    for (const command of [WRITE, READ]) {
      const answer = await exchange(card, command);
      answers.push(answer);
      if (typeof answer !== 'string') card.reset();
    }
    return { card, inner, answers };
  }

  it.each(characters)(
    'silence from character %i on: mute, unknown, nothing is done twice, the next one is served',
    async (character) => {
      const { card, inner, answers } = await both({ kind: 'silence', character });
      const failed = answers.filter((answer) => typeof answer !== 'string');
      expect(failed).toEqual([['card-mute', undefined, 'unknown']]);
      expect(new Set(inner.commands).size).toBe(inner.commands.length);
      expect(await exchange(card, '00A40000')).toMatch(/^[0-9A-F]+$/);
    },
  );

  it.each(characters)(
    'another character in place of character %i: an answer or an error, nothing is done twice',
    async (character) => {
      for (const value of [0x00, 0x55, 0x60, 0x61, 0x6c, 0x90, 0xd6, 0x29, 0xb0, 0x4f, 0xff]) {
        const { inner, answers } = await both({ kind: 'instead', character, value });
        for (const answer of answers) {
          if (typeof answer === 'string') continue;
          expect(answer[2]).toBe('unknown');
          expect(['card-mute', 'card-protocol', 'chain-stalled']).toContain(answer[0]);
        }
        expect(inner.commands.filter((command) => command === WRITE)).toHaveLength(
          inner.commands.includes(WRITE) ? 1 : 0,
        );
      }
    },
  );
});
