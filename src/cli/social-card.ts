import { readFileSync } from 'node:fs';
import { SscardError } from '../../apdu/errors.ts';
import { type Card, openCard } from '../card.ts';
import type { ProfileOverlay } from '../social/profile/profile.ts';
import { parseAddress } from './address.ts';
import type { Context, Outcome } from './context.ts';
import { keyPlaces, openKeys } from './keys.ts';
import { withCard } from './open.ts';
import type { Settings } from './settings.ts';

/** A simulated card tells its tries without spending one (social-security-card.md 10). */
const SIMULATED: ProfileOverlay = {
  region: 'simulated',
  nameZh: '模拟卡',
  appliesTo: { generations: ['1.0', '2.0', '3.0'], divisionPrefix: '' },
  pin: { statusBy: 'empty-verify' },
};

/**
 * The social security card of this run, with the keys and the corrections of its settings; both are closed however the
 * work ends.
 * @throws as `withCard`; before a reader is opened also what is wrong with the settings
 */
export async function withSocialCard(context: Context, work: (card: Card) => Promise<Outcome>): Promise<Outcome> {
  const { settings } = context;
  const places = keyPlaces(settings);
  const overlays = await siteOverlays(settings);
  return withCard(context, async (opened) => {
    const keys = await openKeys(places, opened, settings, overlays);
    try {
      return await work(await openCard(opened.channel, { overlays, ...(keys !== undefined && { keys }) }));
    } finally {
      await keys?.[Symbol.asyncDispose]();
    }
  });
}

/**
 * What the site knows better comes last.
 * @throws SscardError `profile-unreadable`, `profile-malformed` (line and column)
 */
export async function siteOverlays({ reader, profile }: Settings): Promise<readonly ProfileOverlay[]> {
  const simulated = parseAddress(reader).scheme === 'sim' ? [SIMULATED] : [];
  if (profile === undefined) return simulated;
  const { parseOverlay } = await import('../social/profile/overlay.ts');
  return [...simulated, await parseOverlay(readProfile(profile), profile)];
}

function readProfile(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new SscardError('profile-unreadable', 'cannot be read', { place: path }, { cause: error });
  }
}
