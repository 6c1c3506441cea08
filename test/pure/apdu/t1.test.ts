import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { SscardError } from '../../../apdu/errors.ts';
import { T1, type T1Event, type T1Options } from '../../../apdu/t1.ts';
import { crc16, decodeT1Block, encodeT1Block, type T1Block, t1BlockLength } from '../../../apdu/t1-block.ts';
import file from '../../../fixtures/vectors/readers/t1-exchanges.json' with { type: 'json' };

type Step = readonly [string, string];

interface Vector {
  readonly id: string;
  readonly title: string;
  readonly apdus: readonly string[];
  readonly steps: readonly Step[];
  readonly rapdus: readonly (string | null)[];
  readonly announceIfsd?: number;
  readonly IFSC?: number;
  readonly after?: { readonly IFSC?: number; readonly NS?: number; readonly NR?: number };
  readonly error?: string;
}

const vectors = file.vectors as unknown as readonly Vector[];
const LRC = { edc: 'LRC' } as const;

/** Drives a generator of the engine over steps of a vector. */
function drive<T>(
  engine: Generator<{ readonly block: Uint8Array; readonly bwtFactor: number }, T, T1Event>,
  steps: Step[],
  factors: number[] = [],
): T {
  let step = engine.next();
  while (!step.done) {
    factors.push(step.value.bwtFactor);
    expect(steps.shift()).toEqual(['>', toHex(step.value.block)]);
    const [side, bytes] = steps.shift() ?? ['', ''];
    expect(['<', '<timeout', '<parity']).toContain(side);
    step = engine.next(side === '<' ? fromHex(bytes) : side === '<timeout' ? 'timeout' : 'parity');
  }
  return step.value;
}

function play(vector: Pick<Vector, 'apdus' | 'steps' | 'announceIfsd' | 'IFSC'>, options: T1Options = {}) {
  const t1 = new T1({ ...(vector.IFSC !== undefined && { ifsc: vector.IFSC }), ...options });
  const steps = [...vector.steps];
  const factors: number[] = [];
  const answers: (string | null)[] = [];
  let error: (string | undefined)[] | undefined;
  try {
    if (vector.announceIfsd !== undefined) drive(t1.announceIfsd(vector.announceIfsd), steps, factors);
    for (const apdu of vector.apdus) answers.push(toHex(drive(t1.exchange(fromHex(apdu)), steps, factors)));
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'AssertionError') throw thrown;
    const { code, details } = thrown as SscardError;
    error = [code, details.reason, details.outcome];
    answers.push(null);
  }
  return { t1, answers, left: steps, factors, error };
}

describe('the published exchanges', () => {
  it.each(vectors)('$id: $title', (vector) => {
    const { t1, answers, left, error } = play(vector, { repeatAfterResynch: true });
    expect(left).toEqual([]);
    expect(answers).toEqual(vector.rapdus);
    expect(error?.[0]).toBe(vector.error);
    const { IFSC: ifsc, NS: ns, NR: nr } = vector.after ?? {};
    if (ifsc !== undefined) expect(t1.ifsc).toBe(ifsc);
    if (ns !== undefined) expect(t1.numbers).toEqual({ ns, nr });
  });

  it('a card that asks for time gets it for one wait', () => {
    const vector = vectors.find(({ id }) => id === 't1-02') as Vector;
    expect(play(vector).factors).toEqual([1, 5]);
  });

  it('after a RESYNCH the command is not sent again unless that is wanted', () => {
    const vector = vectors.find(({ id }) => id === 't1-16') as Vector;
    const { error, left, t1 } = play(vector);
    expect(error).toEqual(['card-protocol', 'resynchronised', 'unknown']);
    expect(left).toEqual(vector.steps.slice(8));
    expect(t1.numbers).toEqual({ ns: 0, nr: 0 });
  });
});

