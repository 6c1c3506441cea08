import type { ErrorObject, ValidateFunction } from 'ajv';
import type { Node, ParseError } from 'jsonc-parser';
import { SscardError } from '../apdu/errors.ts';
import { nestsDeeper, positionIn, sourceText } from '../apdu/source-text.ts';

/** What a JSON file has to be. */
export interface JsonFileRules {
  /** Path, for errors. */
  readonly place: string;
  /** Code of every error. */
  readonly code: string;
  /** Bytes or characters; more is not read. */
  readonly largest: number;
  /** What the file is called where the whole of it is wrong. */
  readonly what: string;
  /** JSON schema, draft 7. */
  readonly schema: () => Promise<object>;
}

/** Members on the way to a value; elements of arrays are numbers. */
export type JsonPath = readonly (string | number)[];

/** A file that is as its schema says. */
export interface JsonFile<T> {
  readonly value: T;
  /** The error for what the schema cannot say, with the position of the member, or of what is nearest to it. */
  readonly fault: (path: JsonPath, why: string) => SscardError;
}

const DEEPEST = 32;

/**
 * Reads a JSON file that a person may have written: UTF-8, strict JSON, no member twice, as its schema says.
 * @throws SscardError with the code of the rules, line and column of the first wrong member, 1-based
 */
export async function parseJsonFile<T>(source: string | Uint8Array, rules: JsonFileRules): Promise<JsonFile<T>> {
  const { code, place, largest, what } = rules;
  const content = source.length > largest ? undefined : sourceText(source);
  if (content === undefined) {
    const why = source.length > largest ? `longer than ${largest} bytes` : 'not UTF-8';
    throw new SscardError(code, why, { place, line: 1, column: 1 });
  }
  const fail = ({ offset, why }: Fault) => new SscardError(code, why, { place, ...positionIn(content, offset) });
  const read = await readJson(content);
  if ('why' in read) throw fail(read);
  const { find, value } = read;
  const misfit = earliest((await misfits(value, rules.schema)).map((error) => faultOf(find, error, what)));
  if (misfit !== undefined) throw fail(misfit);
  return { value: value as T, fault: (path, why) => fail({ offset: offsetOf(find, path), why }) };
}

interface Fault {
  readonly offset: number;
  readonly why: string;
}

/** Finds a member in the text; the root by an empty path. */
type Find = (path: JsonPath) => Node | undefined;

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

/** Compiling takes longer than checking. */
const compiled = new WeakMap<object, ValidateFunction>();

/** Everything that the schema finds wrong. */
async function misfits(value: unknown, schema: JsonFileRules['schema']): Promise<readonly ErrorObject[]> {
  const [{ Ajv }, rules] = await Promise.all([import('ajv'), schema()]);
  const validate = compiled.get(rules) ?? new Ajv({ allErrors: true, strict: false }).compile(rules);
  compiled.set(rules, validate);
  return validate(value) ? [] : (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if');
}

function faultOf(find: Find, { instancePath, keyword, params, message = 'wrong' }: ErrorObject, what: string): Fault {
  const path = pathOf(find, instancePath);
  const member = path.length === 0 ? what : path.join('.');
  if (keyword !== 'additionalProperties') return { offset: offsetOf(find, path), why: `${member} ${message}` };
  const unknown = String(params['additionalProperty']);
  const value = find([...path, unknown]);
  return { offset: value?.parent?.offset ?? offsetOf(find, path), why: `${member} has no member ${unknown}` };
}

/** A JSON pointer; elements of arrays are numbers. */
function pathOf(find: Find, pointer: string): JsonPath {
  const path: (string | number)[] = [];
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(find(path)?.type === 'array' ? Number(name) : name);
  }
  return path;
}

/** Where a member stands, or what is nearest to it: a file need not have what is wrong with it. */
function offsetOf(find: Find, path: JsonPath): number {
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
