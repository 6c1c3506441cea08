import { SscardError } from '../../apdu/errors.ts';
import type { Card } from '../card.ts';
import type { Pin } from '../crypto/pin.ts';
import { pinWords } from '../i18n/pin.ts';
import type { ChangeOutcome, PinStatus, ReloadOutcome } from '../social/pin/outcomes.ts';
import type { Context, Outcome } from './context.ts';
import { table } from './layout.ts';
import { PinEntry, type PinStep, padOf } from './pin-entry.ts';
import { deniedError, pinError } from './refusals.ts';
import type { Language } from './settings.ts';
import { withSocialCard } from './social-card.ts';

// Few counters have readers with keys.
const loadAtReader = () => import('./pin-at-reader.ts');

/** What a finished act is called, in the JSON and in the texts. */
type Done = keyof (typeof pinWords)['zh']['done'];

/** `sscard pin status`: what the card tells without a PIN. */
export async function runPinStatus(context: Context): Promise<Outcome> {
  const { settings, signal } = context;
  return withSocialCard(context, async (card) => {
    const status = await card.social.pin.status({ signal });
    return { members: { pin: status }, text: statusText(status, settings.lang) };
  });
}

/** `sscard pin verify` */
export async function runPinVerify(context: Context): Promise<Outcome> {
  const pad = padOf(context.settings);
  if (pad?.kind === 'reader') return (await loadAtReader()).verifyAtReader(context, pad.uri);
  return withPins(context, ['current'], async (card, [pin]) => {
    const outcome = await card.social.pin.verify(pin, options(context));
    if (outcome.kind !== 'verified') return stopped(outcome);
    const { done, initial } = pinWords[context.settings.lang];
    const text = outcome.initial ? `${done.verified}\n${initial}` : done.verified;
    return { members: { pin: { outcome: 'verified', initial: outcome.initial } }, text };
  });
}

/** `sscard pin set` (from the initial PIN) and `sscard pin change`: one act of the card. */
export async function runPinChange(context: Context): Promise<Outcome> {
  const first = context.verb === 'pin set';
  const pad = padOf(context.settings);
  if (pad?.kind === 'reader') {
    return (await loadAtReader()).changeAtReader(context, pad.uri, first ? 'set' : 'changed');
  }
  return withPins(context, [first ? 'initial' : 'current', 'new', 'again'], async (card, [old, next, again]) => {
    if (!agree(next, again)) return differing(old, next);
    return told(await card.social.pin.change(old, next, options(context)), first ? 'set' : 'changed', context);
  });
}

/** `sscard pin reset`: a new PIN under the reset keys. */
export async function runPinReset(context: Context): Promise<Outcome> {
  return withPins(context, ['new', 'again'], async (card, [next, again]) => {
    if (!agree(next, again)) return differing(next);
    return told(await card.social.pin.reset(next, options(context)), 'reset', context);
  });
}

/** `sscard pin unblock`: the tries under the reset keys, without a new PIN. */
export async function runPinUnblock(context: Context): Promise<Outcome> {
  return withSocialCard(context, async (card) =>
    told(await card.social.pin.unblock({ signal: context.signal }), 'unblocked', context),
  );
}

/** Asks for PINs once the card is there, in the order of the act. The place to ask is found before. */
async function withPins<const S extends readonly PinStep[]>(
  context: Context,
  steps: S,
  act: (card: Card, pins: { [K in keyof S]: Pin }) => Promise<Outcome>,
): Promise<Outcome> {
  await using entry = await PinEntry.open(context.settings, context.signal);
  // Awaited here: the place to ask is closed when the act is over, not before.
  return await withSocialCard(context, async (card) => {
    let pins: { [K in keyof S]: Pin };
    try {
      pins = await entry.ask(steps, context.signal);
    } catch (error) {
      if (!(error instanceof SscardError) || error.details.step !== 'pin-entry') throw error;
      return { members: { pin: { outcome: 'gave-up' } }, text: '', error };
    }
    return act(card, pins);
  });
}

function options({ options: given, signal }: Context): { signal: AbortSignal; lastTry: boolean } {
  return { signal, lastTry: given.has('last-try') };
}

/** Whether the new PIN was typed the same twice. The second one is not needed any more. */
function agree(next: Pin, again: Pin): boolean {
  using second = again;
  return next.equals(second);
}

function differing(...pins: readonly Pin[]): Outcome {
  for (const pin of pins) pin.wipe();
  return stopped({ kind: 'not-sent', why: 'differs' });
}

function told(outcome: ChangeOutcome | ReloadOutcome, done: Done, { settings }: Context): Outcome {
  if (outcome.kind !== 'changed') return stopped(outcome);
  const named = done === 'unblocked' ? 'unblocked' : 'changed';
  return { members: { pin: { outcome: named } }, text: pinWords[settings.lang].done[done] };
}

type Stopped = Exclude<ReloadOutcome, { kind: 'changed' }> | { readonly kind: 'not-sent'; readonly why: 'differs' };

function stopped(outcome: Stopped): Outcome {
  if (outcome.kind === 'denied') {
    return { members: { pin: { outcome: 'not-sent', why: outcome.reason } }, text: '', error: deniedError(outcome) };
  }
  const { kind, ...rest } = outcome;
  return { members: { pin: { outcome: kind, ...memberOf(rest) } }, text: '', error: pinError(outcome) };
}

/** `sw` and `code` of an unknown outcome stand in the error. */
function memberOf({ sw: _sw, code: _code, ...rest }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return rest;
}

function statusText({ state, triesLeft, triesMax }: PinStatus, lang: Language): string {
  const texts = pinWords[lang];
  const tries = triesLeft === null || triesMax === null ? texts.triesUnknown : texts.triesOf(triesLeft, triesMax);
  return table([
    [texts.state, texts.states[state]],
    [texts.tries, tries],
  ]);
}
