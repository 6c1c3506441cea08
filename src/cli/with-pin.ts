import type { Card } from '../card.ts';
import type { Pin } from '../crypto/pin.ts';
import type { Context, Outcome } from './context.ts';
import { withSocialCard } from './social-card.ts';

// Not inside the methods: the compiler leaves the name of a module as it is where a function has `using`.
const loadPinEntry = () => import('./pin-entry.ts');

/** What an act may use that may be done under the PIN. */
export interface PinAllowed {
  readonly signal: AbortSignal;
  readonly lastTry: boolean;
  readonly pin?: Pin;
}

/**
 * An act that opens more under the PIN: with `--with-pin` it is asked for once the card is there, and presented where
 * the card wants it. The place to ask is found before a reader is opened.
 */
export async function withPinIfAsked(
  context: Context,
  act: (card: Card, allowed: PinAllowed) => Promise<Outcome>,
): Promise<Outcome> {
  const { options, settings, signal } = context;
  const allowed = { signal, lastTry: options.has('last-try') };
  if (!options.has('with-pin')) return withSocialCard(context, (card) => act(card, allowed));
  const { PinEntry } = await loadPinEntry();
  await using entry = await PinEntry.open(settings, signal);
  return await withSocialCard(context, async (card) => {
    // Wiped where nothing wanted it, too.
    using pin = (await entry.ask(['current'], signal))[0];
    return await act(card, { ...allowed, pin });
  });
}
