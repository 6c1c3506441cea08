import { equalBytes, fromHex } from '../../../apdu/bytes.ts';
import { type Answer, type CardCore, enter, keep } from '../command.ts';

/** `1PAY.SYS.DDF01` (1.1). */
const DIRECTORY = fromHex('315041592E5359532E4444463031');

/**
 * SELECT by name, when the name is of the bank side: its directory, or the first bytes of its application's name (1.3).
 * What was earned or begun on either side is lost (1.1).
 * @param next P2 02: another application behind the one found; there is only one
 * @returns nothing for names of the other side
 */
export function selectFinancial(card: CardCore, name: Uint8Array, next: boolean): Answer | undefined {
  const { financial } = card.contents;
  if (financial === undefined) return undefined;
  const { directory, state } = financial.image;
  const isDirectory = directory !== undefined && equalBytes(name, DIRECTORY);
  const isApplication = equalBytes(name, financial.aid.subarray(0, name.length));
  if (!isDirectory && !isApplication) return next ? { sw: 0x6a82 } : undefined;
  if (next) return { sw: 0x6a82 };
  enter(card, undefined);
  card.session.financial = { selected: isDirectory ? 'directory' : 'application' };
  if (isDirectory) return keep(card, fromHex(directory.fci));
  // 1.5: a blocked application still tells what it is.
  return state.blocked ? keep(card, financial.fci, 0x6283) : keep(card, financial.fci);
}
