import type { LineEvent } from '../../talk.ts';
import { decodeNotice } from '../ccid/messages.ts';
import type { Carrier, Heard } from '../ccid/session.ts';
import { type AcsEvent, type AcsInterface, acsFrame, acsNak } from './framer.ts';

const SLOT_CHANGE = 0x50;
const TAKEN = 0x00;
const CONTACTLESS = 4;
const FIRST = 1;

/** How messages travel in the ACS form (readers.md 4). A status frame comes at once. */
export const acsCarrier: Carrier<AcsEvent> = {
  acknowledge: 300,
  frame: (message, face) => acsFrame(message, face as AcsInterface),
  repeat: (face) => acsNak(face as AcsInterface),
  answersAt: (face) => (face === CONTACTLESS ? FIRST : face),
  read,
};

/** Cards that came and went, by bSlot. */
export function cardMoves(bits: number): readonly { readonly slot: number; readonly present: boolean }[] {
  const notice = decodeNotice(Uint8Array.of(SLOT_CHANGE, bits));
  const slots = notice.kind === 'slot-change' ? notice.slots : [];
  return slots.flatMap(({ present, changed }, slot) => (changed ? [{ slot, present }] : []));
}

function read(event: LineEvent<AcsEvent>): Heard {
  switch (event.kind) {
    case 'frame':
      return { kind: 'message', message: event.message, face: event.interface };
    case 'status':
      return { kind: event.code === TAKEN ? 'taken' : 'refused' };
    case 'bad-check':
    case 'cut':
      return { kind: 'damaged' };
    case 'notice':
      return { kind: 'cards-gone', slots: cardMoves(event.bits).flatMap((move) => (move.present ? [] : [move.slot])) };
    case 'silence':
      return event;
  }
}
