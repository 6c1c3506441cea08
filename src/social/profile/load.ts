import detectionData from './detection.json' with { type: 'json' };
import type {
  Assumption,
  CardProfile,
  Detection,
  FileDescription,
  Generation,
  ItemDescription,
  ProfileOverlay,
} from './profile.ts';

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
 * The profile with what a region adds or a site corrects: rules member by member, a known file with the members and
 * items (by tag) given, a known key (by directory and name) with the members given.
 */
export function withOverlay(profile: CardProfile, overlay: ProfileOverlay): CardProfile {
  const { files = [], keys = [], region: _region, nameZh: _nameZh, appliesTo: _appliesTo, ...rules } = overlay;
  const changed = Object.entries(rules).map(([name, rule]) => {
    const known: unknown = profile[name as keyof CardProfile];
    return [name, typeof rule === 'object' ? { ...(known as object), ...rule } : rule];
  });
  return {
    ...profile,
    ...Object.fromEntries(changed),
    files: merged(profile.files, files, fileKey),
    keys: merged(profile.keys, keys, ({ directory, name }) => `${directory} ${name}`),
  };
}

/** Known entries with the members given, in their old order; new ones after them. */
function merged<T extends object>(known: readonly T[], given: readonly Partial<T>[], keyOf: (entry: T) => string): T[] {
  const all = new Map(known.map((entry) => [keyOf(entry), entry]));
  for (const entry of given) {
    const key = keyOf(entry as T);
    const old = all.get(key);
    all.set(key, { ...old, ...entry, ...(old !== undefined && mergedItems(old, entry)) } as T);
  }
  return [...all.values()];
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

function fileKey({ directory, ef }: Pick<FileDescription, 'directory' | 'ef'>): string {
  return directory + ef;
}

/** Items are told apart by tag and record: a group may stand in a file several times. */
function mergedItems(known: Partial<FileDescription>, { items }: Partial<FileDescription>): object {
  if (items === undefined) return {};
  const given = new Set(items.map(itemKey));
  return { items: [...(known.items ?? []).filter((item) => !given.has(itemKey(item))), ...items] };
}

function itemKey({ tag, record, name }: ItemDescription): string {
  return `${tag ?? name} ${record}`;
}
