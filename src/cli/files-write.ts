import { readFileSync } from 'node:fs';
import { SscardError } from '../../apdu/errors.ts';
import { filesWords } from '../i18n/files.ts';
import type { ItemChange } from '../social/files/change.ts';
import type { ItemOutcome, UpdateReport } from '../social/files/report.ts';
import { planChanges } from './changes.ts';
import type { Context, Outcome } from './context.ts';
import { reasonText } from './item-text.ts';
import { table } from './layout.ts';
import { deniedError, failedBy } from './refusals.ts';
import type { Language } from './settings.ts';
import { withPinIfAsked } from './with-pin.ts';

/** `sscard files write [file]`: changes from a file or stdin, all or nothing checked before the card is touched. */
export async function runFilesWrite(context: Context): Promise<Outcome> {
  const [file = '-'] = context.arguments;
  if (file === '-' && context.options.has('with-pin') && context.settings.pinFrom?.kind === 'lines') {
    if (context.settings.pinFrom.fd === 0) {
      throw new SscardError('stdin-twice', 'changes and PIN from the same place', { place: '--pin-from' });
    }
  }
  const changes = readChanges(file);
  return withPinIfAsked(context, async (card, allowed) =>
    reportOutcome(await card.social.files.update(changes, allowed), context.settings.lang),
  );
}

function readChanges(file: string): ItemChange[] {
  let source: Uint8Array;
  try {
    source = readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    throw new SscardError('changes-unreadable', 'cannot be read', { place: file }, { cause: error });
  }
  return planChanges(source, file === '-' ? 'stdin' : file);
}

/** The old values stay out: they are personal, and the card keeps those that were not replaced. */
function reportOutcome(report: UpdateReport, lang: Language): Outcome {
  const items = report.items.map(({ address, state, denial, sw }) => ({
    ...{ address, state },
    ...(denial !== undefined && { reason: denial.reason }),
    ...(sw !== undefined && { sw: sw.toString(16).toUpperCase().padStart(4, '0') }),
  }));
  const rows = report.items.map((item) => [item.address, stateText(item, lang)]);
  const outcome = { members: { write: { outcome: report.outcome, items } }, text: table(rows) };
  const error = errorOf(report);
  return failedBy(error === undefined ? outcome : { ...outcome, error }, report.pinDenial);
}

function stateText({ state, denial }: ItemOutcome, lang: Language): string {
  const text = filesWords[lang].states[state];
  return denial === undefined ? text : `${text} (${reasonText(denial.reason, lang)})`;
}

/** What ends the command: what cut the update, else the first place that is not as it should be. */
function errorOf({ outcome, items, error }: UpdateReport): SscardError | undefined {
  if (outcome === 'done') return undefined;
  const { code, ...cut } = error ?? {};
  if (outcome === 'unknown') {
    const place = items.find(({ state }) => state === 'unknown')?.address;
    const details = { ...cut, ...(place !== undefined && { place }), ...(code !== undefined && { reason: code }) };
    return new SscardError('write-outcome-unknown', 'an answer was lost', { ...details, outcome: 'unknown' });
  }
  const damaged = items.find(({ state }) => state === 'damaged');
  if (damaged !== undefined) return new SscardError('item-damaged', 'neither old nor new', { place: damaged.address });
  if (code !== undefined) return new SscardError(code, 'the update was cut', { ...cut, outcome: 'not-done' });
  const denied = items.find(({ denial }) => denial !== undefined);
  if (denied?.denial !== undefined) return deniedError(denied.denial);
  const refused = items.find(({ sw }) => sw !== undefined);
  return new SscardError('card-refused', 'not written', {
    step: 'update-record',
    ...(refused !== undefined && { place: refused.address, sw: refused.sw ?? 0 }),
  });
}
