import { SscardError } from '../../apdu/errors.ts';
import { ReaderPad } from '../../drivers/pinpad/part10/reader-pad.ts';
import type { Card } from '../card.ts';
import { pinWords } from '../i18n/pin.ts';
import type { AtReaderRefusal } from '../social/pin/outcomes.ts';
import type { Context, Outcome } from './context.ts';
import { pinError } from './refusals.ts';
import type { Settings } from './settings.ts';
import { withSocialCard } from './social-card.ts';
import { writeError } from './terminal.ts';

/** `sscard pin verify` with the PIN from the reader's own keys: nobody here sees it, so that nobody can say whether it is the initial one. */
export function verifyAtReader(context: Context, uri: string): Promise<Outcome> {
  return atReader(context, uri, 'current', async (card, reader, options) => {
    const outcome = await card.social.pin.verifyAtReader(reader, options);
    if (outcome.kind !== 'verified') return stopped(outcome);
    const text = pinWords[context.settings.lang].done.verified;
    return { members: { pin: { outcome: 'verified', initial: null } }, text };
  });
}

/** `sscard pin set` and `sscard pin change`: old, new and new again are typed at the reader. */
export function changeAtReader(context: Context, uri: string, done: 'set' | 'changed'): Promise<Outcome> {
  return atReader(context, uri, 'change', async (card, reader, options) => {
    // The rules about weak PINs cannot be kept by who does not see them.
    const outcome = await card.social.pin.changeAtReader(reader, { ...options, weak: 'allow' });
    if (outcome.kind !== 'changed') return stopped(outcome);
    return { members: { pin: { outcome: 'changed' } }, text: pinWords[context.settings.lang].done[done] };
  });
}

type Act = (
  card: Card,
  reader: ReaderPad,
  options: { readonly signal: AbortSignal; readonly lastTry: boolean },
) => Promise<Outcome>;

/** @throws SscardError `pad-elsewhere`, `pad-not-there`, and as `withSocialCard` */
function atReader(context: Context, uri: string, ask: 'current' | 'change', act: Act): Promise<Outcome> {
  const { options, settings, signal } = context;
  return withSocialCard(context, async (card) => {
    if (!isSameReader(uri, card.channel.slot, settings)) {
      throw new SscardError('pad-elsewhere', 'the card is in another reader', { place: card.channel.slot });
    }
    const reader = await ReaderPad.of(card.channel, { signal });
    if (reader === undefined) throw new SscardError('pad-not-there', 'no keys', { place: card.channel.slot });
    writeError(`${pinWords[settings.lang].atReader[ask]}\n`);
    return act(card, reader, { signal, lastTry: options.has('last-try') });
  });
}

/** Digits go from a reader's keys into the card that is in it, and nowhere else. */
function isSameReader(uri: string, slot: string, { reader, aliases }: Settings): boolean {
  if (uri === reader || uri === `${reader.split(':', 1)[0]}:`) return true;
  if (!uri.startsWith('pcsc:') || !reader.startsWith('pcsc:')) return false;
  const name = uri.slice('pcsc:'.length);
  return slot.toLowerCase().includes((aliases[name] ?? name).toLowerCase());
}

function stopped(outcome: Exclude<AtReaderRefusal, { kind: 'verified' | 'changed' }>): Outcome {
  if (outcome.kind === 'gave-up') {
    const code = outcome.why === 'cancelled' ? 'cancelled' : 'pin-entry-late';
    const error = new SscardError(code, 'at the reader', { step: 'pin-entry', outcome: 'not-done' });
    return { members: { pin: { outcome: 'gave-up' } }, text: '', error };
  }
  if (outcome.kind === 'not-sent' && outcome.why === 'reader') {
    const error = new SscardError('pad-cannot-change', 'verifies only', { outcome: 'not-done' });
    return { members: { pin: { outcome: 'not-sent', why: 'reader' } }, text: '', error };
  }
  const error = pinError(outcome);
  if (outcome.kind === 'wrong')
    return { members: { pin: { outcome: 'wrong', triesLeft: outcome.triesLeft } }, text: '', error };
  if (outcome.kind === 'not-sent')
    return { members: { pin: { outcome: 'not-sent', why: outcome.why } }, text: '', error };
  return { members: { pin: { outcome: outcome.kind } }, text: '', error };
}
