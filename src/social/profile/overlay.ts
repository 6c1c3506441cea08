import { parseJsonFile } from '../../json-file.ts';
import { loadWholeOverlays, loadWholeProfile } from './load.ts';
import { withOverlay } from './merge.ts';
import { overlayProblem } from './overlay-check.ts';
import type { CardProfile, ProfileOverlay } from './profile.ts';

/** The whole built-in description is a quarter of this. */
const LARGEST = 1024 * 1024;

/**
 * Reads an overlay file (`--profile`): strict JSON, no member that `overlay.schema.json` does not know, none twice; then
 * the description that results from it is checked for each generation it applies to.
 * @param place path, for the error
 * @throws SscardError `profile-malformed` with line and column of the first wrong member, 1-based
 * @example await parseOverlay('{"region":"site","nameZh":"本站","appliesTo":{"generations":["2.0"],"divisionPrefix":""},"security":{"mac":"pboc"}}', 'site.json')
 */
export async function parseOverlay(source: string | Uint8Array, place: string): Promise<ProfileOverlay> {
  const { value, fault } = await parseJsonFile<ProfileOverlay & { readonly $schema?: string }>(source, {
    place,
    code: 'profile-malformed',
    largest: LARGEST,
    what: 'the overlay',
    schema: async () => (await import('./overlay.schema.json', { with: { type: 'json' } })).default,
  });
  const { $schema: _, ...overlay } = value;
  const problem = overlayProblem(overlay, await profilesFor(overlay));
  if (problem !== undefined) throw fault(problem.path, problem.why);
  return overlay;
}

/**
 * The descriptions that the overlay may be applied to: each of its generations, with the built-in overlays of its
 * region, and without them where it is for other cards, too.
 */
async function profilesFor({ appliesTo }: ProfileOverlay): Promise<CardProfile[]> {
  const builtIn = await loadWholeOverlays();
  const { divisionPrefix } = appliesTo;
  const found = appliesTo.generations.map(async (generation) => {
    const national = await loadWholeProfile(generation);
    const regional = builtIn
      .filter(({ appliesTo: to }) => to.generations.includes(generation))
      .filter(
        ({ appliesTo: { divisionPrefix: prefix } }) =>
          prefix.startsWith(divisionPrefix) || divisionPrefix.startsWith(prefix),
      );
    const inside = regional.some(({ appliesTo: { divisionPrefix: prefix } }) => divisionPrefix.startsWith(prefix));
    const whole = regional.reduce(withOverlay, national);
    return inside ? [whole] : [national, whole];
  });
  return (await Promise.all(found)).flat();
}
