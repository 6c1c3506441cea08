import type {
  AccessRule,
  CardProfile,
  FileCorrection,
  FileDescription,
  Generation,
  ItemCorrection,
  ItemDescription,
  KeyDescription,
  ProfileOverlay,
} from './profile.ts';

/** What an entry needs that the profile does not know yet. */
export const WHOLE = {
  directories: ['id', 'fid', 'aid', 'nameZh', 'confidence', 'source'],
  files: ['directory', 'ef', 'fid', 'sfi', 'kind', 'name', 'nameZh', 'read', 'update', 'confidence', 'source'],
  keys: [
    'directory',
    'id',
    'name',
    'nameZh',
    'externalAuthentication',
    'tries',
    'triesConfidence',
    'psam',
    'confidence',
    'source',
  ],
  items: ['tag', 'record', 'name', 'nameZh', 'format', 'length', 'codeTable', 'confidence', 'nameConfidence', 'source'],
} as const;

/** The members that an entry lacks to be whole. */
export function missingMembers(entry: object, kind: keyof typeof WHOLE): string[] {
  return WHOLE[kind].filter((member) => !Object.hasOwn(entry, member));
}

/**
 * The profile with what a region adds or a site corrects: rules member by member; a known directory, file, key or item
 * with the members given. Where a key gets another identifier, the access rules that name it follow. An entry that is
 * neither known nor whole belongs to a part of the profile that is not loaded, and is left out.
 */
export function withOverlay(profile: CardProfile, overlay: ProfileOverlay): CardProfile {
  const { directories = [], files = [], keys = [], region: _region, nameZh: _name, appliesTo: _to, ...rules } = overlay;
  const changed = Object.entries(rules).map(([name, rule]) => {
    const known: unknown = profile[name as keyof CardProfile];
    return [name, typeof rule === 'object' ? { ...(known as object), ...rule } : rule];
  });
  const keyOf = ({ directory, name }: Pick<KeyDescription, 'directory' | 'name'>) => `${directory} ${name}`;
  const fileOf = ({ directory, ef }: Pick<FileDescription, 'directory' | 'ef'>) => directory + ef;
  const mergedKeys = merged(profile.keys, keys, 'keys', keyOf, replaced);
  return {
    ...profile,
    ...Object.fromEntries(changed),
    directories: merged(profile.directories, directories, 'directories', ({ id }) => id, replaced),
    files: merged(renumbered(profile.files, profile.keys, mergedKeys), files, 'files', fileOf, changedFile),
    keys: mergedKeys,
  };
}

/** The profile with the overlays that apply to this card, in their order. */
export function applyOverlays(
  profile: CardProfile,
  overlays: readonly ProfileOverlay[],
  division: string | null,
): CardProfile {
  return overlays
    .filter((overlay) => overlayApplies(overlay, profile.generation, division))
    .reduce(withOverlay, profile);
}

/** Whether the overlay is for this card. A division nobody could read leaves it possible. */
export function overlayApplies(overlay: ProfileOverlay, generation: Generation, division: string | null): boolean {
  const { generations, divisionPrefix } = overlay.appliesTo;
  return generations.includes(generation) && (division === null || division.startsWith(divisionPrefix));
}

/** Identifiers of the keys that a rule asks for. */
export function keysOfRule(rule: AccessRule): string[] {
  if (typeof rule === 'string') return rule.startsWith('key:') ? [rule.slice('key:'.length)] : [];
  return ('anyOf' in rule ? rule.anyOf : rule.allOf).flatMap(keysOfRule);
}

/** Known entries in their old order, changed where something is given; new ones after them. */
function merged<T extends object, C extends object>(
  known: readonly T[],
  given: readonly C[],
  kind: keyof typeof WHOLE,
  nameOf: (entry: T | C) => string,
  change: (old: T, entry: C) => T,
): T[] {
  const all = new Map(known.map((entry) => [nameOf(entry), entry]));
  for (const entry of given) {
    const name = nameOf(entry);
    const old = all.get(name);
    if (old !== undefined) all.set(name, change(old, entry));
    else if (missingMembers(entry, kind).length === 0) all.set(name, entry as unknown as T);
  }
  return [...all.values()];
}

function replaced<T extends object>(old: T, entry: object): T {
  return { ...old, ...entry };
}

function changedFile(old: FileDescription, { items, ...members }: FileCorrection): FileDescription {
  return { ...old, ...members, ...(items !== undefined && { items: mergedItems(old.items ?? [], items) }) };
}

/** Items in their order: a change goes to the items it means, a whole item that is none of them comes last. */
function mergedItems(known: readonly ItemDescription[], given: readonly ItemCorrection[]): ItemDescription[] {
  const all = [...known];
  for (const change of given) {
    const meant = known.filter((item) => isMeant(item, change, known));
    if (meant.length === 0 && missingMembers(change, 'items').length === 0) all.push(change as ItemDescription);
    for (const item of meant) all[known.indexOf(item)] = changedItem(item, change);
  }
  return all;
}

function changedItem(item: ItemDescription, { items, ...members }: ItemCorrection): ItemDescription {
  return { ...item, ...members, ...(items !== undefined && { items: mergedItems(item.items ?? [], items) }) };
}

/**
 * An item is meant by its tag, a field by its name. Of groups that repeat, the one with the record given, or all where
 * none is given.
 */
export function isMeant(item: ItemDescription, change: ItemCorrection, among: readonly ItemDescription[]): boolean {
  if (item.tag === null || change.tag == null) return item.name === change.name;
  if (item.tag !== change.tag) return false;
  const repeats = among.filter(({ tag }) => tag === item.tag).length > 1;
  return !repeats || change.record == null || item.record === change.record;
}

/** Files whose rules name keys by the identifiers they have now. */
function renumbered(
  files: readonly FileDescription[],
  before: readonly KeyDescription[],
  after: readonly KeyDescription[],
): readonly FileDescription[] {
  const moved = new Map<string, string>();
  for (const { directory, name, id } of before) {
    const now = after.find((key) => key.directory === directory && key.name === name)?.id;
    if (id !== null && now != null && now !== id) moved.set(`${directory} ${id}`, now);
  }
  if (moved.size === 0) return files;
  return files.map((file) => {
    const rename = (id: string) => moved.get(`${file.directory} ${id}`) ?? id;
    return { ...file, read: ruleWith(file.read, rename), update: ruleWith(file.update, rename) };
  });
}

function ruleWith(rule: AccessRule, rename: (id: string) => string): AccessRule {
  if (typeof rule === 'string') return rule.startsWith('key:') ? `key:${rename(rule.slice('key:'.length))}` : rule;
  return 'anyOf' in rule
    ? { anyOf: rule.anyOf.map((one) => ruleWith(one, rename)) }
    : { allOf: rule.allOf.map((one) => ruleWith(one, rename)) };
}
