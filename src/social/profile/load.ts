import detectionData from './detection.json' with { type: 'json' };
import type { Assumption, CardProfile, Detection, Generation, ProfileOverlay } from './profile.ts';

/** How a terminal tells a social security card and its generation. */
export const detection: Detection = detectionData as Detection;

/** Files and keys of the directories below the SSSE: loaded apart, as the basic information needs none of them. */
type Directories = Pick<CardProfile, 'files' | 'keys'>;

/**
 * The rules of one generation, with the files and keys of the SSSE only: what the basic information needs. Without regions.
 * @example (await loadProfile('2.0')).files.find(({ ef }) => ef === 'EF06')?.read // 'free'
 */
export async function loadProfile(generation: Generation): Promise<CardProfile> {
  return (await importProfile(generation)).default as unknown as CardProfile;
}

/**
 * The description of one generation with the files and keys of every directory. Without regions.
 * @example (await loadWholeProfile('2.0')).files.find(({ directory, ef }) => directory + ef === 'DF04EF05')?.name // 'medicalInsurance'
 */
export async function loadWholeProfile(generation: Generation): Promise<CardProfile> {
  const [profile, { default: data }] = await Promise.all([loadProfile(generation), importDirectories(generation)]);
  const { files, keys } = data as Directories;
  return { ...profile, files: [...profile.files, ...files], keys: [...profile.keys, ...keys] };
}

/**
 * The overlays there are, with what they say of the SSSE only. They apply to a card by its generation and division:
 * `appliesTo`.
 */
export async function loadOverlays(): Promise<readonly ProfileOverlay[]> {
  const { default: jiangsu } = await import('./jiangsu.json', { with: { type: 'json' } });
  return [jiangsu as unknown as ProfileOverlay];
}

/** The overlays there are, with what they say of every directory. */
export async function loadWholeOverlays(): Promise<readonly ProfileOverlay[]> {
  const [[jiangsu], { default: data }] = await Promise.all([
    loadOverlays(),
    import('./jiangsu.directories.json', { with: { type: 'json' } }),
  ]);
  const { files, keys } = data as unknown as Directories;
  const { files: own = [], keys: ownKeys = [], ...rest } = jiangsu as ProfileOverlay;
  return [{ ...rest, files: [...own, ...files], keys: [...ownKeys, ...keys] }];
}

/** The assumptions in force, in the order of `docs/assumptions.md`. */
export async function loadAssumptions(): Promise<readonly Assumption[]> {
  const { default: data } = await import('./assumptions.json', { with: { type: 'json' } });
  return data.assumptions as readonly Assumption[];
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

/** The tree of 3.0 is that of 2.0 (2.4). */
function importDirectories(generation: Generation): Promise<{ default: unknown }> {
  return generation === '1.0'
    ? import('./generation-1.0.directories.json', { with: { type: 'json' } })
    : import('./generation-2.0.directories.json', { with: { type: 'json' } });
}
