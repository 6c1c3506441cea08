import { type Invocation, parseArguments } from './arguments.ts';
import type { Outcome } from './context.ts';
import { jsonLine } from './layout.ts';
import { type Language, languageOf, resolveSettings, type Settings } from './settings.ts';
import { OutputClosed, writeOutput } from './terminal.ts';

/** How the answer is wanted; a guess until the command line and the configuration are read. */
interface Manner {
  readonly json: boolean;
  readonly lang: Language;
}

/**
 * Runs one command line and sets `process.exitCode`. Prints one JSON object, or text for people; never throws.
 * @param argv without node and script
 * @example await main(['read', '--reader', 'sim:', '--json']);
 */
export async function main(argv: readonly string[]): Promise<void> {
  const stop = new AbortController();
  // The first signal ends the act, so that the card is reset; a second one does not wait for it.
  const onSignal = () => (stop.signal.aborted ? process.exit(12) : stop.abort());
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  let manner = guessManner(argv);
  let command = '';
  try {
    const invocation = parseArguments(argv);
    command = invocation.verb?.name ?? '';
    if (await answeredFromTable(invocation, manner)) return;
    const settings = await resolveSettings(invocation.options, process.env);
    manner = settings;
    const outcome = await runVerb(invocation, settings, stop.signal);
    if (outcome?.error !== undefined) await fail(outcome.error, command, manner, outcome);
    else if (outcome !== undefined) print(manner, command, outcome);
  } catch (error) {
    await fail(error, command, manner);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

async function runVerb(invocation: Invocation, settings: Settings, signal: AbortSignal): Promise<Outcome | undefined> {
  const { verb, arguments: words, options } = invocation;
  if (verb === undefined) return undefined;
  const run = await verb.load();
  return run({
    verb: verb.name,
    arguments: words,
    options,
    settings,
    signal,
    emit: (members, text) => print(settings, verb.name, { members, text }),
  });
}

/** `--help` and `--version` need no configuration and no reader. */
async function answeredFromTable({ verb, arguments: words, options }: Invocation, manner: Manner): Promise<boolean> {
  if (options.has('help')) {
    const { helpText } = await import('./help.ts');
    const text = helpText(verb, words, manner.lang);
    print(manner, verb?.name ?? '', { members: { help: text }, text });
    return true;
  }
  if (!options.has('version')) return false;
  const { packageVersion } = await import('./version.ts');
  const version = packageVersion();
  print(manner, verb?.name ?? '', { members: { version }, text: version });
  return true;
}

function print({ json }: Manner, command: string, { members, text }: Outcome): void {
  writeOutput(json ? jsonLine({ schema: 1, ok: true, command, ...members }) : `${text}\n`);
}

async function fail(error: unknown, command: string, manner: Manner, partial?: Outcome): Promise<void> {
  // A pager that was closed, `| head`: what was asked for was read.
  if (error instanceof OutputClosed) return;
  const { reportFailure } = await import('./failure.ts');
  process.exitCode = reportFailure(error, { command, ...manner, ...(partial && { partial }) });
}

function guessManner(argv: readonly string[]): Manner {
  const at = argv.indexOf('--lang');
  const stated = at < 0 ? argv.find((word) => word.startsWith('--lang='))?.slice('--lang='.length) : argv[at + 1];
  const lang = stated === 'zh' || stated === 'en' ? stated : languageOf(process.env);
  return { json: argv.includes('--json'), lang };
}
