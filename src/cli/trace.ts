import { SscardError } from '../../apdu/errors.ts';
import { formatStatus } from '../../apdu/status.ts';
import { formatTranscript, parseTranscript, type Transcript } from '../../drivers/replay/transcript.ts';
import { commandTexts, traceWords } from '../i18n/trace.ts';
import { loadWholeOverlays, loadWholeProfile } from '../social/profile/load.ts';
import { applyOverlays } from '../social/profile/merge.ts';
import type { Generation } from '../social/profile/profile.ts';
import { explainTranscript, generationIn } from '../trace/explain.ts';
import type { Explained, ExplainedObject } from '../trace/explained.ts';
import { type ReplayReport, replayTranscript } from '../trace/replay.ts';
import { maskTranscript } from '../trace/transcript-masking.ts';
import type { Context, Outcome } from './context.ts';
import { paint, printable, table } from './layout.ts';
import type { Language } from './settings.ts';
import { siteOverlays } from './social-card.ts';
import { statusText } from './status-text.ts';
import { readTranscriptFile } from './transcript-file.ts';

/** The generation of a transcript that does not tell. */
const USUAL: Generation = '2.0';

/** `sscard trace explain <file>`: each command in words. */
export async function runTraceExplain({ arguments: [file = ''], settings }: Context): Promise<Outcome> {
  const transcript = maskTranscript(readFile(file));
  const generation = generationIn(transcript);
  const overlays = [...(await loadWholeOverlays()), ...(await siteOverlays(settings))];
  const profile = applyOverlays(await loadWholeProfile(generation ?? USUAL), overlays, null);
  const explained = explainTranscript(transcript, profile);
  return {
    members: { file, generation: generation ?? null, commands: explained.map(membersOf) },
    text: textOf(explained, settings.lang),
  };
}

/** `sscard trace mask <file>`: the transcript with nothing in it that a trace may not show. */
export async function runTraceMask({ arguments: [file = ''] }: Context): Promise<Outcome> {
  const text = formatTranscript(maskTranscript(readFile(file)));
  return { members: { file, transcript: text }, text: text.trimEnd() };
}

/** `sscard trace replay <file> [verb…]`: does the recorded act again; exit code 8 when it differs. */
export async function runTraceReplay({ arguments: [file = '', ...verb], settings }: Context): Promise<Outcome> {
  const act = verb.length === 0 ? undefined : verb.join(' ');
  const report = await replayTranscript(readFile(file), act, await siteOverlays(settings));
  const outcome = { members: { file, replay: report }, text: replayText(report, settings.lang) };
  if (report.result === 'same') return outcome;
  const place = { place: file, ...(report.line !== undefined && { line: report.line }) };
  return { ...outcome, error: new SscardError('replay-differs', 'not the recorded commands', place) };
}

function readFile(file: string): Transcript {
  try {
    return parseTranscript(readTranscriptFile(file));
  } catch (error) {
    if (!(error instanceof SscardError) || error.details.place !== undefined) throw error;
    throw new SscardError(error.code, error.message, { place: file, ...error.details }, { cause: error });
  }
}

function membersOf({ named, sw, ...step }: Explained): Record<string, unknown> {
  return { ...step, ...named, ...(sw !== undefined && { sw: formatStatus(sw) }) };
}

/** One line a command, and under it the data objects that went to the card and came from it. */
function textOf(explained: readonly Explained[], lang: Language): string {
  const lines = table(explained.map((step) => rowOf(step, lang))).split('\n');
  const objects = (arrow: string, list: readonly ExplainedObject[] = []) =>
    list.map((object) => printable(`      ${arrow} ${objectText(object, lang)}`));
  return explained
    .flatMap(({ sent, received }, at) => [lines[at] ?? '', ...objects('→', sent), ...objects('←', received)])
    .join('\n');
}

function objectText({ tag, value, details = [], ...named }: ExplainedObject, lang: Language): string {
  const nameOf = (one: { readonly name: string; readonly nameZh: string }) => (lang === 'zh' ? one.nameZh : one.name);
  const name = nameOf(named);
  const words = details.map(nameOf).join(lang === 'zh' ? '；' : '; ');
  return [tag, ...(name === tag ? [] : [name]), `“${value}”`, ...(words === '' ? [] : [words])].join(' ');
}

function rowOf({ line, command, place, named, key, value, sw, event }: Explained, lang: Language): string[] {
  const words = traceWords[lang];
  const name = lang === 'zh' ? named?.nameZh : named?.name;
  const about = [place, key === undefined ? name : `${words.key} ${key} (${name})`, value && `“${value}”`];
  const result = sw === undefined ? (event ?? words.lost) : `${formatStatus(sw)} ${statusText(sw)[lang]}`;
  return [
    String(line),
    commandTexts[command]?.[lang] ?? command,
    about.filter((part) => part !== undefined && part !== '').join(' '),
    printable(result),
  ];
}

function replayText({ act, result, recorded, sent, line }: ReplayReport, lang: Language): string {
  const words = traceWords[lang];
  const stopped = line === undefined ? [] : [words.stopped(line)];
  const verdict = paint(result === 'same' ? 'green' : 'red', words[result]);
  return [`${act}: ${verdict}`, words.counts(sent, recorded), ...stopped].join('\n');
}
