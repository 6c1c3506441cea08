import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { SscardError } from '../../apdu/errors.ts';
import { nestsDeeper, positionIn, sourceText } from '../../apdu/source-text.ts';
import type { BindingName } from '../../drivers/pcsc/binding.ts';
import { isPinFrom } from './pin-from.ts';

/** The key service and what proves who is who, as the file has them: paths may be relative to it. */
export interface HsmConfig {
  readonly url?: string;
  /** PEM files: the service's authority, our certificate, its private key. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Seconds for one answer. */
  readonly timeout?: number;
}

/** What a configuration file may hold. */
export interface Config {
  readonly reader?: string;
  readonly psam?: string;
  /** Address of the PIN pad. */
  readonly pad?: string;
  readonly interface?: 'contact' | 'contactless' | 'auto';
  readonly hsm?: HsmConfig;
  /** Path of an overlay on the card profile. */
  readonly profile?: string;
  /** Path of a file of authority keys, for the debit side. */
  readonly caKeys?: string;
  readonly pinFrom?: string;
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

/** What the value of a key has to be, and how it is taken over. */
interface Rule {
  readonly what: string;
  readonly fits: (node: Node) => boolean;
  /** Default: the value itself. */
  readonly read?: (node: Node, fail: Fail) => unknown;
}

type Rules<T> = Readonly<Record<keyof T, Rule>>;

const isText = (node: Node) => typeof node.value === 'string' && node.value !== '' && node.value.length <= 1024;
const text = (what: string): Rule => ({ what, fits: isText });
const oneOf = (...values: readonly string[]): Rule => ({
  what: `one of ${values.join(', ')}`,
  fits: ({ value }) => values.includes(value),
});
const seconds = (most: number): Rule => ({
  what: `seconds, 0 to ${most}`,
  fits: ({ type, value }) => type === 'number' && value >= 0 && value <= most,
});

const HSM: Rules<HsmConfig> = {
  url: { what: 'an address https://…', fits: (node) => isText(node) && node.value.startsWith('https://') },
  ca: text('a path'),
  cert: text('a path'),
  key: text('a path'),
  timeout: seconds(600),
};

const KEYS: Rules<Config> = {
  reader: text('a reader address'),
  psam: text('a reader address'),
  pad: text('the address of a PIN pad'),
  interface: oneOf('contact', 'contactless', 'auto'),
  hsm: {
    what: `an object of ${Object.keys(HSM).join(', ')}`,
    fits: ({ type }) => type === 'object',
    read: (node, fail) => readObject(node, HSM, fail),
  },
  profile: text('a path'),
  caKeys: text('a path'),
  pinFrom: { what: 'pad, prompt, stdin or fd:N', fits: ({ value }) => isPinFrom(value) },
  lang: oneOf('zh', 'en'),
  timeout: seconds(86_400),
  aliases: { what: 'an object of texts', fits: ({ type }) => type === 'object', read: aliases },
  binding: oneOf('koffi', 'smartcard', 'pcsclite'),
  operator: text('a text'),
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
  return readObject(root, KEYS, fail);
}

function readObject<T>(object: Node, rules: Rules<T>, fail: Fail): T {
  const found: Partial<Record<keyof T, unknown>> = {};
  for (const { key, value } of members(object, fail)) {
    const name = key.value as keyof T & string;
    if (!Object.hasOwn(rules, name)) throw fail(key.offset, `unknown key; there are ${Object.keys(rules).join(', ')}`);
    const { what, fits, read } = rules[name];
    if (!fits(value)) throw fail(value.offset, `${name} has to be ${what}`);
    found[name] = read === undefined ? value.value : read(value, fail);
  }
  return found as T;
}

type Fail = (offset: number, why: string) => SscardError;

function aliases(node: Node, fail: Fail): Record<string, string> {
  // Without a prototype: an alias may be called anything.
  const found: Record<string, string> = Object.create(null);
  for (const { key, value } of members(node, fail)) {
    if (key.value === '' || !isText(value)) throw fail(value.offset, 'an alias is a name and a text');
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
