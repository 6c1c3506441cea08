import { SscardError } from '../../apdu/errors.ts';
import type { SlotState, WaitForCardOptions } from '../reader.ts';
import type { UnitSlot } from './unit.ts';

/** One slot, its name, and whether a card was in it at the last look. */
export class UnitSeat {
  readonly slot: UnitSlot;
  readonly name: string;
  present = false;

  constructor(slot: UnitSlot, name: string) {
    this.slot = slot;
    this.name = name;
  }

  empty(): SlotState {
    const { kind, interface: face } = this.slot;
    return { name: this.name, kind, interface: face, state: 'empty' };
  }
}

/**
 * The slots of one unit with their names.
 * @param unit what the unit is called; its SAM sockets are that name and ` SAM 1`, so that one sees what belongs together
 */
export function seatsOf(unit: string, slots: readonly UnitSlot[]): readonly UnitSeat[] {
  return slots.map(
    (slot) => new UnitSeat(slot, slot.kind === 'sam' ? `${unit} SAM ${slot.index}` : nameOf(unit, slot)),
  );
}

function nameOf(unit: string, { index, interface: face }: UnitSlot): string {
  if (face === 'contactless') return `${unit} contactless`;
  return index === 0 ? unit : `${unit} ${index}`;
}

/**
 * The slots a caller means: by whole name, by part of the name; by default those for cards, the contact slot first.
 * @throws SscardError `reader-not-found`
 */
export function chooseSlots(seats: readonly UnitSeat[], options: WaitForCardOptions): readonly UnitSeat[] {
  const { reader, except = [], interface: face = 'auto' } = options;
  const open = seats
    .filter(({ name }) => !except.includes(name))
    .filter(({ slot }) => face === 'auto' || slot.interface === face);
  const meant = named(open, reader);
  if (meant.length === 0) {
    throw new SscardError('reader-not-found', 'no such slot', { choices: seats.map(({ name }) => name) });
  }
  return [...meant].sort((a, b) => Number(a.slot.interface !== 'contact') - Number(b.slot.interface !== 'contact'));
}

function named(seats: readonly UnitSeat[], reader: string | undefined): readonly UnitSeat[] {
  // One slot alone is meant, whatever it is for: the address named it.
  if (reader === undefined) return seats.length === 1 ? seats : seats.filter(({ slot }) => slot.kind === 'card');
  const exact = seats.filter(({ name }) => name === reader);
  return exact.length > 0 ? exact : seats.filter(({ name }) => name.toLowerCase().includes(reader.toLowerCase()));
}
