import type { CardInterface, ReaderEvent, SlotState, WaitForCardOptions } from '../reader.ts';
import type { RawSlot } from './binding.ts';
import { SCARD } from './codes.ts';
import { displayNames, isContactlessSlot, isSamSlot } from './names.ts';

/** A slot as shown, with what only the driver needs. */
export interface SeenSlot {
  readonly shown: SlotState;
  /** What the service told, with the name it knows the slot by. */
  readonly raw: RawSlot;
  /** Counts insertions and removals: a card that left and came back between two looks is noticed. */
  readonly count: number;
}

/** All slots at one moment; `down` when no service answers. */
export interface Picture {
  readonly service: 'up' | 'down';
  readonly slots: readonly SeenSlot[];
}

/** @param aliases short names: alias to a slot's name or a part of it (case does not matter) */
export function seeSlots(raw: readonly RawSlot[], aliases: Readonly<Record<string, string>>): SeenSlot[] {
  const names = displayNames(raw.map(({ name }) => name));
  return raw.map((slot, at) => {
    const name = names[at] ?? slot.name;
    const alias = Object.entries(aliases).find(([, part]) => includes(name, part))?.[0];
    const inUse = useOf(slot.state);
    const face = interfaceOf(name, slot.atr);
    const shown: SlotState = {
      name,
      kind: isSamSlot(name) ? 'sam' : 'card',
      state: stateOf(slot.state),
      ...(alias !== undefined && { alias }),
      ...(face !== undefined && { interface: face }),
      ...(inUse !== undefined && { inUse }),
      ...(slot.atr.length > 0 && { atr: slot.atr }),
    };
    return { shown, raw: slot, count: slot.state >>> 16 };
  });
}

/** `3B 8n 80 01` is what a reader builds from the answer to select of a contactless card (PC/SC part 3, 3.1.3.2.3). */
function interfaceOf(name: string, [ts, t0 = 0, td1, td2]: Uint8Array): CardInterface | undefined {
  if (ts === undefined) return isContactlessSlot(name) ? 'contactless' : undefined;
  return ts === 0x3b && t0 >> 4 === 0x8 && td1 === 0x80 && td2 === 0x01 ? 'contactless' : 'contact';
}

function stateOf(flags: number): SlotState['state'] {
  if (flags & (SCARD.stateUnavailable | SCARD.stateUnknown)) return 'unavailable';
  if (flags & SCARD.stateMute) return 'mute';
  return flags & SCARD.statePresent ? 'present' : 'empty';
}

function useOf(flags: number): SlotState['inUse'] {
  if (flags & SCARD.stateExclusive) return 'exclusive';
  return flags & SCARD.stateInUse ? 'shared' : undefined;
}

function includes(name: string, part: string): boolean {
  return name.toLowerCase().includes(part.toLowerCase());
}

/** True while a card is in the slot, answering or not. */
export function hasCard({ shown }: SeenSlot): boolean {
  return shown.state === 'present' || shown.state === 'mute';
}

/**
 * What happened between two looks. A lost service takes all readers with it without further words; they are announced
 * anew after `service-back`.
 */
export function eventsBetween(before: Picture | undefined, after: Picture): ReaderEvent[] {
  const events: ReaderEvent[] = [];
  if (after.service === 'down') return before?.service === 'down' ? [] : [{ type: 'service-lost' }];
  if (before?.service === 'down') events.push({ type: 'service-back' });
  const old = new Map(before?.slots.map((slot) => [slot.shown.name, slot]));
  const now = new Set(after.slots.map(({ shown }) => shown.name));
  for (const name of old.keys()) if (!now.has(name)) events.push({ type: 'reader-detached', name });
  for (const slot of after.slots) {
    const was = old.get(slot.shown.name);
    if (was === undefined) events.push({ type: 'reader-attached', slot: slot.shown });
    const other = was !== undefined && (was.count !== slot.count || !sameAtr(was, slot));
    const held = was !== undefined && hasCard(was);
    if (held && (other || !hasCard(slot))) events.push({ type: 'card-removed', name: slot.shown.name });
    if (hasCard(slot) && (other || !held)) events.push({ type: 'card-inserted', slot: slot.shown });
  }
  return events;
}

function sameAtr(a: SeenSlot, b: SeenSlot): boolean {
  return Buffer.compare(a.shown.atr ?? NONE, b.shown.atr ?? NONE) === 0;
}

const NONE = new Uint8Array();

/**
 * The slots a caller means: by whole alias, by whole name, by part of the name; by default every one that is no SAM slot.
 * Slots of another interface than the wanted one are left aside.
 */
export function chooseSlots(slots: readonly SeenSlot[], options: WaitForCardOptions): readonly SeenSlot[] {
  const { reader, except = [], interface: wanted = 'auto' } = options;
  const open = slots
    .filter(({ shown }) => !except.includes(shown.name))
    .filter(({ shown }) => wanted === 'auto' || shown.interface === undefined || shown.interface === wanted);
  if (reader === undefined) return open.filter(({ shown }) => shown.kind === 'card');
  const exact = open.filter(({ shown }) => shown.alias === reader || shown.name === reader);
  return exact.length > 0 ? exact : open.filter(({ shown }) => includes(shown.name, reader));
}

/** The chosen slots that have a card; contact comes first: with one card there, contactless ones do not count. */
export function filledSlots(slots: readonly SeenSlot[]): readonly SeenSlot[] {
  const filled = slots.filter(hasCard);
  const contact = filled.filter(({ shown }) => shown.interface !== 'contactless');
  return contact.length > 0 ? contact : filled;
}
