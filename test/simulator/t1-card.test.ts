import { describe, expect, it } from 'vitest';
import { parseAtr } from '../../apdu/atr.ts';
import { fromHex, toHex } from '../../apdu/bytes.ts';
import { T1 } from '../../apdu/t1.ts';
import file from '../../fixtures/vectors/readers/t1-exchanges.json' with { type: 'json' };
import { t1Card, t1Commands } from '../../src/simulator/t1-card.ts';
import { checkOf } from '../../src/simulator/t1-check.ts';
import type { T1CardFault } from '../../src/simulator/t1-faults.ts';
import { ATR, counting, drive, ending, rig, say } from './t1-rig.ts';

interface Vector {
  readonly id: string;
  readonly steps: readonly (readonly [string, string])[];
  readonly rapdus: readonly string[];
}

/** What the published card does in its own blocks, as orders. */
const ORDERS: Readonly<Record<string, readonly T1CardFault[]>> = {
  't1-01': [],
  't1-02': [{ kind: 'more-time', command: 1, times: 1, factor: 5 }],
  't1-03': [{ kind: 'new-size', command: 1, size: 128 }],
  't1-04': [],
  't1-05': [],
  't1-07': [],
  't1-08': [{ kind: 'instead', block: 1, bytes: fromHex('00000A1122334455667788900013') }],
  't1-10': [{ kind: 'lost', block: 1 }],
  't1-11': [{ kind: 'unheard', block: 1 }],
  't1-12': [{ kind: 'instead', block: 1, bytes: fromHex('00900091') }],
  't1-15': [{ kind: 'instead', block: 1, bytes: fromHex('00E101FE1F') }],
  't1-20': [{ kind: 'instead', block: 1, bytes: fromHex('12000A1122334455667788900000') }],
  't1-21': [{ kind: 'instead', block: 1, bytes: fromHex('0000FF') }],
};

describe('a card behind T=1', () => {
  it.each(Object.entries(ORDERS))('says what is published: %s', async (id, faults) => {
    const { steps, rapdus } = (file.vectors as unknown as Vector[]).find((one) => one.id === id) as Vector;
    const answers = [...rapdus];
    const card = t1Card({ ...counting(), process: () => fromHex(answers.shift() ?? '') }, { ifsc: 32, faults });
    card.powerOn();
    for (let at = 0; at < steps.length; at += 2) {
      const heard = await say(card, fromHex(steps[at]?.[1] ?? ''));
      // The error nibble is informative.
      const expected = steps[at + 1]?.[0] === '<timeout' ? 'timeout' : steps[at + 1]?.[1];
      const said = typeof heard === 'string' ? heard : toHex(heard);
      expect(said.replace(/^008[12]008[12]$/, '00800080')).toBe(expected);
    }
  });

  it('offers it in its answer to reset', () => {
    const { atr } = t1Card(counting(), { ifsc: 100 });
    expect(parseAtr(atr)).toMatchObject({ protocols: [1], t1: { ifsc: 100, bwi: 4, cwi: 5, edc: 'LRC' } });
    expect(toHex(parseAtr(atr).historical)).toBe(ATR.slice(8));
    expect(parseAtr(t1Card(counting(), { check: 'CRC' }).atr).t1?.edc).toBe('CRC');
  });

  it('takes whole commands from a unit that does T=1 by itself', async () => {
    const inner = counting();
    const card = t1Commands(inner);
    card.powerOn();
    expect(parseAtr(card.atr).protocols).toEqual([1]);
    expect(toHex(await card.process(fromHex('00B0000200')))).toBe('00019000');
    card.reset();
    card.powerOff();
    expect(inner.commands).toEqual(['00B0000200']);
  });

  it('without power says nothing', async () => {
    const card = t1Card(counting());
    expect(await say(card, fromHex('00C000C0'))).toBe('timeout');
    card.powerOn();
    card.powerOff();
    expect(await say(card, fromHex('00C000C0'))).toBe('timeout');
  });

  it('checks blocks with the published CRC', () => {
    const { prologueAndInf, crc16x25 } = file.crcSample;
    expect(toHex(checkOf(fromHex(prologueAndInf), 'CRC'))).toBe(crc16x25);
  });

  it('forgets all of it when it is reset', async () => {
    const { card, exchange, inner } = rig();
    await exchange('00B0000000');
    card.reset();
    await drive(card, new T1({ ifsc: 254 }).exchange(fromHex('00B0000000')));
    expect(inner.commands).toHaveLength(2);
  });

  it('lets a terminal abort, and asks for a command again', async () => {
    const { card } = rig();
    expect(toHex((await say(card, fromHex('002001AA8B'))) as Uint8Array)).toBe('00900090');
    expect(toHex((await say(card, fromHex('00C200C2'))) as Uint8Array)).toBe('00E200E2');
  });

  it.each([
    ['a request with a value that no size has', '00C10100C0'],
    ['a request that only cards make', '00C30101C3'],
    ['an answer to nothing', '00E30101E3'],
    ['an I-block with the wrong number', '004001AAEB'],
    ['a reserved length', '0000FFFF'],
    ['the node of somebody else', '12000012'],
  ])('refuses %s', async (_, block) => {
    const { card } = rig();
    expect(toHex((await say(card, fromHex(block))) as Uint8Array)).toBe('00820082');
  });

  it('refuses a block with a wrong check, and one that is longer than it takes', async () => {
    const { card, inner } = rig({ ifsc: 4 });
    expect(toHex((await say(card, fromHex('00000400A40000A1'))) as Uint8Array)).toBe('00810081');
    expect(toHex((await say(card, fromHex('00000500A4000000A1'))) as Uint8Array)).toBe('00820082');
    expect(inner.commands).toEqual([]);
    expect(toHex((await say(card, fromHex('00000400A40000A0'))) as Uint8Array)).toBe('000002900092');
  });

  it('refuses an answer with another value than it asked for', async () => {
    const { card } = rig({ faults: [{ kind: 'more-time', command: 1, times: 1, factor: 5 }] });
    await say(card, fromHex('00000400A40000A0'));
    expect(toHex((await say(card, fromHex('00E30104E6'))) as Uint8Array)).toBe('00920092');
    expect(toHex((await say(card, fromHex('00E30105E7'))) as Uint8Array)).toBe('000002900092');
  });
});

