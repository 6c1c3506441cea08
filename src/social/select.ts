import { fromHex } from '../../apdu/bytes.ts';
import { SscardError } from '../../apdu/errors.ts';
import { exchange, type Line, refused } from '../../drivers/exchange.ts';
import { detection } from './profile/load.ts';
import type { Where } from './steps.ts';

const DONE = 0x9000;
const TEMPORARILY_BLOCKED = 0x6283;
const PERMANENTLY_BLOCKED = 0x9303;
/** After CARD BLOCK every SELECT is answered so; other cards use it for what they do not know (5, 5.3). */
const CARD_BLOCKED = 0x6a81;

/**
 * Makes the social security environment the current directory: by AID, then by FID for old cards (1, rule 1).
 * @throws SscardError `application-blocked` (6283, 9303, or 6A81 to both), `not-social-security-card`, `card-refused`
 * (a status word that says something else than "not here"), and what the channel throws
 * @param whileBlocked goes on where it is blocked for a time (6283)
 */
export async function selectApplication(line: Line, whileBlocked = false): Promise<void> {
  const { aid, fid, directory } = detection.application;
  const where: Where = { step: 'select-application', place: directory };
  const byName = await select(line, 0x04, aid, where);
  if (isSelected(byName) || (whileBlocked && byName === TEMPORARILY_BLOCKED)) return;
  if (isBlocked(byName)) throw blocked(byName, where);
  // Anything but a refusal is no answer to SELECT: the second way is for cards that do not know the first.
  if (!isRefusal(byName)) throw refused(byName, where);
  const byFile = await select(line, 0x00, fid, where);
  if (isSelected(byFile) || (whileBlocked && byFile === TEMPORARILY_BLOCKED)) return;
  if (isBlocked(byFile)) throw blocked(byFile, where);
  if (byName === CARD_BLOCKED && byFile === CARD_BLOCKED) throw blocked(byFile, where);
  if (!saysNotHere(byFile)) throw refused(byFile, where);
  throw new SscardError('not-social-security-card', 'neither AID nor FID is there', { ...where, sw: byFile });
}

/** SELECT without Le: the FCI that stays with the card (61 1E) says nothing a reading needs. */
async function select(line: Line, p1: number, name: string, where: Where): Promise<number> {
  const { sw } = await exchange(line, { cla: 0x00, ins: 0xa4, p1, p2: 0x00, data: fromHex(name) }, where);
  return sw;
}

function isBlocked(sw: number): boolean {
  return sw === TEMPORARILY_BLOCKED || sw === PERMANENTLY_BLOCKED;
}

function isSelected(sw: number): boolean {
  return sw === DONE || sw >> 8 === 0x61;
}

function isRefusal(sw: number): boolean {
  return sw >= 0x6400 && sw <= 0x6fff;
}

/** Not found, not supported, not understood; 6985, 6986 and 6999 are what cards of other kinds say to a stranger. */
function saysNotHere(sw: number): boolean {
  return [0x67, 0x6a, 0x6b, 0x6d, 0x6e].includes(sw >> 8) || [0x6985, 0x6986, 0x6999].includes(sw);
}

function blocked(sw: number, where: Where): SscardError {
  return new SscardError('application-blocked', 'the application or the card is blocked', { ...where, sw });
}
