import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { SscardError } from '../../apdu/errors.ts';
import { nestsDeeper, positionIn, sourceText } from '../../apdu/source-text.ts';
import type { BindingName } from '../../drivers/pcsc/binding.ts';

/** What a configuration file may hold. */
export interface Config {
  readonly reader?: string;
  readonly lang?: 'zh' | 'en';
  /** Seconds. */
  readonly timeout?: number;
  /** Short name of a reader to a part of its name. */
  readonly aliases?: Readonly<Record<string, string>>;
  readonly binding?: BindingName;
  readonly operator?: string;
}

const LARGEST = 64 * 1024;
const DEEPEST = 64;

const text = (node: Node) => typeof node.value === 'string' && node.value !== '' && node.value.length <= 1024;
const oneOf = (values: readonly string[]) => (node: Node) => values.includes(node.value);

/** Each key with what its value has to be. */
const KEYS: Readonly<Record<keyof Config, { readonly what: string; readonly fits: (node: Node) => boolean }>> = {
  reader: { what: 'a reader address', fits: text },
  lang: { what: 'zh or en', fits: oneOf(['zh', 'en']) },
  timeout: {
    what: 'seconds, 0 to 86400',
    fits: ({ type, value }) => type === 'number' && value >= 0 && value <= 86_400,
  },
  aliases: { what: 'an object of texts', fits: ({ type }) => type === 'object' },
  binding: { what: 'koffi, smartcard or pcsclite', fits: oneOf(['koffi', 'smartcard', 'pcsclite']) },
  operator: { what: 'a text', fits: text },
};

/** Keys of a configuration file, for the help. */
export const configKeys = Object.keys(KEYS);

/**
 * Reads a configuration file: strict JSON, no unknown key, no key twice.
 * @param place path, for the error
 * @throws SscardError `config-malformed` with line and column, 1-based
 * @example parseConfig('{ "lang": "en", "aliases": { "counter": "Gemalto" } }').lang // 'en'
 */
export function parseConfig(source: string | Uint8Array, place = 'config'): Config {
  const content = decode(source, place);
  const fail = (offset: number, why: string) => malformed(content, offset, why, place);
  const deep = nestsDeeper(content, DEEPEST);
  if (deep !== undefined) throw fail(deep, 'nested too deeply');
  const errors: ParseError[] = [];
  const root = parseTree(content, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (first !== undefined) throw fail(first.offset, printParseErrorCode(first.error));
  if (root === undefined || root.type !== 'object') throw fail(root?.offset ?? 0, 'not an object');
  const config: Record<string, unknown> = {};
  for (const { key, value } of members(root, fail)) {
    const rule = Object.hasOwn(KEYS, key.value) ? KEYS[key.value as keyof Config] : undefined;
    if (rule === undefined) throw fail(key.offset, `unknown key; there are ${configKeys.join(', ')}`);
    if (!rule.fits(value)) throw fail(value.offset, `${key.value} has to be ${rule.what}`);
    config[key.value] = key.value === 'aliases' ? aliases(value, fail) : value.value;
  }
  return config;
}

type Fail = (offset: number, why: string) => SscardError;

function aliases(node: Node, fail: Fail): Record<string, string> {
  // Without a prototype: an alias may be called anything.
  const found: Record<string, string> = Object.create(null);
  for (const { key, value } of members(node, fail)) {
    if (key.value === '' || !text(value)) throw fail(value.offset, 'an alias is a name and a text');
    found[key.value] = value.value;
  }
  return found;
}

function* members(object: Node, fail: Fail): Generator<{ key: Node; value: Node }> {
  const seen = new Set<string>();
  for (const { children = [], offset } of object.children ?? []) {
    const [key, value] = children;
    if (key === undefined || value === undefined) throw fail(offset, 'a key without a value');
    if (seen.has(key.value)) throw fail(key.offset, 'the same key twice');
    seen.add(key.value);
    yield { key, value };
  }
}

function decode(source: string | Uint8Array, place: string): string {
  const start = { place, line: 1, column: 1 };
  if (source.length > LARGEST) throw new SscardError('config-malformed', `longer than ${LARGEST} bytes`, start);
  const text = sourceText(source);
  if (text === undefined) throw new SscardError('config-malformed', 'not UTF-8', start);
  return text;
}

function malformed(content: string, offset: number, why: string, place: string): SscardError {
  return new SscardError('config-malformed', why, { place, ...positionIn(content, offset) });
}
