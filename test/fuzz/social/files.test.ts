import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';
import { firstTpdu } from '../../../apdu/command.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { openCard } from '../../../src/card.ts';
import { SimulatedCard } from '../../../src/simulator/card.ts';
import type { CardImage } from '../../../src/simulator/image.ts';
import type { ItemChange } from '../../../src/social/files/change.ts';
import type { FilesReading } from '../../../src/social/files/reading.ts';
import type { UpdateReport } from '../../../src/social/files/report.ts';
import { scriptedKeys } from '../../simulator/account/scripted.ts';
import { cardFile, pin } from '../../simulator/files/cards.ts';
import { scriptedChannel } from '../../simulator/social/channels.ts';
import { mutate, type Rng, random, report, seeds } from '../seeds.ts';

/** Hostile answers to acts with files (reliability-targets.md 3). */
const FLOWS = 4_000;

const ITEMS = ['SSSEEF05|05', 'SSSEEF06|09', 'photo', 'DF01EF15', 'DF01EF16', 'DF02EF07', 'DF04EF06', 'DF04EF08'];
const CHANGES: readonly ItemChange[] = [
  { address: 'SSSEEF06|09', value: '欧阳王五' },
  { address: 'DF01EF15|40:01,58', value: '1919-07' },
  { address: 'DF01EF16', value: new Uint8Array(250) },
  { address: 'DF02EF07:00', value: { 'employmentRecord.startDate': '1920-01-01' } },
];
const STATUS = [
  '9000',
  '6101',
  '61FF',
  '6C00',
  '6C06',
  '6581',
  '63C1',
  '6700',
  '6982',
  '6983',
  '6984',
  '6A82',
  '6A83',
  '6B00',
  '6F00',
];
const CODES = new Set([
  'answer-malformed',
  'application-blocked',
  'card-refused',
  'chain-stalled',
  'chain-too-long',
  'generation-unknown',
  'not-social-security-card',
  'record-malformed',
]);
/** The card seems to be of another generation or region, which has no such item: nothing is sent for it. */
const OTHER_CARD = new Set(['item-unknown', 'value-malformed']);
/** Three to open, 120 in the longest act, each followed for 64 rounds at most. */
const MOST_COMMANDS = 200 * 65;

function nonsense(rng: Rng, real: Uint8Array): Uint8Array {
  switch (rng.int(4)) {
    case 0:
      return mutate(rng, real);
    case 1:
      return rng.bytes(rng.int(260));
    case 2:
      return concat([real.subarray(0, -2), fromHex(rng.pick(STATUS))]);
    default:
      return concat([mutate(rng, real.subarray(0, -2)), fromHex('9000')]);
  }
}

/** A card that gives whoever asks: whether a key was right is not what is looked at here. */
async function generous(): Promise<CardImage> {
  const { card } = await cardFile();
  const directories = card.directories.map((directory) => ({
    ...directory,
    files: directory.files.map((file) => ({ ...file, read: 'free' as const, update: 'free' as const })),
  }));
  return { ...card, directories };
}

const keys = scriptedKeys({ cryptogram: async () => ({ kind: 'done', value: new Uint8Array(8) }) });

interface Run<T> {
  readonly came: T | SscardError;
  readonly sent: readonly string[];
  readonly answers: readonly string[];
  readonly endings: readonly string[];
}

/** @param hostile which commands are answered by nonsense, counted from 1 */
async function run<T>(
  image: CardImage,
  rng: Rng,
  hostile: (count: number) => boolean,
  act: (files: Awaited<ReturnType<typeof openCard>>['social']['files']) => Promise<T>,
): Promise<Run<T>> {
  const card = new SimulatedCard(image);
  card.powerOn();
  const answers: string[] = [];
  const real = (command: Uint8Array) =>
    command[1] === 0x82 ? fromHex('9000') : card.process(firstTpdu(command) ?? command);
  const channel = scriptedChannel({
    atr: image.atr,
    answer: (command) => {
      const bytes = hostile(answers.length + 1) ? nonsense(rng, real(command)) : real(command);
      answers.push(toHex(bytes.subarray(0, 300)));
      return bytes;
    },
  });
  const { social } = await openCard(channel, { keys });
  const came = await act(social.files).catch((error: unknown) => {
    if (error instanceof SscardError) return error;
    throw error;
  });
  return { came, answers, sent: channel.sent, endings: channel.endings };
}

