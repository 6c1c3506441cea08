import { test } from 'vitest';
import { concat, equalBytes } from '../../../apdu/bytes.ts';
import { withChaining } from '../../../apdu/chaining.ts';
import { decodeCommand, encodeCommand } from '../../../apdu/command.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { Rng } from '../seeds.ts';
import { attack } from './attack.ts';

const CODES = new Set(['chain-too-long', 'chain-stalled', 'answer-malformed']);

type Answers = (round: number) => Uint8Array;

/** Manners of a card: endless, empty, shrinking, growing, alternating, or none at all. */
function manners(rng: Rng): Answers {
  const answer = (length: number, sw: number) => concat([rng.bytes(length), Uint8Array.of(sw >> 8, sw & 0xff)]);
  const step = 1 + rng.int(60);
  const kinds: Answers[] = [
    () => answer(rng.int(257), 0x6100 + rng.int(256)),
    (round) => answer(round === 0 ? 2 : 0, 0x6110),
    (round) => answer(Math.max(1, 200 - round * step), 0x6100 + Math.max(0, 200 - round * step)),
    (round) => answer(round * step, 0x6100 + Math.min(255, round * step)),
    (round) => (round % 2 === 0 ? answer(0, 0x6c00 + step) : answer(step, 0x6100 + step)),
    () => answer(0, 0x6c00 + rng.int(256)),
    (round) => (round < step ? answer(2, 0x6102) : answer(2, 0x9000)),
    () => rng.bytes(rng.int(6)),
    () => answer(rng.int(8), rng.pick([0x9000, 0x6101, 0x6c04, 0x6f00, 0x6283, 0x63c1])),
    () => answer(rng.pick([256, 4096, 65_536]), 0x6100),
  ];
  const usual = rng.pick(kinds);
  return rng.int(3) === 0 ? (round) => rng.pick(kinds)(round) : usual;
}

function someCommand(rng: Rng): Uint8Array {
  const header = { cla: rng.pick([0x00, 0x80, 0x84, 0x41]), ins: rng.pick([0xa4, 0xb2, 0x20, 0xca]), p1: 0, p2: 0 };
  const data = rng.int(2) === 0 ? {} : { data: rng.bytes(1 + rng.int(8)) };
  const le = rng.int(4) === 0 ? {} : { le: rng.pick([1, 16, 255, 256, 4096, 65_536]) };
  return encodeCommand({ ...header, ...data, ...le });
}

/** What may be sent after an answer: GET RESPONSE after 61xx, the same with another Le after 6Cxx, nothing else. */
function breach(sent: readonly Uint8Array[], answers: readonly Uint8Array[]): string | undefined {
  const [first] = sent;
  if (!first) return 'nothing was sent';
  if (sent.length > 65) return `${sent.length} commands for one`;
  for (let round = 1; round < sent.length; round++) {
    const now = decodeCommand(sent[round] as Uint8Array);
    const before = decodeCommand(sent[round - 1] as Uint8Array);
    const sw1 = answers[round - 1]?.at(-2);
    const sameButLe = equalBytes(withoutLe(now), withoutLe(before));
    if (sw1 === 0x61 && now.ins !== 0xc0) return '61xx was not followed by GET RESPONSE';
    if (sw1 === 0x6c && !(sameButLe && before.le !== undefined)) return '6Cxx was followed by something else';
    if (sw1 !== 0x61 && sw1 !== 0x6c) return 'a command was sent after the end';
  }
  return undefined;
}

function withoutLe({ cla, ins, p1, p2, data }: ReturnType<typeof decodeCommand>): Uint8Array {
  return Uint8Array.of(cla, ins, p1, p2, ...(data ?? []));
}

test('no card keeps the terminal in a chain, or gets a command twice that it has executed', async () => {
  let ends = 0;
  await attack('chains', 20_000, someCommand, async (input, rng) => {
    const answerOf = manners(rng);
    const sent: Uint8Array[] = [];
    const answers: Uint8Array[] = [];
    const card = {
      async transmit(command: Uint8Array) {
        const answer = answerOf(sent.length);
        sent.push(command);
        answers.push(answer);
        return answer;
      },
    };
    const options = { collectAll: rng.int(2) === 0, fetch: rng.pick(['expected', 'always'] as const) };
    try {
      const answer = await withChaining(card, options).transmit(input);
      ends++;
      if (answer.length > 65_538) return `${answer.length} bytes were collected`;
      if (!equalBytes(answer.subarray(-2), (answers.at(-1) as Uint8Array).subarray(-2))) return 'not the last status';
    } catch (error) {
      if (!(error instanceof SscardError && CODES.has(error.code))) throw error;
    }
    return breach(sent, answers);
  });
  if (ends < 2_000) throw new Error(`only ${ends} chains came to an end: the generator has lost its aim`);
});
