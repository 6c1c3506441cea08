import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { SscardError } from '../../../apdu/errors.ts';
import { type T0LineOptions, t0Apdu } from '../../../apdu/t0-line.ts';
import { type T0Options, t0Exchange } from '../../../apdu/t0-tpdu.ts';
import file from '../../../fixtures/vectors/readers/t0-exchanges.json' with { type: 'json' };

type Step = readonly [string, string];

interface Vector {
  readonly id: string;
  readonly title: string;
  readonly apdu: string;
  readonly steps: readonly Step[];
  readonly rapdu: string | null;
  readonly error?: string;
  /** Steps from this one on are of the other policy. */
  readonly strictIgnoresStepsFrom?: number;
  readonly altRapdu?: string;
}

const vectors = file.vectors as unknown as readonly Vector[];

/** Plays the card's side of a vector byte by byte. @returns the answer, or the error; and what was left of the steps */
function play({ apdu, steps }: Vector, options: T0LineOptions, piece: number) {
  const left = steps.map(([side, bytes]) => [side, bytes] as [string, string]);
  const take = (most: number): Uint8Array | 'timeout' => {
    const step = left[0];
    if (step === undefined || step[0] === '>') throw new Error('the engine waits while the card does');
    if (step[0] === '<timeout') {
      left.shift();
      return 'timeout';
    }
    const bytes = step[1].slice(0, 2 * Math.min(most, piece));
    step[1] = step[1].slice(bytes.length);
    if (step[1] === '') left.shift();
    return fromHex(bytes);
  };
  const sent = (bytes: Uint8Array) => {
    const step = left.shift();
    expect(['>', toHex(bytes)]).toEqual(step);
  };
  const engine = t0Apdu(fromHex(apdu), options);
  try {
    let step = engine.next();
    while (!step.done) {
      const { value } = step;
      if (value.kind === 'send') sent(value.bytes);
      step = engine.next(value.kind === 'send' ? undefined : take(value.most));
    }
    return { answer: toHex(step.value), left };
  } catch (error) {
    const { code, details } = error as SscardError;
    return { error: code, reason: details?.reason, outcome: details?.outcome, left };
  }
}

describe('the published exchanges', () => {
  it.each(vectors)('$id: $title', (vector) => {
    const steps = vector.steps.slice(0, vector.strictIgnoresStepsFrom);
    for (const piece of [256, 1, 3]) {
      const played = play({ ...vector, steps }, {}, piece);
      expect(played.left).toEqual([]);
      if (vector.rapdu !== null) expect(played.answer).toBe(vector.rapdu);
    }
  });

  it.each(vectors.filter(({ altRapdu }) => altRapdu !== undefined))('$id, collecting all', (vector) => {
    expect(play(vector, { collectAll: true }, 256)).toEqual({ answer: vector.altRapdu, left: [] });
  });

  it.each([
    ['t0-17', 'card-protocol', 'procedure-byte', 'unknown'],
    ['t0-18', 'card-mute', undefined, 'unknown'],
    ['t0-19', 'card-mute', undefined, 'unknown'],
    ['t0-20', 'command-malformed', undefined, 'not-done'],
  ])('%s ends with %s', (id, error, reason, outcome) => {
    const vector = vectors.find((one) => one.id === id) as Vector;
    expect(play(vector, {}, 256)).toEqual({ error, reason, outcome, left: [] });
  });
});

const line = (apdu: string, steps: readonly Step[], options: T0LineOptions = {}) =>
  play({ id: '', title: '', apdu, steps, rapdu: null }, options, 256);

describe('procedure bytes', () => {
  it('of old cards are taken where that is wanted', () => {
    const steps: Step[] = [
      ['>', '00D6000002'],
      ['<', '28'],
      ['>', 'AA'],
      ['<', 'D7'],
      ['>', 'BB'],
      ['<', '9000'],
    ];
    expect(line('00D6000002AABB', steps, { vpp: true }).answer).toBe('9000');
    expect(line('00D6000002AABB', steps).error).toBe('card-protocol');
  });

  it('an acknowledgement when all has been moved moves nothing', () => {
    const steps: Step[] = [
      ['>', '00A4000000'],
      ['<', 'A4'],
      ['<', '9000'],
    ];
    expect(line('00A40000', steps).answer).toBe('9000');
  });

  it('without end end the exchange', () => {
    const steps: Step[] = [
      ['>', '00A4000000'],
      ['<', '60'.repeat(2000)],
    ];
    expect(line('00A40000', steps)).toMatchObject({ error: 'card-protocol', reason: 'endless' });
  });

  it('an event without bytes is silence', () => {
    const engine = t0Apdu(fromHex('00A40000'));
    engine.next();
    engine.next();
    expect(() => engine.next(new Uint8Array(0))).toThrow('waiting time');
  });
});