describe('blocks', () => {
  it.each(file.blocks)('$hex', ({ hex, kind, ...facts }) => {
    const block = decodeT1Block(fromHex(hex), LRC) as T1Block;
    expect(block).toMatchObject({ kind, ...facts });
    expect(toHex(encodeT1Block(block, LRC))).toBe(hex);
    expect(t1BlockLength(fromHex(hex), LRC)).toBe(hex.length / 2);
  });

  it('with a CRC, in either order', () => {
    const { prologueAndInf, crc16x25 } = file.crcSample;
    expect(crc16(fromHex(prologueAndInf)).toString(16).toUpperCase()).toBe(crc16x25);
    const block: T1Block = { kind: 'I', ns: 0, more: false, inf: fromHex('0084000008') };
    expect(toHex(encodeT1Block(block, { edc: 'CRC' }))).toBe(`${prologueAndInf}${crc16x25}`);
    const low = encodeT1Block(block, { edc: 'CRC', crcFirst: 'low' });
    expect(toHex(low)).toBe(`${prologueAndInf}3E44`);
    expect(decodeT1Block(low, { edc: 'CRC', crcFirst: 'low' })).toEqual(block);
    expect(decodeT1Block(low, { edc: 'CRC' })).toBe('edc');
    expect(t1BlockLength(low, { edc: 'CRC' })).toBe(low.length);
  });

  it.each([
    ['empty', '', 'other'],
    ['cut', '000005008400', 'other'],
    ['of reserved length', '0000FF', 'other'],
    ['longer than said', '00000100010000', 'other'],
    ['an I-block with a reserved bit', '0001019001', 'edc'],
    ['an I-block with a reserved bit, rightly checked', '00010190', 'other'],
    ['an R-block with a reserved bit', '00840084', 'other'],
    ['an R-block with data', '0080010081', 'other'],
    ['an S-block of an unknown kind', '00C400C4', 'other'],
    ['a WTX without a value', '00C300C3', 'other'],
    ['an ABORT with a value', '00C20105C6', 'other'],
  ])('%s', (_, hex, fault) => {
    expect(decodeT1Block(fromHex(hex), LRC)).toBe(fault);
  });

  it('an I-block with a reserved bit', () => {
    expect(
      decodeT1Block(encodeT1Block({ kind: 'I', ns: 0, more: false, inf: new Uint8Array(0) }, LRC, 0), LRC),
    ).toMatchObject({ kind: 'I' });
    expect(decodeT1Block(fromHex('00010001'), LRC)).toBe('other');
  });

  it('has no length before it is said', () => {
    expect(t1BlockLength(fromHex('0000'), LRC)).toBeUndefined();
    expect(t1BlockLength(fromHex('0000FF'), LRC)).toBeUndefined();
  });
});

const APDU = '0084000008';
const I0 = '000005008400000889';
const ANSWER = '00000A1122334455667788900012';
const block = (value: T1Block) => toHex(encodeT1Block(value, LRC));
const R = (nr: 0 | 1, error = 0) => block({ kind: 'R', nr, error });
const S = (type: 'RESYNCH' | 'IFS' | 'ABORT' | 'WTX', response: boolean, value?: number) =>
  block({ kind: 'S', type, response, ...(value !== undefined && { value }) });

const one = (steps: readonly Step[], options: T1Options = {}) => play({ apdus: [APDU], steps }, options);

