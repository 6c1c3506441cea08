import type { Line } from '../../drivers/exchange.ts';
import { platformRandom } from '../crypto/random.ts';
import type { KeyProvider } from '../keys/provider.ts';
import { type CardFacts, identify } from './card-facts.ts';
import { type DetectedVersion, detectGeneration } from './generation.ts';
import { loadOverlays, loadProfile, loadWholeOverlays, loadWholeProfile } from './profile/load.ts';
import { applyOverlays } from './profile/merge.ts';
import type { CardProfile, ProfileOverlay } from './profile/profile.ts';
import { Rights } from './rights.ts';
import { selectApplication } from './select.ts';

/** What `openCard` was given beside the channel. */
export interface CardSettings {
  /** Where the keys are: a PSAM, an HSM, or a ring of them. Without it, acts that need a key are not done. */
  readonly keys?: KeyProvider;
  /** Corrections of a site, applied after the built-in overlays of the card's region. */
  readonly overlays?: readonly ProfileOverlay[];
  /** Source of the terminal's random numbers. Default: the platform's. */
  readonly random?: (length: number) => Uint8Array;
}

/** One act on a card from its SELECT to its end: what the card is, how it is described, what has been earned. */
export interface Flow extends DetectedVersion, CardFacts {
  readonly line: Line;
  readonly profile: CardProfile;
  readonly rights: Rights;
  readonly keys: KeyProvider | undefined;
  readonly random: (length: number) => Uint8Array;
}

export interface FlowOptions {
  /** The act needs the directories DF01 to DF07: loading their description costs time. */
  readonly whole?: boolean;
  /** Goes on where the application is blocked for a time: only to unblock it. */
  readonly whileBlocked?: boolean;
}

/**
 * Selects the application, then reads 规范版本 and 卡识别码, both free on every card: they decide the layout, the
 * region and the factors of the keys (1, rules 1 and 2; 6.3).
 * @throws SscardError of `selectApplication`, `detectGeneration`, `identify`
 */
export async function openFlow(
  line: Line,
  atr: Uint8Array,
  settings: CardSettings,
  { whole = false, whileBlocked = false }: FlowOptions = {},
): Promise<Flow> {
  await selectApplication(line, whileBlocked);
  const detected = await detectGeneration(line);
  const [base, overlays] = await Promise.all(
    whole || settings.overlays?.some(({ files, keys }) => files !== undefined || keys !== undefined)
      ? [loadWholeProfile(detected.generation), loadWholeOverlays()]
      : [loadProfile(detected.generation), loadOverlays()],
  );
  const facts = await identify(line, base, atr);
  const profile = applyOverlays(base, [...overlays, ...(settings.overlays ?? [])], facts.division);
  const { keys, random = platformRandom } = settings;
  return { ...detected, ...facts, line, profile, keys, random, rights: new Rights(line, profile, facts, keys) };
}
