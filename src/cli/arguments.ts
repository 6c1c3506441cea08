import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { SscardError } from '../../apdu/errors.ts';
import { globalOptions, type OptionSpec, type VerbSpec, verbs } from './verbs.ts';

/** What was typed, checked against the table of verbs. */
export interface Invocation {
  /** Absent when only `--help` or `--version` was asked for. */
  readonly verb?: VerbSpec;
  readonly arguments: readonly string[];
  readonly options: ReadonlyMap<string, string | true>;
}

/** What commander says, in our codes. */
const CODES: Readonly<Record<string, string>> = {
  'commander.unknownOption': 'option-unknown',
  'commander.optionMissingArgument': 'option-value-malformed',
  'commander.invalidArgument': 'option-value-malformed',
  'commander.missingArgument': 'argument-missing',
  'commander.excessArguments': 'argument-unexpected',
  'commander.unknownCommand': 'verb-unknown',
  'commander.help': 'argument-missing',
};

const ASKING: ReadonlySet<string> = new Set(['--help', '-h', '--version', '-V']);
/** What looks like a PIN where no argument belongs. */
const PIN_LIKE = /^\d{4,16}$/;
const PIN_OPTION = /'--pin\b/;
const SHORT: Readonly<Record<string, string>> = { help: '-h, ', version: '-V, ' };

/**
 * Global options may stand anywhere; `--name value` and `--name=value` are the same.
 * @throws SscardError `verb-unknown`, `option-unknown`, `option-value-malformed`, `argument-missing`,
 * `argument-unexpected`, `pin-argument`
 * @example parseArguments(['read', '--reader', 'sim:']).verb?.name // 'read'
 */
export function parseArguments(argv: readonly string[]): Invocation {
  let invocation: Invocation | undefined;
  const asks = argv.some((word) => ASKING.has(word));
  const program = buildProgram(asks, (found) => {
    invocation = found;
  });
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code !== 'commander.help' || !asks) throw refusal(error, program.args);
  }
  return invocation ?? { arguments: program.args, options: given(program.opts()) };
}

/** The table of verbs as a commander program that prints nothing and never exits: texts and codes are ours. */
function buildProgram(asks: boolean, found: (invocation: Invocation) => void): Command {
  const silent = { writeOut: () => {}, writeErr: () => {} };
  const program = new Command('sscard').exitOverride().configureOutput(silent).helpOption(false).helpCommand(false);
  program.showSuggestionAfterError(false);
  for (const option of globalOptions) program.addOption(commanderOption(option));
  const nouns = new Map<string, Command>();
  for (const verb of verbs) {
    const [noun = '', word] = verb.name.split(' ');
    const parent = word === undefined ? program : (nouns.get(noun) ?? program.command(noun));
    if (word !== undefined) nouns.set(noun, parent);
    const leaf = parent.command(word ?? noun).allowExcessArguments(asks);
    for (const option of verb.options) leaf.addOption(commanderOption(option));
    for (const name of verb.arguments) leaf.argument(argumentForm(name, asks));
    leaf.action(() => found({ verb, arguments: leaf.args, options: given(leaf.optsWithGlobals()) }));
  }
  return program;
}

function commanderOption({ name, value, choices }: OptionSpec): Option {
  if (value === undefined) return new Option(`${SHORT[name] ?? ''}--${name}`);
  return new Option(`--${name} <${value}>`).argParser((text: string) => {
    if (text === '' || text.startsWith('--')) throw new InvalidArgumentError('no value');
    if (choices?.includes(text) === false) throw new InvalidArgumentError('not one of its values');
    return text;
  });
}

/** Who asks for help need not know the arguments yet. */
function argumentForm(name: string, asks: boolean): string {
  const form = name.replace('…', '...');
  if (form.startsWith('[')) return form;
  return asks ? `[${form}]` : `<${form}>`;
}

/** Not repeated: everybody on the machine can see a command line as it is. */
function pinTyped(): SscardError {
  return new SscardError('pin-argument', 'a PIN as an argument');
}

/** By the names they have in the table: commander makes `pinFrom` of `pin-from`. */
function given(options: Readonly<Record<string, string | true>>): ReadonlyMap<string, string | true> {
  const typed = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return new Map(Object.entries(options).map(([name, value]) => [typed(name), value]));
}

/** @param typed the words that are no global options */
function refusal({ code, message }: CommanderError, typed: readonly string[]): SscardError {
  const [noun] = typed;
  const ours = CODES[code] ?? 'argument-unexpected';
  if (noun === 'pin' && (ours === 'argument-unexpected' || PIN_OPTION.test(message))) return pinTyped();
  if (ours === 'argument-unexpected' && typed.some((word) => PIN_LIKE.test(word))) return pinTyped();
  if (ours === 'verb-unknown' || code === 'commander.help') {
    const siblings = verbs.filter(({ name }) => name.startsWith(`${noun} `));
    const choices = (siblings.length > 0 ? siblings : verbs).map(({ name }) => name);
    return new SscardError(ours, 'no such verb', { choices });
  }
  // The option or argument is what stands in quotes first; a value behind it, which may be a secret, is left out.
  const place = /'([^'\s=]+)/.exec(message)?.[1];
  const choices = [...globalOptions, ...verbs.flatMap(({ options }) => options)].find(
    ({ name }) => `--${name}` === place,
  )?.choices;
  return new SscardError(ours, 'refused', { ...(place !== undefined && { place }), ...(choices && { choices }) });
}
