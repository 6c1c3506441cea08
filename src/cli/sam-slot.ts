import type { SlotState } from '../../drivers/reader.ts';

/**
 * The SAM slot of the unit that a slot is part of. PC/SC says which slots belong together by their names only: they
 * begin alike (`Reader SAM 00 02` beside `Reader ICC 00 00`), and units of one kind differ in the number before the last. The
 * sockets of a unit that we drive ourselves are its name, ` SAM ` and a number; of several, the one that has a card is meant.
 * @returns nothing when the unit has none, or it cannot be told which of several it is
 * @example samSlotBeside('Simulated reader', slots)?.name // 'Simulated PSAM'
 */
export function samSlotBeside(slot: string, slots: readonly SlotState[]): SlotState | undefined {
  const sockets = slots.filter(({ kind, name }) => kind === 'sam' && name.startsWith(`${slot} SAM `));
  if (sockets.length > 1) return onlyFilled(sockets);
  const found = slots.filter(({ kind, name }) => kind === 'sam' && beginsLike(slot, name));
  if (found.length < 2) return found[0];
  const same = found.filter(({ name }) => unitNumber(name) === unitNumber(slot));
  return same.length === 1 ? same[0] : undefined;
}

function onlyFilled(sockets: readonly SlotState[]): SlotState | undefined {
  const filled = sockets.filter(({ state }) => state !== 'empty');
  return filled.length === 1 ? filled[0] : undefined;
}

function beginsLike(slot: string, sam: string): boolean {
  const common = /^(.*?)[^\p{L}]*P?SAM(?!\p{L})/iu.exec(sam)?.[1] ?? '';
  return common !== '' && slot.toLowerCase().startsWith(common.toLowerCase());
}

/** Two digits for the unit, two for its slot (pcsc-lite); one number for the unit (Windows). */
function unitNumber(name: string): string | undefined {
  return (/\s([0-9A-F]{2}) [0-9A-F]{2}$/i.exec(name) ?? /\s(\d+)$/.exec(name))?.[1];
}
