import { SscardError } from '../../apdu/errors.ts';
import { globalOptions, type OptionSpec, type VerbSpec, verbs } from './verbs.ts';

/** What was typed, checked against the table of verbs. */
export interface Invocation {
  /** Absent when only `--help` or `--version` was asked for. */
  readonly verb?: VerbSpec;
  readonly arguments: readonly string[];
  readonly options: ReadonlyMap<string, string | true>;
}

const optionsByName = new Map([...globalOptions, ...verbs.flatMap(({ options }) => options)].map((o) => [o.name, o]));
const SHORT: ReadonlyMap<string, string> = new Map([
  ['-h', '--help'],
  ['-V', '--version'],
]);

/**
 * Global options may stand anywhere. `--name value` and `--name=value` are the same; after `--` there are no options.
 * @throws SscardError `verb-unknown`, `option-unknown`, `option-value-malformed`, `argument-missing`,
 * `argument-unexpected`
 * @example parseArguments(['read', '--reader', 'sim:']).verb?.name // 'read'
 */
export function parseArguments(argv: readonly string[]): Invocation {
  const { words, options } = split(argv);
  const asks = options.has('help') || options.has('version');
  if (words.length === 0 && asks) return { arguments: [], options };
  const verb = findVerb(words, asks);
  if (verb === undefined) return { arguments: words, options };
  for (const name of options.keys()) {
    if (![...globalOptions, ...verb.options].some((option) => option.name === name)) throw unknownOption(`--${name}`);
  }
  const rest = words.slice(verb.name.split(' ').length);
  if (!asks) checkCount(verb, rest);
  return { verb, arguments: rest, options };
}

function split(argv: readonly string[]): { words: string[]; options: Map<string, string | true> } {
  const words: string[] = [];
  const options = new Map<string, string | true>();
  for (let at = 0; at < argv.length; at++) {
    const word = SHORT.get(argv[at] ?? '') ?? argv[at] ?? '';
    if (word === '--') {
      words.push(...argv.slice(at + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      words.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    const option = name.startsWith('--') ? optionsByName.get(name.slice(2)) : undefined;
    if (option === undefined) throw unknownOption(name);
    if (option.value === undefined) {
      if (equals >= 0) throw badValue(option, 'a switch takes no value');
      options.set(option.name, true);
      continue;
    }
    const value = equals < 0 ? argv[++at] : word.slice(equals + 1);
    if (value === undefined || value === '' || (equals < 0 && value.startsWith('--')))
      throw badValue(option, 'no value');
    if (option.choices?.includes(value) === false) throw badValue(option, 'not one of its values');
    options.set(option.name, value);
  }
  return { words, options };
}

function findVerb(words: readonly string[], asks: boolean): VerbSpec | undefined {
  const [noun = '', word = ''] = words;
  const found = verbs.find(({ name }) => name === noun || name === `${noun} ${word}`);
  if (found !== undefined) return found;
  const siblings = verbs.filter(({ name }) => name.startsWith(`${noun} `));
  if (siblings.length > 0 && asks && words.length === 1) return undefined;
  const choices = (siblings.length > 0 ? siblings : verbs).map(({ name }) => name);
  const code = words.length === 0 || (siblings.length > 0 && words.length === 1) ? 'argument-missing' : 'verb-unknown';
  throw new SscardError(code, `no verb ${words.slice(0, 2).join(' ')}`, { choices });
}

function checkCount(verb: VerbSpec, given: readonly string[]): void {
  const needed = verb.arguments.filter((name) => !name.startsWith('['));
  const missing = needed[given.length];
  if (missing !== undefined) throw new SscardError('argument-missing', 'an argument is missing', { place: missing });
  const open = verb.arguments.at(-1)?.includes('…') === true;
  const extra = given[verb.arguments.length];
  if (extra !== undefined && !open) {
    throw new SscardError('argument-unexpected', 'one argument too many', {
      place: `${verb.arguments.length + 1}`,
    });
  }
}

function unknownOption(place: string): SscardError {
  return new SscardError('option-unknown', 'no such option', { place });
}

function badValue({ name, choices }: OptionSpec, why: string): SscardError {
  return new SscardError('option-value-malformed', why, { place: `--${name}`, ...(choices && { choices }) });
}
