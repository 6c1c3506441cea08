import { cardNumberOf } from './card-number.ts';
import type { Context, Outcome } from './context.ts';
import { fileMember } from './item-members.ts';
import { filesText } from './item-text.ts';
import { failedBy, keptBack } from './refusals.ts';
import { beginUnmasking } from './unmask.ts';
import { withPinIfAsked } from './with-pin.ts';

/** `sscard files read <address…>`: items by address or name, or `all` of them. */
export async function runFilesRead(context: Context): Promise<Outcome> {
  const { arguments: words, settings } = context;
  const unmasking = beginUnmasking(context);
  const masked = unmasking === undefined;
  const all = words.length === 1 && words[0] === 'all';
  return withPinIfAsked(context, async (card, allowed) => {
    const reading = await card.social.files.read(all ? 'all' : words, allowed);
    unmasking?.record(cardNumberOf(reading));
    const files = reading.files.map((file) => fileMember(file, masked));
    const { generation, specificationVersion } = reading;
    const outcome = {
      members: { generation, specificationVersion, files, masked },
      text: filesText(files, masked, settings.lang),
    };
    // Of everything some is kept back on every card; what was named was wanted.
    return failedBy(outcome, reading.pinDenial, ...(all ? [] : keptBack(reading)));
  });
}
