import { SscardError } from '../../apdu/errors.ts';
import type { Card } from '../card.ts';
import { filesWords } from '../i18n/files.ts';
import type { BasicInformation } from '../social/basic-information.ts';
import { cardMembers } from './card-members.ts';
import { cardText } from './card-text.ts';
import type { Context, Outcome } from './context.ts';
import { printable } from './layout.ts';
import { type NationalFormat, nationalLine } from './national-line.ts';
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
    const basic = present(await card.social.readBasic({ signal }), context, unmasking, format);
    const more = [
      ...(options.has('all') ? [await readAll(card, allowed, context)] : []),
      ...(typeof photo === 'string' ? [await readPhoto(card, photo, context)] : []),
    ];
    return {
      members: Object.assign({}, basic.members, ...more.map(({ members }) => members)),
      text: [basic, ...more].map(({ text }) => text).join('\n'),
    };
  });
}

/** `--all`: every file that may be read. */
async function readAll(card: Card, allowed: PinAllowed, { settings }: Context): Promise<Outcome> {
  const { fileMember } = await import('./item-members.ts');
  const { filesText } = await import('./item-text.ts');
  const masked = settings.unmask === undefined;
  const { files } = await card.social.files.read('all', allowed);
  const members = files.map((file) => fileMember(file, masked));
  return { members: { files: members }, text: filesText(members, false, settings.lang) };
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