const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0');
const upTo = (most: number) => Array.from({ length: most }, (_, at) => at + 1);
/** Every size of the short form and past its edge, and edges of the long one; blocks of one byte would take all day. */
const sizesFor = (block: number) =>
  block === 1 ? upTo(40) : [...upTo(520), 1000, 4095, 4096, 32_767, 32_768, 65_534, 65_535];

describe('whatever the sizes are', () => {
  it.each(['LRC', 'CRC'] as const)('answers come in whole parts that the terminal takes, with %s', async (check) => {
    for (const ifsd of [1, 32, 100, 254]) {
      const { exchange, announce } = rig({ check });
      await announce(ifsd);
      for (const size of sizesFor(ifsd)) {
        const le = size > 256 ? `00${hex(size, 4)}` : hex(size & 0xff, 2);
        const answer = fromHex(await exchange(`00B0${hex(size, 4)}${le}`));
        expect(answer.length).toBe(size + 2);
        expect(answer.findIndex((byte, at) => at < size && byte !== (at & 0xff))).toBe(-1);
      }
    }
  });

  it.each(['LRC', 'CRC'] as const)('commands go out in whole parts that the card takes, with %s', async (check) => {
    for (const ifsc of [1, 32, 254]) {
      const { exchange, inner } = rig({ ifsc, check });
      for (const size of sizesFor(ifsc)) {
        const lc = size > 255 ? `00${hex(size, 4)}` : hex(size, 2);
        const command = `00D60000${lc}${'AB'.repeat(size)}`;
        expect(await exchange(command)).toBe('9000');
        expect(inner.commands.pop()).toBe(command);
      }
    }
  });
});

const LONG = `00D600003C${'CD'.repeat(60)}`;
const SHORT = '00B0006400';

/** Out in three parts, and in again in four. */
async function both(faults: readonly T1CardFault[]) {
  const { exchange, inner, blocks } = rig({ ifsc: 32, faults });
  const answers = [await ending(exchange(LONG)), await ending(exchange(SHORT))];
  return { answers, commands: inner.commands, blocks };
}