/** Answers to one TPDU after the other. @returns what was sent, and what came of it */
function exchange(apdu: string, answers: readonly string[], options: T0Options = {}) {
  const sent: string[] = [];
  const engine = t0Exchange(fromHex(apdu), options);
  try {
    let step = engine.next();
    for (const answer of answers) {
      if (step.done) break;
      sent.push(`${toHex(step.value.bytes)} ${step.value.expected}`);
      const bytes = fromHex(answer);
      const sw = Number.parseInt(answer.slice(-4), 16);
      step = engine.next({ data: bytes.subarray(0, -2), sw });
    }
    return { sent, answer: step.done ? toHex(step.value) : 'more' };
  } catch (error) {
    const { code, details } = error as SscardError;
    return { sent, error: code, outcome: details.outcome };
  }
}

const LONG = `00D60000000100${'AB'.repeat(256)}`;

describe('TPDUs', () => {
  it('of an extended command with short data are those of the short one', () => {
    expect(exchange('00D6000000000301020300FF', ['6103', '0102039000']).sent).toEqual([
      '00D6000003010203 0',
      '00C0000003 3',
    ]);
  });

  it('of an extended Le collect until it is reached', () => {
    const part = 'AA'.repeat(256);
    const { sent, answer } = exchange('00B00000000102', [`${part}6110`, 'BBBB9000']);
    expect(sent).toEqual(['00B0000000 256', '00C0000002 2']);
    expect(answer).toBe(`${part}BBBB9000`);
  });

  it('that carry more than a card takes are refused, unsent', () => {
    expect(exchange(LONG, [])).toEqual({ sent: [], error: 'unsupported', outcome: 'not-done' });
  });

  it('carry a long command in envelopes, and an empty one at the end', () => {
    const { sent, answer } = exchange(LONG, ['9000', '9000', '9000'], { envelope: true });
    expect(sent.map((tpdu) => tpdu.slice(0, 10))).toEqual(['00C20000FF', '00C2000008', '00C2000000']);
    expect(sent[0]?.slice(10, 24)).toBe(LONG.slice(0, 14));
    expect(answer).toBe('9000');
  });

  it('of an envelope that the card refuses are the last', () => {
    expect(exchange(LONG, ['6D00'], { envelope: true })).toMatchObject({ answer: '6D00' });
  });

  it('after a warning fetch the data where that is wanted', () => {
    const apdu = '00A40400023F0000';
    expect(exchange(apdu, ['6283']).answer).toBe('6283');
    for (const sw of ['6283', '6310', '9F12']) {
      const fetched = exchange(apdu, [sw, 'AABB9000'], { fetchAfterWarning: true });
      expect(fetched).toEqual({ sent: ['00A40400023F00 0', '00C0000000 256'], answer: 'AABB9000' });
    }
  });

  it('after an error fetch nothing', () => {
    expect(exchange('00A40400023F0000', ['6A82'], { fetchAfterWarning: true }).answer).toBe('6A82');
  });

  it('repeat no command that brought data', () => {
    expect(exchange('00A40400023F0000', ['6C10']).answer).toBe('6C10');
  });

  it.each([
    ['6C twice', '00B0000010', ['6C05', '6C05'], 'chain-stalled'],
    ['61 without data', '00A40400023F0000', ['6110', '6110'], 'chain-stalled'],
    ['61 without end', '00B00000000000', ['6101', ...Array(80).fill('AA6101')], 'chain-too-long'],
    ['too many bytes', '00B00000000000', ['6100', ...Array(3).fill(`${'AA'.repeat(40_000)}6100`)], 'chain-too-long'],
  ])('%s', (_, apdu, answers, error) => {
    expect(exchange(apdu, answers)).toMatchObject({ error, outcome: 'unknown' });
  });

  it('ask for 256 bytes where the card says 6C00', () => {
    expect(exchange('00B0000010', ['6C00', 'AA9000']).sent).toEqual(['00B0000010 16', '00B0000000 256']);
  });

  it('of CLA FF are never sent', () => {
    expect(exchange('FF001000', [])).toEqual({ sent: [], error: 'command-malformed', outcome: 'not-done' });
  });

  it('fetch on the channel of the command', () => {
    expect(exchange('8DCA9F7F00', ['6104', '010203049000']).sent).toEqual(['8DCA9F7F00 256', '01C0000004 4']);
  });
});
