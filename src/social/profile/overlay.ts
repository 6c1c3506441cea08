import type { ErrorObject, ValidateFunction } from 'ajv';
import type { Node, ParseError } from 'jsonc-parser';
import { SscardError } from '../../../apdu/errors.ts';
import { nestsDeeper, positionIn, sourceText } from '../../../apdu/source-text.ts';
import { loadWholeOverlays, loadWholeProfile } from './load.ts';
import { withOverlay } from './merge.ts';
import { overlayProblem, type Path } from './overlay-check.ts';
import type { CardProfile, ProfileOverlay } from './profile.ts';

/** The whole built-in description is a quarter of this. */
const LARGEST = 1024 * 1024;
const DEEPEST = 32;

/**
 * Reads an overlay file (`--profile`): strict JSON, no member that `overlay.schema.json` does not know, none twice; then
 * the description that results from it is checked for each generation it applies to.
 * @param place path, for the error
 * @throws SscardError `profile-malformed` with line and column of the first wrong member, 1-based
 * @example await parseOverlay('{"region":"site","nameZh":"本站","appliesTo":{"generations":["2.0"],"divisionPrefix":""},"security":{"mac":"pboc"}}', 'site.json')
 */
export async function parseOverlay(source: string | Uint8Array, place: string): Promise<ProfileOverlay> {
  const content = source.length > LARGEST ? undefined : sourceText(source);
  if (content === undefined) {
    const why = source.length > LARGEST ? `longer than ${LARGEST} bytes` : 'not UTF-8';
    throw new SscardError('profile-malformed', why, { place, line: 1, column: 1 });
  }
  const fail = ({ offset, why }: Fault) =>
    new SscardError('profile-malformed', why, { place, ...positionIn(content, offset) });
  const read = await readJson(content);
  if ('why' in read) throw fail(read);
  const { find, value } = read;
  const misfit = earliest(await misfits(find, value));
  if (misfit !== undefined) throw fail(misfit);
  const { $schema: _, ...overlay } = value as ProfileOverlay & { readonly $schema?: string };
  const problem = overlayProblem(overlay, await profilesFor(overlay));
  if (problem !== undefined) throw fail({ offset: offsetOf(find, problem.path), why: problem.why });
  return overlay;
}

interface Fault {
  readonly offset: number;
  readonly why: string;
}

/** Finds a member in the text; the root by an empty path. */
type Find = (path: Path) => Node | undefined;

async function readJson(content: string): Promise<{ readonly find: Find; readonly value: unknown } | Fault> {
  const deep = nestsDeeper(content, DEEPEST);
  if (deep !== undefined) return { offset: deep, why: 'nested too deeply' };
  const { findNodeAtLocation, parseTree, printParseErrorCode } = await import('jsonc-parser');
  const errors: ParseError[] = [];
  const root = parseTree(content, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (first !== undefined) return { offset: first.offset, why: printParseErrorCode(first.error) };
  if (root === undefined) return { offset: 0, why: 'nothing' };
  const twice = repeatedKey(root);
  if (twice !== undefined) return { offset: twice.offset, why: 'the same member twice' };
  try {
    return { find: (path) => findNodeAtLocation(root, [...path]), value: JSON.parse(content) };
  } catch {
    return { offset: 0, why: 'not JSON' };
  }
}

/** The first key that its object has twice. */
function repeatedKey(node: Node): Node | undefined {
  const seen = new Set<string>();
  for (const child of node.children ?? []) {
    const key = child.type === 'property' ? child.children?.[0] : undefined;
    if (key !== undefined && seen.has(key.value)) return key;
    if (key !== undefined) seen.add(key.value);
    const inside = repeatedKey(child);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

let compiled: ValidateFunction | undefined;

/** Everything that the schema finds wrong. */
async function misfits(find: Find, value: unknown): Promise<Fault[]> {
  if (compiled === undefined) {
    const [{ Ajv }, { default: schema }] = await Promise.all([
      import('ajv'),
      import('./overlay.schema.json', { with: { type: 'json' } }),
    ]);
    compiled = new Ajv({ allErrors: true, strict: false }).compile(schema);
  }
  if (compiled(value)) return [];
  return (compiled.errors ?? []).filter(({ keyword }) => keyword !== 'if').map((error) => faultOf(find, error));
}

function faultOf(find: Find, { instancePath, keyword, params, message = 'wrong' }: ErrorObject): Fault {
  const path = pathOf(find, instancePath);
  const member = path.length === 0 ? 'the overlay' : path.join('.');
  if (keyword !== 'additionalProperties') return { offset: offsetOf(find, path), why: `${member} ${message}` };
  const unknown = String(params['additionalProperty']);
  const value = find([...path, unknown]);
  return { offset: value?.parent?.offset ?? offsetOf(find, path), why: `${member} has no member ${unknown}` };
}

/** A JSON pointer; elements of arrays are numbers. */
function pathOf(find: Find, pointer: string): Path {
  const path: (string | number)[] = [];
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(find(path)?.type === 'array' ? Number(name) : name);
  }
  return path;
}

/** Where a member stands, or what is nearest to it: an overlay need not have what is wrong with it. */
function offsetOf(find: Find, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node = find(path.slice(0, length));
    if (node !== undefined) return node.offset;
  }
  return find([])?.offset ?? 0;
}

function earliest(faults: readonly Fault[]): Fault | undefined {
  return faults.reduce<Fault | undefined>(
    (first, fault) => (first === undefined || fault.offset < first.offset ? fault : first),
    undefined,
  );
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
