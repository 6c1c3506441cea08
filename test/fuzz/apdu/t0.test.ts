import { test } from 'vitest';
import { concat, equalBytes } from '../../../apdu/bytes.ts';
import { decodeCommand, encodeCommand } from '../../../apdu/command.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { type T0Event, type T0LineOptions, t0Apdu } from '../../../apdu/t0-line.ts';
import { t0Exchange } from '../../../apdu/t0-tpdu.ts';
import type { ResponseApdu } from '../../../apdu/types.ts';
import type { Rng } from '../seeds.ts';
import { attack } from './attack.ts';

const CODES = new Set([
  'card-mute',
  'card-protocol',
  'chain-too-long',
  'chain-stalled',
  'command-malformed',
  'unsupported',
]);
/** Rounds of 61xx and 6Cxx, and the envelopes of the longest command. */
const MOST_TPDUS = 65 + 258;
/** Per TPDU: a header, and for each procedure byte a wait and what it lets through. */
const MOST_STEPS = 3 * 1024 + 2;

function someCommand(rng: Rng): Uint8Array {
  const ins = rng.pick([0xa4, 0xb2, 0x20, 0xca, 0xd6, 0xc0]);
  const header = { cla: rng.pick([0x00, 0x80, 0x84, 0x41]), ins, p1: 0, p2: 0 };
  const long = rng.int(20) === 0;
  const data = rng.int(2) === 0 ? {} : { data: rng.bytes(long ? 256 + rng.int(400) : 1 + rng.int(12)) };
  const le = rng.int(3) === 0 ? {} : { le: rng.pick([1, 4, 16, 255, 256, 257, 4096, 65_536]) };
  return encodeCommand({ ...header, ...data, ...le });
}

/** What the engine ends with; anything but a value or a typed error is a finding. */
function ended(code: string, outcome: string | undefined, sent: number): string | undefined {
  if (!CODES.has(code)) return `an error ${code}`;
  if ((outcome === 'not-done') !== (sent === 0)) return `${code}: ${outcome} after ${sent} TPDUs`;
  return undefined;
}

/** TPDUs that carry the command itself: once, and once more after 6Cxx where it brought no data. */
function executed(command: Uint8Array, tpdus: readonly Uint8Array[]): string | undefined {
  const { data } = decodeCommand(command);
  const same = tpdus.filter((tpdu) => equalBytes(tpdu.subarray(0, 4), command.subarray(0, 4)));
  // GET RESPONSE as the command itself looks like the rounds behind it.
  if (command[1] === 0xc0) return undefined;
  if (same.length > (data === undefined ? 2 : 1)) return `the command was sent ${same.length} times`;
  return undefined;
}

/** Characters of a card that is mostly right: what it would say to this header, with something else in between. */
function said(rng: Rng, ins: number): number {
  const usual = [ins, ins ^ 0xff, 0x60, 0x61, 0x6c, 0x90, 0x00, 0x9f, 0x6f, ins ^ 0x01, ins ^ 0xfe];
  return rng.int(40) === 0 ? rng.int(256) : rng.pick(usual);
}

test('characters: a value or a typed error, in bounded steps', async () => {
  let ends = 0;
  await attack('T=0 characters', 100_000, someCommand, (input, rng) => {
    const options: T0LineOptions = { vpp: rng.int(4) === 0, envelope: rng.int(2) === 0, collectAll: rng.int(4) === 0 };
    let header: Uint8Array = new Uint8Array(5);
    let sent = 0;
    let steps = 0;
    const answer = (most: number): T0Event => {
      if (rng.int(200) === 0) return 'timeout';
      const count = Math.min(most, 1 + rng.int(300));
      return count === 1 ? Uint8Array.of(said(rng, header[1] as number)) : rng.bytes(count);
    };
    const engine = t0Apdu(input, options);
    try {
      let step = engine.next();
      while (!step.done) {
        if (++steps > MOST_TPDUS * MOST_STEPS) return `${steps} steps`;
        const action = step.value;
        if (action.kind === 'receive') {
          if (action.most < 1) return 'a wait for nothing';
          step = engine.next(answer(action.most));
          continue;
        }
        if (sent++ === 0 && !equalBytes(action.bytes.subarray(0, 1), input.subarray(0, 1)) && !options.envelope)
          return 'something else was sent';
        if (action.bytes.length === 5) header = action.bytes;
        step = engine.next(undefined);
      }
      ends++;
      if (step.value.length < 2 || step.value.length > 65_538) return `an answer of ${step.value.length} bytes`;
      return undefined;
    } catch (error) {
      if (!(error instanceof SscardError)) throw error;
      return ended(error.code, error.details.outcome, sent);
    }
  });
  if (ends < 2_000) throw new Error(`only ${ends} exchanges came to an end: the generator has lost its aim`);
});