describe('a card that misbehaves', () => {
  it('that asks for the same block three times is resynchronised', () => {
    const { error } = one([
      ['>', I0],
      ['<', R(0, 1)],
      ['>', I0],
      ['<', R(0, 1)],
      ['>', I0],
      ['<', R(0, 1)],
      ['>', S('RESYNCH', false)],
      ['<', S('RESYNCH', true)],
    ]);
    expect(error).toEqual(['card-protocol', 'resynchronised', 'unknown']);
  });

  it('with parity errors is asked again', () => {
    expect(
      one([
        ['>', I0],
        ['<parity', ''],
        ['>', R(0, 1)],
        ['<', ANSWER],
      ]).answers,
    ).toEqual(['11223344556677889000']);
  });

  it('that cannot be resynchronised is given up', () => {
    const bad = ANSWER.replace(/..$/, '00');
    const { error, left } = one([
      ['>', I0],
      ['<', bad],
      ['>', R(0, 1)],
      ['<', bad],
      ['>', R(0, 1)],
      ['<', bad],
      ['>', S('RESYNCH', false)],
      ['<', ANSWER],
      ['>', S('RESYNCH', false)],
      ['<timeout', ''],
      ['>', S('RESYNCH', false)],
      ['<', bad],
    ]);
    expect(error).toEqual(['card-protocol', 'resynch', 'unknown']);
    expect(left).toEqual([]);
  });

  it.each([
    ['resynchronises by itself', S('RESYNCH', false)],
    ['answers what was not asked', S('IFS', true, 254)],
    ['wants no time at all', S('WTX', false, 0)],
    ['wants blocks of 255 bytes', S('IFS', false, 255)],
    ['sends the number before', block({ kind: 'I', ns: 1, more: false, inf: fromHex('9000') })],
    ['sends more than was allowed', block({ kind: 'I', ns: 0, more: false, inf: new Uint8Array(33) })],
  ])('%s', (_, wrong) => {
    const { answers } = one([
      ['>', I0],
      ['<', wrong],
      ['>', R(0, 2)],
      ['<', ANSWER],
    ]);
    expect(answers).toEqual(['11223344556677889000']);
  });

  it('that asks for time 255 times gets it', () => {
    const wtx: Step[] = Array.from({ length: 255 }, () => [
      ['<', S('WTX', false, 1)] as Step,
      ['>', S('WTX', true, 1)] as Step,
    ]).flat();
    expect(one([['>', I0], ...wtx, ['<', ANSWER]]).answers).toEqual(['11223344556677889000']);
  });

  it('that asks for time for ever is given up', () => {
    const wtx: Step[] = Array.from({ length: 600 }, () => [
      ['<', S('WTX', false, 1)] as Step,
      ['>', S('WTX', true, 1)] as Step,
    ]).flat();
    expect(one([['>', I0], ...wtx]).error).toEqual(['card-protocol', 'endless', 'unknown']);
  });

  it('that sends without end is cut off', () => {
    const engine = new T1().exchange(fromHex(APDU));
    let ns: 0 | 1 = 0;
    engine.next();
    const endless = () => {
      for (;;) {
        engine.next(encodeT1Block({ kind: 'I', ns, more: true, inf: new Uint8Array(32) }, LRC));
        ns = ns === 0 ? 1 : 0;
      }
    };
    expect(endless).toThrow('length');
  });

  it('with parts that hold nothing is given up', () => {
    const engine = new T1().exchange(fromHex(APDU));
    let ns: 0 | 1 = 0;
    engine.next();
    const empty = () => {
      for (let count = 0; count < 10_000; count++) {
        engine.next(encodeT1Block({ kind: 'I', ns, more: true, inf: new Uint8Array(0) }, LRC));
        ns = ns === 0 ? 1 : 0;
      }
    };
    expect(empty).toThrow('endless');
  });

  it.each(['', '90'])('that answers no more than %j has answered nothing', (answer) => {
    const { error } = one([
      ['>', I0],
      ['<', block({ kind: 'I', ns: 0, more: false, inf: fromHex(answer) })],
    ]);
    expect(error).toEqual(['card-protocol', 'length', 'unknown']);
  });

  it('that had its time for a command does not get the command again', () => {
    const { error, left } = one([
      ['>', I0],
      ['<', S('WTX', false, 1)],
      ['>', S('WTX', true, 1)],
      ['<', R(0)],
      ['>', R(0, 2)],
      ['<', R(0)],
      ['>', R(0, 2)],
      ['<', R(0)],
      ['>', S('RESYNCH', false)],
      ['<', S('RESYNCH', true)],
    ]);
    expect(error).toEqual(['card-protocol', 'resynchronised', 'unknown']);
    expect(left).toEqual([]);
  });

  it('with a chain that answers in the middle of ours is asked again', () => {
    const [first, second] = ['00D6000028'.padEnd(64, '0'), '00'.repeat(13)];
    const apdu = `${first}${second}`;
    const { answers } = play({
      apdus: [apdu],
      steps: [
        ['>', block({ kind: 'I', ns: 0, more: true, inf: fromHex(first) })],
        ['<', ANSWER],
        ['>', R(0, 2)],
        ['<', R(1)],
        ['>', block({ kind: 'I', ns: 1, more: false, inf: fromHex(second) })],
        ['<', ANSWER],
      ],
    });
    expect(answers).toEqual(['11223344556677889000']);
  });
});

