import { SscardError } from '../../apdu/errors.ts';
import type { Context, Outcome } from './context.ts';
import { globalOptions, type OptionSpec, verbs } from './verbs.ts';

const generators: Readonly<Record<string, () => string>> = { bash, zsh, fish };

/** `sscard completion bash|zsh|fish`: a script for the shell, made from the table of verbs. */
export async function runCompletion({ arguments: [shell = ''] }: Context): Promise<Outcome> {
  const generate = Object.hasOwn(generators, shell) ? generators[shell] : undefined;
  if (generate === undefined) {
    const choices = Object.keys(generators);
    throw new SscardError('argument-malformed', 'no such shell', { place: 'shell', choices });
  }
  const script = generate();
  return { members: { shell, script }, text: script };
}

/** Words after which a verb is complete or begins: `readers`, `sim`. */
const nouns = [...new Set(verbs.map(({ name }) => name.split(' ')[0] ?? ''))];

function secondWords(noun: string): string[] {
  return verbs.flatMap(({ name }) => (name.startsWith(`${noun} `) ? [name.slice(noun.length + 1)] : []));
}

function optionsOf(noun: string): OptionSpec[] {
  const own = verbs
    .filter(({ name }) => name === noun || name.startsWith(`${noun} `))
    .flatMap(({ options }) => options);
  return [...own, ...globalOptions];
}

function names(options: readonly OptionSpec[]): string {
  return options.map(({ name }) => `--${name}`).join(' ');
}

/** Words that may follow a noun. */
function wordsAfter(noun: string): string[] {
  return noun === 'completion' ? Object.keys(generators) : secondWords(noun);
}

const withValues = [...globalOptions, ...verbs.flatMap(({ options }) => options)].flatMap(({ name, choices, hints }) =>
  choices || hints ? [{ name, words: [...(choices ?? hints ?? [])] }] : [],
);

function bash(): string {
  const values = withValues.map(({ name, words }) => `    --${name}) words='${words.join(' ')}' ;;`);
  const rest = nouns.map((noun) => {
    const words = [...wordsAfter(noun), names(optionsOf(noun))].join(' ');
    return `      ${noun}) words='${words}' ;;`;
  });
  return `_sscard() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} noun='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in ${nouns.join('|')}) noun=$word; break ;; esac
  done
  case $before in
${values.join('\n')}
  esac
  if [[ -z $words ]]; then
    case $noun in
      '') words='${nouns.join(' ')} ${names(globalOptions)}' ;;
${rest.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _sscard sscard`;
}

function zsh(): string {
  const rest = nouns.map((noun) => {
    const words = [...wordsAfter(noun), names(optionsOf(noun))].join(' ');
    return `    ${noun}) compadd -- ${words}; _files ;;`;
  });
  return `#compdef sscard
_sscard() {
  local noun='' word
  for word in \${words[2,CURRENT-1]}; do
    case $word in (${nouns.join('|')}) noun=$word; break ;; esac
  done
  case $noun in
    '') compadd -- ${nouns.join(' ')} ${names(globalOptions)} ;;
${rest.join('\n')}
  esac
}
if [[ $funcstack[1] = _sscard ]]; then _sscard "$@"; else compdef _sscard sscard; fi`;
}

function fish(): string {
  const seen = `__fish_seen_subcommand_from`;
  const lines = [`complete -c sscard -n "not ${seen} ${nouns.join(' ')}" -f -a "${nouns.join(' ')}"`];
  for (const noun of nouns) {
    const words = wordsAfter(noun);
    if (words.length > 0) lines.push(`complete -c sscard -n "${seen} ${noun}" -a "${words.join(' ')}"`);
    const own = optionsOf(noun).filter((option) => !globalOptions.includes(option));
    lines.push(...own.map((option) => `complete -c sscard -n "${seen} ${noun}" ${fishOption(option)}`));
  }
  lines.push(...globalOptions.map((option) => `complete -c sscard ${fishOption(option)}`));
  return lines.join('\n');
}

function fishOption({ name, value, choices, hints }: OptionSpec): string {
  const words = choices ?? hints;
  const given = words === undefined ? '' : ` -f -a "${words.join(' ')}"`;
  return `-l ${name}${value === undefined ? '' : ' -r'}${given}`;
}