type Answers = (round: number, expected: number) => ResponseApdu;

/** Manners of a card: endless, empty, shrinking, growing, alternating, or none at all (reliability-targets.md 3). */
function manners(rng: Rng): Answers {
  const some = (length: number, sw: number): ResponseApdu => ({ data: rng.bytes(Math.max(0, length)), sw });
  const step = 1 + rng.int(60);
  const kinds: Answers[] = [
    (_, expected) => some(rng.int(expected + 1), 0x6100 + rng.int(256)),
    (round) => some(round === 0 ? 2 : 0, 0x6110),
    (round) => some(200 - round * step, 0x6100 + Math.max(0, 200 - round * step)),
    (round) => some(round * step, 0x6100 + Math.min(255, round * step)),
    (round) => (round % 2 === 0 ? some(0, 0x6c00 + step) : some(step, 0x6100 + step)),
    () => some(0, 0x6c00 + rng.int(256)),
    (round) => (round < step ? some(2, 0x6102) : some(2, 0x9000)),
    () => some(rng.int(8), rng.pick([0x9000, 0x6101, 0x6c04, 0x6f00, 0x6283, 0x63c1])),
    () => some(rng.pick([256, 4096, 65_536]), 0x6100),
  ];
  const usual = rng.pick(kinds);
  return rng.int(3) === 0 ? (round, expected) => rng.pick(kinds)(round, expected) : usual;
}

/** GET RESPONSE after 61xx or after data that were taken, the same with another Le after 6Cxx, the next piece after an envelope. */
function breach(tpdus: readonly Uint8Array[], answers: readonly ResponseApdu[]): string | undefined {
  for (let round = 1; round < tpdus.length; round++) {
    const now = tpdus[round] as Uint8Array;
    const before = tpdus[round - 1] as Uint8Array;
    const sw = (answers[round - 1] as ResponseApdu).sw;
    const sameButP3 = now.length === 5 && before.length === 5 && equalBytes(now.subarray(0, 4), before.subarray(0, 4));
    if (sw >> 8 === 0x6c && !(sameButP3 && now[4] === (sw & 0xff))) return '6Cxx was followed by something else';
    if (sw >> 8 === 0x61 && now[1] !== 0xc0) return '61xx was not followed by GET RESPONSE';
    if (sw === 0x9000 && now[1] !== 0xc0 && now[1] !== 0xc2) return '9000 was followed by another command';
    if (![0x61, 0x6c, 0x90].includes(sw >> 8) && now[1] !== 0xc0) return 'a command was sent after the end';
  }
  return undefined;
}

/** All data but those beside a 6Cxx that was corrected, and those beside the receipt for a piece of an envelope. */
function collected(tpdus: readonly Uint8Array[], answers: readonly ResponseApdu[]): Uint8Array {
  const counts = ({ sw }: ResponseApdu, at: number) => {
    const next = tpdus[at + 1];
    return next === undefined || (sw >> 8 !== 0x6c && next[1] !== 0xc2);
  };
  return concat(answers.filter(counts).map(({ data }) => data));
}

test('61xx and 6Cxx chains: at most 64 rounds and 64 KiB, a command once', async () => {
  let ends = 0;
  await attack('T=0 chains', 20_000, someCommand, (input, rng) => {
    const answerOf = manners(rng);
    const tpdus: Uint8Array[] = [];
    const answers: ResponseApdu[] = [];
    const options = { envelope: rng.int(2) === 0, collectAll: rng.int(2) === 0, fetchAfterWarning: rng.int(2) === 0 };
    const engine = t0Exchange(input, options);
    const check = () => executed(input, tpdus) ?? breach(tpdus, answers);
    try {
      let step = engine.next();
      while (!step.done) {
        const { bytes, expected } = step.value;
        if (bytes.length !== 5 && bytes.length !== 5 + (bytes[4] as number)) return 'P3 and data disagree';
        if (tpdus.length > MOST_TPDUS) return `${tpdus.length} TPDUs`;
        const answer = answerOf(tpdus.length, expected);
        tpdus.push(bytes);
        answers.push(answer);
        step = engine.next(answer);
      }
      ends++;
      if (step.value.length > 65_538) return `${step.value.length} bytes were collected`;
      if (!equalBytes(step.value.subarray(0, -2), collected(tpdus, answers))) return 'not all that came';
      return check();
    } catch (error) {
      if (!(error instanceof SscardError)) throw error;
      const rounds = tpdus.filter(([, ins]) => ins !== 0xc2).length;
      if (rounds > 64) return `${rounds} rounds`;
      return ended(error.code, error.details.outcome, tpdus.length) ?? check();
    }
  });
  if (ends < 2_000) throw new Error(`only ${ends} chains came to an end: the generator has lost its aim`);
});
