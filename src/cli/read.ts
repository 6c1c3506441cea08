import { SscardError } from '../../apdu/errors.ts';
import type { Card } from '../card.ts';
import { filesWords } from '../i18n/files.ts';
import type { BasicInformation } from '../social/basic-information.ts';
import { cardMembers } from './card-members.ts';
import { cardText } from './card-text.ts';
import type { Context, Outcome } from './context.ts';
import { printable } from './layout.ts';
import { type NationalFormat, nationalLine } from './national-line.ts';
import { failedBy } from './refusals.ts';
import { beginUnmasking, type Unmasking } from './unmask.ts';
import { type PinAllowed, withPinIfAsked } from './with-pin.ts';

/** `sscard read`: what a card says about its holder, masked unless `--unmask`. */
export async function runRead(context: Context): Promise<Outcome> {
  const { settings, signal, options } = context;
  const format = options.get('format') as NationalFormat | undefined;
  if (format !== undefined && settings.unmask === undefined) {
    throw new SscardError('format-needs-unmask', 'the national line holds everything in full', { place: '--format' });
  }
  const photo = options.get('photo');
  if (photo !== undefined && settings.unmask === undefined) {
    throw new SscardError('photo-needs-unmask', 'a photo shows the holder in full', { place: '--photo' });
  }
  const unmasking = beginUnmasking(context);
  return withPinIfAsked(context, async (card, allowed) => {
    let outcome = present(await card.social.readBasic({ signal }), context, unmasking, format);
    if (options.has('all')) outcome = await andThen(outcome, () => readAll(card, allowed, context));
    if (typeof photo === 'string') outcome = await andThen(outcome, () => readPhoto(card, photo, context));
    return outcome;
  });
}

/** What was read stays, whatever becomes of the rest. */
async function andThen(outcome: Outcome, more: () => Promise<Outcome>): Promise<Outcome> {
  if (outcome.error !== undefined) return outcome;
  try {
    const next = await more();
    const members = { ...outcome.members, ...next.members };
    return { ...next, members, text: `${outcome.text}\n${next.text}` };
  } catch (error) {
    if (error instanceof SscardError) return { ...outcome, error };
    throw error;
  }
}

/** `--all`: every file that may be read. */
async function readAll(card: Card, allowed: PinAllowed, { settings }: Context): Promise<Outcome> {
  const { fileMember } = await import('./item-members.ts');
  const { filesText } = await import('./item-text.ts');
  const masked = settings.unmask === undefined;
  const { files, pinDenial } = await card.social.files.read('all', allowed);
  const members = files.map((file) => fileMember(file, masked));
  return failedBy({ members: { files: members }, text: filesText(members, false, settings.lang) }, pinDenial);
}

/** `--photo`: kept as a file, never shown. */
async function readPhoto(card: Card, file: string, { settings, signal }: Context): Promise<Outcome> {
  const { keepPhoto } = await import('./photo-file.ts');
  const bytes = keepPhoto(await card.social.files.photo({ signal }), file);
  return { members: { photo: { file, bytes } }, text: filesWords[settings.lang].photo(printable(file), bytes) };
}

function present(
  information: BasicInformation,
  { settings }: Context,
  unmasking: Unmasking | undefined,
  format: NationalFormat | undefined,
): Outcome {
  unmasking?.record(information.cardNumber);
  const masked = unmasking === undefined;
  const members = cardMembers(information, masked);
  const line = format === undefined ? undefined : nationalLine(information, format);
  return {
    members: { card: members, masked, ...(line !== undefined && { line }) },
    text: line ?? cardText(members, masked, settings.lang),
  };
}
