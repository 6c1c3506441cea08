import detectionData from './detection.json' with { type: 'json' };
import type { Assumption, CardProfile, Detection, FileDescription, Generation, ProfileOverlay } from './profile.ts';

/** How a terminal tells a social security card and its generation. */
export const detection: Detection = detectionData as Detection;

/**
 * The description of one generation, without regions. Only its own file is loaded.
 * @example (await loadProfile('2.0')).files.find(({ ef }) => ef === 'EF06')?.read // 'free'
 */
export async function loadProfile(generation: Generation): Promise<CardProfile> {
  return (await importProfile(generation)).default as unknown as CardProfile;
}

/** The overlays there are. They apply to a card by its generation and division: `appliesTo`. */
export async function loadOverlays(): Promise<readonly ProfileOverlay[]> {
  const { default: jiangsu } = await import('./jiangsu.json', { with: { type: 'json' } });
  return [jiangsu as unknown as ProfileOverlay];
}

/** The assumptions in force, in the order of `docs/assumptions.md`. */
export async function loadAssumptions(): Promise<readonly Assumption[]> {
  const { default: data } = await import('./assumptions.json', { with: { type: 'json' } });
  return data.assumptions as readonly Assumption[];
}

/**
 * The profile with what a region adds. A file the profile has already gets the overlay's members and its items by tag;
 * a key is replaced by directory and id.
 */
export function withOverlay(profile: CardProfile, overlay: ProfileOverlay): CardProfile {
  const files = new Map(profile.files.map((file) => [fileKey(file), file]));
  for (const file of overlay.files) {
    const known = files.get(fileKey(file));
    files.set(fileKey(file), known === undefined ? file : { ...known, ...file, ...mergedItems(known, file) });
  }
  const replaced = new Set(overlay.keys.map(({ directory, id, name }) => `${directory} ${id ?? name}`));
  const keys = profile.keys.filter(({ directory, id, name }) => !replaced.has(`${directory} ${id ?? name}`));
  return { ...profile, files: [...files.values()], keys: [...keys, ...overlay.keys] };
}

/** Whether the overlay is for this card. A division nobody could read leaves it possible. */
export function overlayApplies(overlay: ProfileOverlay, generation: Generation, division: string | null): boolean {
  const { generations, divisionPrefix } = overlay.appliesTo;
  return generations.includes(generation) && (division === null || division.startsWith(divisionPrefix));
}

function importProfile(generation: Generation): Promise<{ default: unknown }> {
  switch (generation) {
    case '1.0':
      return import('./generation-1.0.json', { with: { type: 'json' } });
    case '2.0':
      return import('./generation-2.0.json', { with: { type: 'json' } });
    case '3.0':
      return import('./generation-3.0.json', { with: { type: 'json' } });
  }
}

function fileKey({ directory, ef }: FileDescription): string {
  return directory + ef;
}

function mergedItems(known: FileDescription, added: FileDescription): Pick<FileDescription, 'items'> {
  if (added.items === undefined) return {};
  const tags = new Set(added.items.map(({ tag }) => tag));
  return { items: [...(known.items ?? []).filter(({ tag }) => !tags.has(tag)), ...added.items] };
}
