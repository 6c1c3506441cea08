import { fromHex } from '../../apdu/bytes.ts';
import { exchange, type Line, refused } from '../../drivers/exchange.ts';
import type { CardProfile } from './profile/profile.ts';
import type { Where } from './steps.ts';

/**
 * SELECT of a directory by its file identifier. From one to its sibling it works directly on cards seen (2.1); a card
 * that refuses is asked again from the SSSE, once.
 * @returns false when the card does not have the directory
 * @throws SscardError `card-refused`, and what the channel throws
 */
export async function selectDirectory(line: Line, profile: CardProfile, id: string): Promise<boolean> {
  const where: Where = { step: 'select-directory', place: id };
  const first = await select(line, fidOf(profile, id), where);
  if (isSelected(first)) return true;
  const application = await select(line, profile.application.fid, { ...where, place: 'SSSE' });
  if (!isSelected(application)) throw refused(first, where);
  if (id === 'SSSE') return true;
  const second = await select(line, fidOf(profile, id), where);
  if (isSelected(second)) return true;
  if (second === FILE_NOT_FOUND) return false;
  throw refused(second, where);
}

const FILE_NOT_FOUND = 0x6a82;

/** A directory answers 9000, or 61xx with its FCI waiting (2.3). */
function isSelected(sw: number): boolean {
  return sw === 0x9000 || sw >> 8 === 0x61;
}

async function select(line: Line, fid: string, where: Where): Promise<number> {
  const { sw } = await exchange(line, { cla: 0x00, ins: 0xa4, p1: 0x00, p2: 0x00, data: fromHex(fid) }, where);
  return sw;
}

function fidOf({ directories }: CardProfile, id: string): string {
  const fid = directories.find((directory) => directory.id === id)?.fid;
  if (fid === undefined) throw new RangeError(`no directory ${id} in the profile`);
  return fid;
}
