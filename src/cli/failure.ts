import { SscardError } from '../../apdu/errors.ts';
import { formatStatus } from '../../apdu/status.ts';
import { type ErrorTexts, errorTexts } from '../i18n/errors.ts';
import { reasonTexts } from '../i18n/reasons.ts';
import { words } from '../i18n/words.ts';
import type { Outcome } from './context.ts';
import { EXIT, exitCodes } from './exit-codes.ts';
import { jsonLine, paint, printable } from './layout.ts';
import { marketCodeOf } from './market-codes.ts';
import type { Language } from './settings.ts';
import { statusText } from './status-text.ts';
import { OutputClosed, writeError, writeOutput } from './terminal.ts';

/** Verbs whose commands may change a card. For the others a lost answer is a failed reading, nothing worse. */
const MAY_WRITE = new Set(['apdu', 'script', 'sim run']);

interface Telling {
  readonly command: string;
  readonly json: boolean;
  readonly lang: Language;
  /** The result there was before it failed. */
  readonly partial?: Outcome;
}

/**
 * Says what broke: one JSON object on stdout, or text on stderr after the result so far on stdout.
 * @returns the exit code
 */
export function reportFailure(error: unknown, { command, json, lang, partial }: Telling): number {
  const known = error instanceof SscardError && Object.hasOwn(errorTexts, error.code) ? error : unexpected(error);
  const texts = errorTexts[known.code] as ErrorTexts;
  try {
    if (json) {
      const members = { ...partial?.members, error: errorMembers(known, texts) };
      writeOutput(jsonLine({ schema: 1, ok: false, command, ...members }));
    } else {
      if (partial !== undefined && partial.text !== '') writeOutput(`${partial.text}\n`);
      writeError(`${forPeople(known, texts, lang)}\n`);
    }
  } catch (closed) {
    if (!(closed instanceof OutputClosed)) throw closed;
  }
  return exitCode(known, command);
}

/** @example exitCode(new SscardError('no-card', ''), 'read') // 4 */
export function exitCode({ code, details }: SscardError, command: string): number {
  if (details.outcome === 'unknown' && MAY_WRITE.has(command)) return EXIT.outcomeUnknown;
  return exitCodes.get(code) ?? EXIT.internal;
}

function unexpected(error: unknown): SscardError {
  const { name, code, stack } = error as { name?: unknown; code?: unknown; stack?: unknown };
  // A stack names places in this program; a message may quote data, so it stays out.
  const frames = String(stack)
    .split('\n')
    .filter((line) => line.startsWith('    at '));
  const place = [typeof code === 'string' ? code : name, frames[0]?.trim()].filter(Boolean).join(' ');
  return new SscardError('internal', 'unexpected', { place });
}

function errorMembers(error: SscardError, { message, advice }: ErrorTexts): Record<string, unknown> {
  const { code, details } = error;
  const { sw, place, ...rest } = details;
  const market = marketCodeOf(error);
  return {
    code,
    message,
    advice,
    ...(market !== undefined && { marketCode: market }),
    ...(sw !== undefined && { sw: formatStatus(sw) }),
    ...(place !== undefined && { file: place }),
    ...rest,
  };
}

function forPeople({ code, details }: SscardError, { message, advice }: ErrorTexts, lang: Language): string {
  const { error: label } = words[lang];
  const lines = [`${paint('red', `${label}${message[lang]}`, 2)}${where(details, lang)}`];
  if (details.sw !== undefined) lines.push(`  SW ${formatStatus(details.sw)}  ${statusText(details.sw)[lang]}`);
  if (details.reason !== undefined) lines.push(`  ${reasonTexts[details.reason]?.[lang] ?? printable(details.reason)}`);
  if (details.triesLeft !== undefined) lines.push(`  ${words[lang].triesLeft(details.triesLeft)}`);
  if (details.outcome === 'unknown') lines.push(`  ${words[lang].outcomeUnknown}`);
  for (const choice of details.choices ?? []) lines.push(`  - ${printable(choice)}`);
  lines.push(`  ${advice[lang]}`, paint('dim', `  [${code}]`, 2));
  return lines.join('\n');
}

function where({ step, place, line, column, offset }: SscardError['details'], lang: Language): string {
  const position = line === undefined ? [] : [words[lang].position(line, column)];
  if (line === undefined && offset !== undefined) position.push(words[lang].offset(offset + 1));
  const parts = [place, ...position, step].filter((part) => part !== undefined);
  return parts.length === 0 ? '' : ` (${printable(parts.join(', '))})`;
}
