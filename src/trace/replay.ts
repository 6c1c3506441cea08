import { SscardError } from '../../apdu/errors.ts';
import { replayReaders } from '../../drivers/replay/readers.ts';
import { recordChannel } from '../../drivers/replay/record.ts';
import type { Transcript } from '../../drivers/replay/transcript.ts';
import { type Card, openCard } from '../card.ts';
import { Pin } from '../crypto/pin.ts';
import type { ProfileOverlay } from '../social/profile/profile.ts';
import { blankKeys } from './blank-keys.ts';
import { commandName } from './command-names.ts';

/** What came of doing a recorded act again. */
export interface ReplayReport {
  /** The verb of the recording. */
  readonly act: string;
  /** `same`: the library sent every recorded command, in order, and no other. */
  readonly result: 'same' | 'different';
  /** Commands of the recording, and those the library sent. */
  readonly recorded: number;
  readonly sent: number;
  /** What stopped the replay: an error code; `replay-mismatch` says that another command was sent. */
  readonly code?: string;
  /** Line of the transcript where it stopped. */
  readonly line?: number;
}

const ZEROS = '000000';
const ONES = '000001';

const NEW_PIN = { lastTry: true } as const;

/** Acts by the verb that recorded them. The digits of a PIN are hidden in a transcript: any will do. */
const acts: Readonly<Record<string, (card: Card) => Promise<unknown>>> = {
  read: (card) => card.social.readBasic(),
  check: async (card) => {
    await card.social.readBasic();
    await card.social.checkGenuine();
  },
  'account show': (card) => card.social.account.show({ pin: pinOf(ZEROS), lastTry: true }),
  'account log': (card) => card.social.account.log({ pin: pinOf(ZEROS), lastTry: true }),
  'pin status': (card) => card.social.pin.status(),
  'pin verify': (card) => card.social.pin.verify(pinOf(ZEROS), { lastTry: true }),
  'pin set': (card) => card.social.pin.set(pinOf(ZEROS), pinOf(ONES), NEW_PIN),
  'pin change': (card) => card.social.pin.change(pinOf(ZEROS), pinOf(ONES), NEW_PIN),
  'pin reset': (card) => card.social.pin.reset(pinOf(ONES), NEW_PIN),
  'pin unblock': (card) => card.social.pin.unblock(),
};

/** Verbs that can be done again. */
export const replayableActs: readonly string[] = Object.keys(acts);

/**
 * Does a recorded act again with this library against the recording, strictly in order. It shows whether a release
 * still sends what an older one sent, and whether a recording from the field can be reproduced.
 * @param act default: the header `command` of the transcript
 * @param overlays as they were in force when it was recorded
 * @throws SscardError `replay-not-possible` for a verb that is not in `replayableActs`
 */
export async function replayTranscript(
  transcript: Transcript,
  act = transcript.headers.get('command') ?? 'read',
  overlays: readonly ProfileOverlay[] = [],
): Promise<ReplayReport> {
  const run = Object.hasOwn(acts, act) ? acts[act] : undefined;
  if (run === undefined) {
    throw new SscardError('replay-not-possible', 'no such act', { place: act, choices: replayableActs });
  }
  const commands = transcript.steps.filter(({ kind }) => kind === 'command').length;
  await using readers = replayReaders(transcript);
  let sent = 0;
  const channel = recordChannel(await readers.waitForCard({ timeout: 0 }), (line) => {
    if (line.startsWith('> ')) sent++;
  });
  const card = await openCard(channel, settingsFor(transcript, overlays));
  const report = { act, recorded: commands };
  try {
    await run(card);
  } catch (error) {
    if (!(error instanceof SscardError)) throw error;
    const { code, details } = error;
    const same = sent === commands && !code.startsWith('replay-');
    const line = details.line === undefined ? {} : { line: details.line };
    return { ...report, result: same ? 'same' : 'different', sent, code, ...line };
  }
  return { ...report, result: sent === commands ? 'same' : 'different', sent };
}

/** What the recording shows of the conditions: whether keys were used, and whether the card was asked for its tries. */
function settingsFor({ steps }: Transcript, overlays: readonly ProfileOverlay[]) {
  const names = new Set(steps.map((step) => (step.kind === 'command' ? commandName(step.bytes) : undefined)));
  const asked: ProfileOverlay = { ...EVERYWHERE, pin: { statusBy: names.has('pin-status') ? 'empty-verify' : 'none' } };
  const keyed = names.has('external-authentication') || names.has('internal-authentication');
  return { overlays: [...overlays, asked], ...(keyed && { keys: blankKeys }) };
}

const EVERYWHERE: ProfileOverlay = {
  region: 'replay',
  nameZh: '重放',
  appliesTo: { generations: ['1.0', '2.0', '3.0'], divisionPrefix: '' },
};

function pinOf(digits: string): Pin {
  return Pin.fromDigits(new TextEncoder().encode(digits));
}
