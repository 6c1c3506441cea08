import type { JsonPath } from '../../json-file.ts';
import { fileFault } from './file-check.ts';
import { isMeant, keysOfRule, missingMembers, type WHOLE, withOverlay } from './merge.ts';
import type { CardProfile, FileCorrection, ItemCorrection, ItemDescription, ProfileOverlay } from './profile.ts';

/** What is wrong with the description that an overlay leads to, and which of its members is to blame. */
export interface Problem {
  readonly path: JsonPath;
  readonly why: string;
}

/**
 * What a schema cannot see: whether the description that results is one.
 * @param profiles those the overlay may be applied to
 */
export function overlayProblem(overlay: ProfileOverlay, profiles: readonly CardProfile[]): Problem | undefined {
  const partial = unknownEntry(overlay, profiles);
  if (partial !== undefined) return partial;
  for (const before of profiles) {
    const problem = problemOf(overlay, withOverlay(before, overlay));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** An entry that no profile knows, and that is not whole. */
function unknownEntry(overlay: ProfileOverlay, profiles: readonly CardProfile[]): Problem | undefined {
  const { directories = [], files = [], keys = [] } = overlay;
  const knows = (test: (profile: CardProfile) => boolean) => profiles.some(test);
  return firstOf([
    ...directories.map((entry, at) =>
      knows((profile) => profile.directories.some(({ id }) => id === entry.id))
        ? undefined
        : lacking(entry, 'directories', ['directories', at]),
    ),
    ...files.map((entry, at) =>
      knows((profile) => profile.files.some((file) => sameFile(file, entry)))
        ? undefined
        : lacking(entry, 'files', ['files', at]),
    ),
    ...keys.map((entry, at) =>
      knows((profile) => profile.keys.some((key) => key.directory === entry.directory && key.name === entry.name))
        ? undefined
        : lacking(entry, 'keys', ['keys', at]),
    ),
    ...files.map((entry, at) => unknownItem(entry, profiles, ['files', at])),
  ]);
}

function unknownItem(entry: FileCorrection, profiles: readonly CardProfile[], path: JsonPath): Problem | undefined {
  const known = profiles.flatMap(({ files }) => files.find((file) => sameFile(file, entry))?.items ?? []);
  return lackingItems(entry.items ?? [], known, [...path, 'items']);
}

function lackingItems(
  given: readonly ItemCorrection[],
  known: readonly ItemDescription[],
  path: JsonPath,
): Problem | undefined {
  return firstOf(
    given.map((change, at) => {
      const meant = known.filter((item) => isMeant(item, change, known));
      if (meant.length === 0)
        return lacking(change, 'items', [...path, at]) ?? lackingItems(change.items ?? [], [], [...path, at, 'items']);
      const parts = meant.flatMap(({ items = [] }) => items);
      return lackingItems(change.items ?? [], parts, [...path, at, 'items']);
    }),
  );
}

function lacking(entry: object, kind: keyof typeof WHOLE, path: JsonPath): Problem | undefined {
  const missing = missingMembers(entry, kind);
  return missing.length === 0
    ? undefined
    : { path, why: `not in the description of the card, so it has to be whole: ${missing.join(', ')} is missing` };
}

function problemOf(overlay: ProfileOverlay, after: CardProfile): Problem | undefined {
  return (
    directoryProblem(overlay, after) ??
    fileProblem(overlay, after) ??
    keyProblem(overlay, after) ??
    accessProblem(overlay, after) ??
    ruleProblem(overlay, after)
  );
}

function directoryProblem(
  { files = [], keys = [], pin, purse }: ProfileOverlay,
  after: CardProfile,
): Problem | undefined {
  const places: [JsonPath, string | undefined][] = [
    ...files.map(({ directory }, at): [JsonPath, string] => [['files', at, 'directory'], directory]),
    ...keys.map(({ directory }, at): [JsonPath, string] => [['keys', at, 'directory'], directory]),
    [['pin', 'directory'], pin?.directory],
    [['purse', 'directory'], purse?.directory],
  ];
  const wrong = places.find(([, id]) => id !== undefined && !after.directories.some((one) => one.id === id));
  return wrong && { path: wrong[0], why: `there is no directory ${wrong[1]}` };
}

function fileProblem({ files = [] }: ProfileOverlay, after: CardProfile): Problem | undefined {
  for (const [at, entry] of files.entries()) {
    const file = after.files.find((one) => sameFile(one, entry));
    const fault = file && fileFault(file);
    if (file === undefined || fault === undefined) continue;
    const { item, why, member } = fault;
    const change = (entry.items ?? []).findIndex((one) => item !== undefined && isMeant(item, one, file.items ?? []));
    return { path: ['files', at, member, ...(change < 0 ? [] : [change])], why };
  }
  return undefined;
}

function keyProblem({ keys = [] }: ProfileOverlay, after: CardProfile): Problem | undefined {
  for (const [at, { directory, name }] of keys.entries()) {
    const here = after.keys.filter((key) => key.directory === directory);
    const key = here.find((one) => one.name === name);
    const twin = here.find((one) => one.name !== name && one.id !== null && one.id === key?.id);
    if (twin !== undefined) return { path: ['keys', at, 'id'], why: `${key?.id} is ${twin.name} of ${directory}` };
  }
  return undefined;
}

/** Every rule names keys that are there, and that EXTERNAL AUTHENTICATION takes. */
function accessProblem({ files = [], keys = [] }: ProfileOverlay, after: CardProfile): Problem | undefined {
  for (const file of after.files) {
    for (const member of ['read', 'update'] as const) {
      const id = keysOfRule(file[member]).find((one) => !hasKey(after, file.directory, one));
      if (id === undefined) continue;
      const why = `${file.directory} has no key ${id} for EXTERNAL AUTHENTICATION (${member} of ${file.ef})`;
      const at = files.findIndex((entry) => sameFile(entry, file) && entry[member] !== undefined);
      if (at >= 0) return { path: ['files', at, member], why };
      return { path: ['keys', keys.findIndex(({ directory }) => directory === file.directory)], why };
    }
  }
  return undefined;
}

function hasKey({ keys }: CardProfile, directory: string, id: string): boolean {
  return keys.some((key) => key.directory === directory && key.id === id && key.externalAuthentication);
}

/** Rules that have to agree with each other. */
function ruleProblem({ algorithm, certificate }: ProfileOverlay, after: CardProfile): Problem | undefined {
  const [least, most] = after.pin.digits;
  if (least > most) return { path: ['pin', 'digits'], why: `${least} is more than ${most}` };
  const { length } = after.pin.initialPin;
  if (length < least || length > most) return { path: ['pin', 'initialPin'], why: `not ${least} to ${most} digits` };
  if ((after.algorithm === '3DES') !== (after.security.authentication === '3DES')) {
    const path = algorithm === undefined ? ['security', 'authentication'] : ['algorithm'];
    return {
      path,
      why: `algorithm ${after.algorithm} and security.authentication ${after.security.authentication} disagree`,
    };
  }
  const missing = certificate && CERTIFICATE.filter((member) => after.certificate?.[member] === undefined);
  if (missing === undefined || missing.length === 0) return undefined;
  const why = `generation ${after.generation} has no certificate application: ${missing.join(', ')} is missing`;
  return { path: ['certificate'], why };
}

const CERTIFICATE = ['aid', 'directory', 'publicKey', 'confidence', 'source'] as const;

function sameFile(a: { directory: string; ef: string }, b: { directory: string; ef: string }): boolean {
  return a.directory === b.directory && a.ef === b.ef;
}

function firstOf(problems: readonly (Problem | undefined)[]): Problem | undefined {
  return problems.find((problem) => problem !== undefined);
}