describe('a chain that the card aborts', () => {
  const long = '00D6000028'.padEnd(90, '0');
  const [first, second] = [long.slice(0, 64), long.slice(64)];
  const part: Step = ['>', block({ kind: 'I', ns: 0, more: true, inf: fromHex(first) })];
  const abort: Step[] = [
    ['<', S('ABORT', false)],
    ['>', S('ABORT', true)],
  ];

  it('is not done when it was ours, and the card can be used', () => {
    const { t1, error } = play({ apdus: [long], steps: [part, ...abort, ['<', R(1)]] });
    expect(error).toEqual(['card-protocol', 'aborted', 'not-done']);
    expect(t1.numbers).toEqual({ ns: 1, nr: 0 });
    const again: Step[] = [
      ['>', block({ kind: 'I', ns: 1, more: false, inf: fromHex(APDU) })],
      ['<', ANSWER],
    ];
    expect(toHex(drive(t1.exchange(fromHex(APDU)), again))).toBe('11223344556677889000');
  });

  it('and that was whole leaves it unknown whether it was done', () => {
    const { error } = one([['>', I0], ...abort, ['<', R(1)]]);
    expect(error).toEqual(['card-protocol', 'aborted', 'unknown']);
  });

  it('is confirmed again where the card did not hear it', () => {
    const { answers } = play({ apdus: [long], steps: [part, ...abort, ...abort, ['<', ANSWER]] });
    expect(answers).toEqual(['11223344556677889000']);
  });

  it('in the second part is that of the number heard last', () => {
    const rest: Step = ['>', block({ kind: 'I', ns: 1, more: false, inf: fromHex(second) })];
    const { error } = play({ apdus: [long], steps: [part, ['<', R(1)], rest, ...abort, ['<', R(0)]] });
    expect(error).toEqual(['card-protocol', 'aborted', 'unknown']);
  });

  it('is forgotten when it was its own: what it says then is the answer', () => {
    const { answers } = one([
      ['>', I0],
      ['<', block({ kind: 'I', ns: 0, more: true, inf: fromHex('AAAA') })],
      ['>', R(1)],
      ...abort,
      ['<', block({ kind: 'I', ns: 1, more: false, inf: fromHex('6F00') })],
    ]);
    expect(answers).toEqual(['6F00']);
  });
});

describe('the length that the card takes', () => {
  it('holds for a part that it wants again, too', () => {
    const long = '00D6000028'.padEnd(90, '0');
    const { answers } = play({
      apdus: [long],
      steps: [
        ['>', block({ kind: 'I', ns: 0, more: true, inf: fromHex(long.slice(0, 64)) })],
        ['<', S('IFS', false, 30)],
        ['>', S('IFS', true, 30)],
        ['<', R(0)],
        ['>', block({ kind: 'I', ns: 0, more: true, inf: fromHex(long.slice(0, 60)) })],
        ['<', R(1)],
        ['>', block({ kind: 'I', ns: 1, more: false, inf: fromHex(long.slice(60)) })],
        ['<', ANSWER],
      ],
    });
    expect(answers).toEqual(['11223344556677889000']);
  });
});

describe('the length that we take', () => {
  it('is announced again after a RESYNCH', () => {
    const bad = ANSWER.replace(/..$/, '00');
    const { answers, left } = play(
      {
        apdus: [APDU],
        announceIfsd: 254,
        steps: [
          ['>', S('IFS', false, 254)],
          ['<', S('IFS', true, 254)],
          ['>', I0],
          ['<', bad],
          ['>', R(0, 1)],
          ['<', bad],
          ['>', R(0, 1)],
          ['<', bad],
          ['>', S('RESYNCH', false)],
          ['<', S('RESYNCH', true)],
          ['>', S('IFS', false, 254)],
          ['<', S('IFS', true, 254)],
          ['>', I0],
          ['<', ANSWER],
        ],
      },
      { repeatAfterResynch: true },
    );
    expect(answers).toEqual(['11223344556677889000']);
    expect(left).toEqual([]);
  });

  it('that the card does not take after a RESYNCH ends it', () => {
    const steps: Step[] = [
      ['>', S('IFS', false, 254)],
      ['<', S('IFS', true, 254)],
      ['>', I0],
      ...Array.from({ length: 2 }, (): Step[] => [
        ['<timeout', ''],
        ['>', R(0, 2)],
      ]).flat(),
      ['<timeout', ''],
      ['>', S('RESYNCH', false)],
      ['<', S('RESYNCH', true)],
      ...Array.from({ length: 3 }, (): Step[] => [
        ['>', S('IFS', false, 254)],
        ['<', S('IFS', true, 100)],
      ]).flat(),
    ];
    expect(play({ apdus: [APDU], announceIfsd: 254, steps }).error).toEqual(['card-protocol', 'block', 'unknown']);
  });

  it('that the card never takes is an error', () => {
    const steps = Array.from({ length: 3 }, (): Step[] => [
      ['>', S('IFS', false, 254)],
      ['<timeout', ''],
    ]).flat();
    expect(play({ apdus: [], announceIfsd: 254, steps }).error).toEqual(['card-mute', undefined, 'unknown']);
  });

  it.each([0, 255, 1.5])('is never %s', (ifsd) => {
    expect(() => new T1().announceIfsd(ifsd).next()).toThrow(RangeError);
    expect(() => new T1({ ifsc: ifsd })).toThrow(RangeError);
  });
});