describe('one fault on the line, at each block', async () => {
  const clean = await both([]);
  const places = Array.from({ length: clean.blocks.length / 2 }, (_, at) => at + 1);
  const garbage = (block: number): T1CardFault => ({ kind: 'instead', block, bytes: fromHex('00C000C0') });
  const makers: Readonly<Record<string, (block: number) => T1CardFault>> = {
    'a wrong check': (block) => ({ kind: 'wrong-check', block }),
    'two wrong checks': (block) => ({ kind: 'wrong-check', block, times: 2 }),
    'a lost block': (block) => ({ kind: 'lost', block }),
    'two lost blocks': (block) => ({ kind: 'lost', block, times: 2 }),
    'a wrong number': (block) => ({ kind: 'wrong-number', block }),
    'a block that is not heard': (block) => ({ kind: 'unheard', block }),
    'a RESYNCH that no card may want': garbage,
    'a cut block': (block) => ({ kind: 'instead', block, bytes: fromHex('0000') }),
    'no byte': (block) => ({ kind: 'instead', block, bytes: new Uint8Array(0) }),
  };
  const cases = Object.entries(makers).flatMap(([name, make]) => places.map((block) => [name, block, make] as const));

  it.each(cases)('%s, block %i: each command is done once', async (_, block, make) => {
    const { answers, commands } = await both([make(block)]);
    expect(commands).toEqual([LONG, SHORT]);
    expect(answers).toEqual(clean.answers);
  });

  it.each(places)(
    'three wrong checks from block %i on: no command is done twice, and the card can be used',
    async (block) => {
      const { exchange, inner } = rig({ ifsc: 32, faults: [{ kind: 'wrong-check', block, times: 3 }] });
      const answers = [await ending(exchange(LONG)), await ending(exchange(SHORT)), await ending(exchange('00A40000'))];
      const failed = answers.filter((answer) => typeof answer !== 'string');
      expect(failed).toHaveLength(1);
      expect(failed[0]?.slice(0, 2)).toEqual(['card-protocol', 'resynchronised']);
      expect(answers[2]).toBe('9000');
      const whole = inner.commands.filter((command) => command !== '00A40000');
      expect(new Set(whole).size).toBe(whole.length);
      // What was never whole on the line is not done; what was may be.
      const done = failed[0]?.[2] !== 'not-done';
      expect(whole).toHaveLength(done ? 2 : 1);
    },
  );
});

describe('what a card may ask for', () => {
  it('is more time, 255 times in a row', async () => {
    const { exchange, inner } = rig({ faults: [{ kind: 'more-time', command: 1, times: 255 }] });
    expect(await exchange('00A40000')).toBe('9000');
    expect(inner.commands).toHaveLength(1);
  });

  it('is not more time without end', async () => {
    const { exchange, inner } = rig({ faults: [{ kind: 'more-time', command: 1, times: 5000 }] });
    expect(await ending(exchange('00A40000'))).toEqual(['card-protocol', 'endless', 'unknown']);
    expect(inner.commands).toHaveLength(1);
  });

  it('is shorter blocks', async () => {
    const { exchange, t1, inner } = rig({ faults: [{ kind: 'new-size', command: 1, size: 16 }] });
    expect(await exchange('00A40000')).toBe('9000');
    expect(t1.ifsc).toBe(16);
    expect(await exchange(LONG)).toBe('9000');
    expect(inner.commands).toEqual(['00A40000', LONG]);
  });

  it('is the end of a chain', async () => {
    const { exchange, inner } = rig({ ifsc: 32, faults: [{ kind: 'abort', part: 2 }] });
    expect(await exchange(LONG)).toBe('6F00');
    expect(inner.commands).toEqual([]);
    expect(await exchange('00A40000')).toBe('9000');
    expect(inner.commands).toEqual(['00A40000']);
  });
});

it('a card that falls silent is mute until it is reset', async () => {
  const { card, exchange, inner } = rig({ faults: [{ kind: 'silence', command: 2 }] });
  expect(await exchange('00A40000')).toBe('9000');
  expect(await ending(exchange(LONG))).toEqual(['card-mute', undefined, 'unknown']);
  expect(inner.commands).toEqual(['00A40000', LONG]);
  card.reset();
  expect(toHex(await drive(card, new T1({ ifsc: 254 }).exchange(fromHex('00A40000'))))).toBe('9000');
});

it('a command that may be done twice is sent again after a RESYNCH', async () => {
  const faults: T1CardFault[] = [{ kind: 'wrong-check', block: 1, times: 3 }];
  const { exchange, inner } = rig({ faults }, { repeatAfterResynch: true });
  expect(await exchange('00A40000')).toBe('9000');
  expect(inner.commands).toEqual(['00A40000', '00A40000']);
});
