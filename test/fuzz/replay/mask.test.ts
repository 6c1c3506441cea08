import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { equalBytes } from '../../../apdu/bytes.ts';
import { decodeCommand } from '../../../apdu/command.ts';
import { parseTranscript, type Step } from '../../../drivers/replay/transcript.ts';
import { createMasker } from '../../../src/trace/mask.ts';
import { mutate, type Rng, random, report, seeds } from '../seeds.ts';

const EXCHANGES = 60_000;
const PIN_INSTRUCTIONS = [0x20, 0x24, 0x5e];
const golden = new URL('../../../fixtures/golden/', import.meta.url);
const samples = readdirSync(golden)
  .filter((name) => name.endsWith('.transcript'))
  .flatMap((name) => parseTranscript(readFileSync(new URL(name, golden))).steps)
  .filter((step): step is Exclude<Step, { kind: 'event' }> => step.kind !== 'event');
const bytesOf = (kind: Step['kind']) => samples.filter((step) => step.kind === kind).map((step) => step.bytes.bytes);
const commands = bytesOf('command');
const answers = bytesOf('answer');
const atrs = bytesOf('atr');

/** Each pair is two asterisks or the byte that was there. */
function checkLine(line: string, bytes: Uint8Array): string[] {
  const pairs = line === '' ? [] : line.split(' ');
  const wrong = pairs.filter((pair, at) => pair !== '**' && Number.parseInt(pair, 16) !== bytes[at]);
  if (pairs.length !== bytes.length || wrong.length > 0)
    throw new Error(`${line} is not of ${Buffer.from(bytes).toString('hex')}`);
  return pairs;
}

function pinCommand(rng: Rng): Uint8Array {
  const header = [rng.pick([0x00, 0x80, 0x84, 0x01, 0x0c]), rng.pick(PIN_INSTRUCTIONS), rng.int(3), rng.int(3)];
  const data = rng.bytes(1 + rng.int(20));
  const forms = [[data.length], [0, 0, data.length], []];
  const le = rng.pick([[], [0]]);
  return Uint8Array.from([...header, ...rng.pick(forms), ...data, ...le]);
}

/** Everything after the header and a length field that fits must be hidden. */
function checkPinCommand(pairs: readonly string[], bytes: Uint8Array): void {
  const { data } = tryDecode(bytes) ?? {};
  const start = data ? data.byteOffset - bytes.byteOffset : 4;
  const shown = pairs.findIndex((pair, at) => at >= start && pair !== '**');
  if (shown >= 0) throw new Error(`byte ${shown} of a PIN command is shown: ${pairs.join(' ')}`);
}

function tryDecode(bytes: Uint8Array): { readonly data?: Uint8Array } | undefined {
  try {
    return decodeCommand(bytes);
  } catch {
    return undefined;
  }
}

const vary = (rng: Rng, list: readonly Uint8Array[]) =>
  rng.int(3) === 0 ? mutate(rng, rng.pick(list)) : rng.pick(list);

it('whatever is exchanged, lines have the right length, shown bytes are true, and no PIN is shown', () => {
  const used = seeds();
  let pins = 0;
  for (const seed of used) {
    const rng = random(seed);
    const masker = createMasker();
    for (let count = Math.ceil(EXCHANGES / used.length); count > 0; count--) {
      if (rng.int(50) === 0) {
        const atr = vary(rng, atrs);
        checkLine(masker.atr(atr), atr);
      }
      if (rng.int(50) === 0) masker.reset();
      const command =
        rng.int(6) === 0 ? pinCommand(rng) : rng.int(6) === 0 ? rng.bytes(rng.int(24)) : vary(rng, commands);
      const before = command.slice();
      const pairs = checkLine(masker.command(command), command);
      if (!equalBytes(command, before)) throw new Error('the command was changed');
      if (PIN_INSTRUCTIONS.includes(command[1] ?? 0) && command.length > 4) {
        pins++;
        checkPinCommand(pairs, command);
      }
      if (rng.int(20) === 0) continue;
      const answer = rng.int(6) === 0 ? rng.bytes(rng.int(40)) : vary(rng, answers);
      checkLine(masker.answer(answer), answer);
    }
  }
  report('mask', EXCHANGES, used, `${pins} with a PIN`);
  expect(pins).toBeGreaterThan(EXCHANGES / 10);
});