describe('by the rules of EMV', () => {
  const announced: Step[] = [
    ['>', S('IFS', false, 254)],
    ['<', S('IFS', true, 254)],
  ];
  const emv = (steps: readonly Step[]) => one([...announced, ['>', I0], ...steps], { emv: true });

  it('the size is announced once, before the first command', () => {
    const steps: Step[] = [
      ...announced,
      ['>', I0],
      ['<', ANSWER],
      ['>', block({ kind: 'I', ns: 1, more: false, inf: fromHex(APDU) })],
      ['<', block({ kind: 'I', ns: 1, more: false, inf: fromHex('9000') })],
    ];
    expect(play({ apdus: [APDU, APDU], steps }, { emv: true }).answers).toEqual(['11223344556677889000', '9000']);
  });

  it('nothing is resynchronised', () => {
    const silence: Step[] = [
      ['<timeout', ''],
      ['>', R(0, 2)],
    ];
    expect(emv([...silence, ...silence, ['<timeout', '']]).error).toEqual(['card-mute', undefined, 'unknown']);
  });

  it('no card aborts', () => {
    expect(emv([['<', S('ABORT', false)]]).error).toEqual(['card-protocol', 'aborted', 'unknown']);
  });

  it('what cannot be understood ends the card', () => {
    const rubbish: Step[] = [
      ['<', '00'],
      ['>', R(0, 2)],
    ];
    expect(emv([...rubbish, ...rubbish, ['<', '00']]).error).toEqual(['card-protocol', 'block', 'unknown']);
  });
});

it('a command that is none is not sent', () => {
  expect(() => new T1().exchange(fromHex('00')).next()).toThrow('four bytes');
});

it('a card that needs a RESYNCH again and again is given up', () => {
  const round: Step[] = [
    ['>', I0],
    ['<timeout', ''],
    ['>', R(0, 2)],
    ['<timeout', ''],
    ['>', R(0, 2)],
    ['<timeout', ''],
    ['>', S('RESYNCH', false)],
    ['<', S('RESYNCH', true)],
  ];
  const { error, left } = one([...round, ...round, ...round, ...round, ...round], { repeatAfterResynch: true });
  expect(error).toEqual(['card-protocol', 'resynchronised', 'unknown']);
  expect(left).toHaveLength(8);
});

it('an error of the line goes through as it is', () => {
  const engine = new T1().exchange(fromHex(APDU));
  engine.next();
  expect(() => engine.throw(new RangeError('the line'))).toThrow(RangeError);
});

it('an error of the line goes through an announcement as it is', () => {
  const engine = new T1().announceIfsd(254);
  engine.next();
  expect(() => engine.throw(new RangeError('the line'))).toThrow(RangeError);
});

it('an error of the line in a RESYNCH goes through as it is', () => {
  const engine = new T1().exchange(fromHex(APDU));
  engine.next();
  for (let count = 0; count < 3; count++) engine.next('timeout');
  expect(() => engine.throw(new RangeError('the line'))).toThrow(RangeError);
});

it('a command that was never whole on the line is not done after a RESYNCH', () => {
  const engine = new T1().exchange(fromHex('00D6000028'.padEnd(90, '0')));
  engine.next();
  for (let count = 0; count < 3; count++) engine.next('timeout');
  const answered = () => engine.next(fromHex(S('RESYNCH', true)));
  expect(answered).toThrow(expect.objectContaining({ details: { reason: 'resynchronised', outcome: 'not-done' } }));
});
