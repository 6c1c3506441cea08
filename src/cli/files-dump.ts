import { SscardError } from '../../apdu/errors.ts';
import { filesWords } from '../i18n/files.ts';
import { dumpOf } from '../social/files/dump.ts';
import { cardNumberOf } from './card-number.ts';
import type { Context, Outcome } from './context.ts';
import { printable } from './layout.ts';
import { writeNewFile } from './new-file.ts';
import { failedBy } from './refusals.ts';
import { beginUnmasking } from './unmask.ts';
import { withPinIfAsked } from './with-pin.ts';

/** `sscard files dump <file>`: everything that may be read, byte for byte, into a new file (mode 0600). */
export async function runFilesDump(context: Context): Promise<Outcome> {
  const {
    arguments: [path = ''],
    settings,
  } = context;
  const unmasking = beginUnmasking(context);
  if (unmasking === undefined) {
    throw new SscardError('dump-needs-unmask', 'a dump holds everything in full', { place: path });
  }
  return withPinIfAsked(context, async (card, allowed) => {
    const reading = await card.social.files.read('all', allowed);
    unmasking.record(cardNumberOf(reading));
    writeNewFile(path, new TextEncoder().encode(`${JSON.stringify(dumpOf(reading), null, 1)}\n`));
    const count = (kind: string) => reading.files.filter((file) => file.kind === kind).length;
    const counts = { read: count('read'), withheld: count('withheld'), absent: count('absent') };
    const outcome = {
      members: { file: path, generation: reading.generation, ...counts },
      text: filesWords[settings.lang].dumped(printable(path), counts.read, counts.withheld),
    };
    return failedBy(outcome, reading.pinDenial);
  });
}
