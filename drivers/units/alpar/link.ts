import { SscardError } from '../../../apdu/errors.ts';
import type { Talk } from '../../talk.ts';
import { nextBefore, pause } from '../timing.ts';
import { type AlparCommand, identify, setSpeed, WAKE } from './commands.ts';
import { type AlparEvent, alparFrame } from './framer.ts';
import type { AlparPolicy } from './policy.ts';

/** What a module says to a command. */
export type AlparAnswer =
  | { readonly kind: 'done'; readonly data: Uint8Array }
  | { readonly kind: 'refused'; readonly error: number };

/** How long an answer is waited for, and whether the question may be asked again when the answer comes damaged. */
export interface Asking {
  readonly ms: number;
  /** A card command: whether the card did it is not known then. */
  readonly once?: boolean;
}

type Heard = AlparAnswer | { readonly kind: 'damaged' | 'silence' };

/**
 * One command and its answer. The same frame goes again when the module says that it did not take it (readers.md 5), and, for a
 * question that changes nothing, when the answer came damaged.
 * @throws SscardError `card-mute`, `unit-silent`: the answer is lost, and the conversation broken
 */
export async function ask(
  talk: Talk<AlparEvent>,
  command: AlparCommand,
  asking: Asking,
  policy: AlparPolicy,
): Promise<AlparAnswer> {
  const heard = await attempt(talk, command, asking, policy);
  if (heard.kind === 'done' || heard.kind === 'refused') return heard;
  throw lost(heard.kind, asking);
}

/**
 * Finds the module: at each speed awake, then after the wake byte (readers.md 5).
 * @returns its name
 * @throws SscardError `unit-silent`
 */
export async function acquaint(
  talk: Talk<AlparEvent>,
  speeds: readonly number[],
  policy: AlparPolicy,
): Promise<Uint8Array> {
  for (const baud of talk.baud === undefined ? [undefined] : speeds) {
    if (baud !== undefined && baud !== talk.baud) await talk.setSpeed(baud);
    for (const wake of [undefined, ...policy.wakes]) {
      if (wake !== undefined) {
        await talk.send(WAKE);
        await pause(wake);
      }
      const heard = await attempt(talk, identify, { ms: policy.times.identify }, policy);
      // A module that refuses to tell its name is one.
      if (heard.kind === 'done') return heard.data;
      if (heard.kind === 'refused') return new Uint8Array(0);
    }
  }
  throw new SscardError('unit-silent', 'no module answers at any speed');
}

/** Both sides to another speed; back to the old one where the module is not found at the new one (readers.md 1, rule 7). */
export async function changeSpeed(talk: Talk<AlparEvent>, baud: number, policy: AlparPolicy): Promise<void> {
  const [before, code] = [talk.baud, policy.speedCodes.get(baud)];
  if (before === undefined || before === baud || code === undefined) return;
  // The answer still comes at the old speed.
  const answer = await ask(talk, setSpeed(code), { ms: policy.times.query, once: true }, policy);
  if (answer.kind === 'refused') return;
  await talk.setSpeed(baud);
  await pause(policy.times.afterSpeed);
  await acquaint(talk, [baud, before], policy);
}

async function attempt(
  talk: Talk<AlparEvent>,
  { code, data }: AlparCommand,
  { ms, once = false }: Asking,
  policy: AlparPolicy,
): Promise<Heard> {
  const frame = alparFrame(code, data);
  try {
    let taken = true;
    for (let asked = 1; ; asked++) {
      await talk.send(frame);
      const heard = await answerTo(talk, code, performance.now() + ms, policy);
      if (heard.kind === 'refused' && policy.notTaken.has(heard.error) && taken) {
        taken = false;
        await pause(policy.times.beforeRetry);
      } else if (heard.kind !== 'damaged' || once || asked >= policy.asks) return heard;
    }
  } finally {
    // It may carry a PIN.
    frame.fill(0);
  }
}

async function answerTo(talk: Talk<AlparEvent>, code: number, end: number, policy: AlparPolicy): Promise<Heard> {
  for (;;) {
    const event = await nextBefore(talk, end);
    if (event.kind === 'silence') return { kind: 'silence' };
    if (event.kind === 'bad-check' || event.kind === 'cut') return { kind: 'damaged' };
    if (event.kind !== 'frame') continue;
    const { command, refused, data } = event;
    const error = refused ? (data[0] ?? 0) : undefined;
    // The opcode in a damaged frame may be what was damaged; an answer to another command is stale.
    if (command !== code && !(error !== undefined && policy.notTaken.has(error))) continue;
    return error === undefined ? { kind: 'done', data } : { kind: 'refused', error };
  }
}

function lost(kind: 'damaged' | 'silence', { once = false }: Asking): SscardError {
  const outcome = once ? 'unknown' : 'not-done';
  // A module that waits for its card says nothing: the caller's time was shorter than the card's.
  if (kind === 'silence' && once) return new SscardError('card-mute', 'no answer in time', { outcome });
  const reason = kind === 'damaged' ? 'answer-damaged' : 'no-answer';
  return new SscardError('unit-silent', 'the answer was lost', { reason, outcome });
}