/** What must not be, whatever the act: a PIN sent twice, a key tried again after the card refused it. */
function stray<T>({ came, sent, answers, endings }: Run<T>): string | undefined {
  if (sent.filter((command) => command.startsWith('0020')).length > 1) return 'the PIN was sent twice';
  const refusedKeys = new Set<string>();
  for (const [at, command] of sent.entries()) {
    if (!command.startsWith('0082')) continue;
    const key = `${sent.slice(0, at).findLast((one) => one.startsWith('00A4'))} ${command.slice(6, 8)}`;
    if (refusedKeys.has(key)) return `key ${key} was tried again`;
    if (/^(63C.|6983)$/.test(answers[at] ?? '')) refusedKeys.add(key);
  }
  if (sent.length > MOST_COMMANDS) return `${sent.length} commands`;
  if (endings.join() !== 'reset') return `the transaction ends with ${endings}`;
  if (!(came instanceof SscardError)) return undefined;
  if (OTHER_CARD.has(came.code)) return sent.length > 5 ? `${came.code} after ${sent.length} commands` : undefined;
  if (!CODES.has(came.code)) return `ends with ${came.code}`;
  return came.details.step === undefined || came.details.place === undefined
    ? `${came.code} names no place`
    : undefined;
}

function fuzz<T>(
  name: string,
  act: Parameters<typeof run<T>>[3],
  judge: (run: Run<T>) => string | undefined,
  longest: number,
): void {
  it(name, { timeout: 120_000 }, async () => {
    const used = seeds();
    const image = await generous();
    let whole = 0;
    let count = 0;
    for (const seed of used) {
      const rng = random(seed);
      for (let n = 0; n < FLOWS / used.length; n++, count++) {
        const at = 1 + rng.int(longest);
        const often = rng.int(3) === 0;
        const came = await run(image, rng, (command) => command === at || (often && rng.int(8) === 0), act);
        if (!(came.came instanceof SscardError)) whole++;
        const problem = stray(came) ?? judge(came);
        if (problem !== undefined) {
          const script = came.sent.map((command, at) => `> ${command}\n< ${came.answers[at]}`).join('\n');
          throw new Error(`seed ${seed}: ${problem}\n${script}`);
        }
      }
    }
    report(name, count, used, `${whole} came to an end`);
    expect(whole).toBeGreaterThan(0);
  });
}

describe('hostile answers', () => {
  fuzz<FilesReading>(
    'readings of files',
    (files) => files.read(ITEMS, pin()),
    ({ came }) => {
      if (came instanceof SscardError) return undefined;
      return came.files.length === ITEMS.length ? undefined : `${came.files.length} files`;
    },
    90,
  );

  fuzz<UpdateReport>(
    'updates of files',
    (files) => files.update(CHANGES, pin()),
    ({ came, sent }) => {
      if (came instanceof SscardError) return undefined;
      const { outcome, items, error } = came;
      if (error !== undefined && !CODES.has(error.code)) return `cut by ${error.code}`;
      const states = items.map(({ state }) => state);
      if (states.includes('unknown') !== (outcome === 'unknown')) return `${outcome} of ${states}`;
      const done = states.every((state) => state === 'new' || state === 'unchanged');
      if (done !== (outcome === 'done')) return `${outcome} of ${states}`;
      const written = sent.filter((command) => /^00D[6C]/.test(command));
      if (states.includes('new') && written.length === 0) return 'new, and nothing was written';
      const twice = written.filter((command, at) => written.indexOf(command) !== at);
      return twice.length > 2 ? `written again and again: ${twice}` : undefined;
    },
    40,
  );
});
