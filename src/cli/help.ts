import { verbExamples, verbNotes, verbTexts } from '../i18n/cli.ts';
import { helpWords, optionTexts } from '../i18n/help.ts';
import { configKeys } from './config.ts';
import { table } from './layout.ts';
import type { Language } from './settings.ts';
import { globalOptions, type OptionSpec, type VerbSpec, verbs } from './verbs.ts';

/** Help of one verb; of the nouns in `typed` (`sim`); of everything. */
export function helpText(verb: VerbSpec | undefined, typed: readonly string[], lang: Language): string {
  return verb === undefined ? overview(typed[0], lang) : verbHelp(verb, lang);
}

function overview(noun: string | undefined, lang: Language): string {
  const texts = helpWords[lang];
  const shown = verbs.filter(({ name }) => noun === undefined || name.startsWith(`${noun} `));
  const rows = shown.map((verb) => [`  ${usage(verb)}`, verbTexts[verb.name]?.[lang] ?? '']);
  return [
    `sscard · ${texts.about}`,
    `${texts.commands}:\n${table(rows)}`,
    `${texts.globalOptions}:\n${table(globalOptions.map((option) => optionRow(option, lang)))}`,
    `${texts.configKeys}: ${configKeys.join(', ')}`,
    `${texts.exits}:\n  ${texts.exitList}`,
  ].join('\n\n');
}

function verbHelp(verb: VerbSpec, lang: Language): string {
  const texts = helpWords[lang];
  const examples = (verbExamples[verb.name] ?? []).map((example) => `  ${example}`);
  const parts = [verbTexts[verb.name]?.[lang] ?? '', `${texts.examples}:\n${examples.join('\n')}`];
  parts.push(`${texts.usage}: sscard ${usage(verb)}`);
  const note = verbNotes[verb.name]?.[lang];
  if (note !== undefined) parts.push(note);
  if (verb.options.length > 0) {
    parts.push(`${texts.options}:\n${table(verb.options.map((option) => optionRow(option, lang)))}`);
  }
  parts.push(`${texts.globalOptions}:\n${table(globalOptions.map((option) => optionRow(option, lang)))}`);
  return parts.join('\n\n');
}

function usage({ name, arguments: words, options }: VerbSpec): string {
  const own = options.map((option) => `[${optionForm(option)}]`);
  return [
    name,
    ...words.map((word) => (word.startsWith('[') ? word.replace(/\w+/, '<$&>') : `<${word}>`)),
    ...own,
  ].join(' ');
}

function optionForm({ name, value, choices }: OptionSpec): string {
  if (value === undefined) return `--${name}`;
  return `--${name} ${choices === undefined ? `<${value}>` : choices.join('|')}`;
}

function optionRow(option: OptionSpec, lang: Language): string[] {
  const env = option.env === undefined ? '' : ` [${option.env}]`;
  return [`  ${optionForm(option)}`, `${optionTexts[option.name]?.[lang] ?? ''}${env}`];
}
