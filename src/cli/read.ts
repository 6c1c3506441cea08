import { SscardError } from '../../apdu/errors.ts';
import type { BasicInformation } from '../social/basic-information.ts';
import { cardMembers } from './card-members.ts';
import { cardText } from './card-text.ts';
import type { Context, Outcome } from './context.ts';
import { type NationalFormat, nationalLine } from './national-line.ts';
import { withSocialCard } from './social-card.ts';
import { beginUnmasking, type Unmasking } from './unmask.ts';

/** `sscard read`: what a card says about its holder, masked unless `--unmask`. */
export async function runRead(context: Context): Promise<Outcome> {
  const { settings, signal, options } = context;
  const format = options.get('format') as NationalFormat | undefined;
  if (format !== undefined && settings.unmask === undefined) {
    throw new SscardError('format-needs-unmask', 'the national line holds everything in full', { place: '--format' });
  }
  const unmasking = beginUnmasking(context);
  return withSocialCard(context, async (card) => {
    const information = await card.social.readBasic({ signal });
    return present(information, context, unmasking, format);
  });
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
