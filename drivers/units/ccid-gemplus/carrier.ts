import type { LineEvent } from '../../talk.ts';
import type { Carrier, Heard } from '../ccid/session.ts';
import { type GemplusEvent, gemplusFrame, gemplusNak } from './framer.ts';

const HEAD = 2;
const FIRST_ANSWER = 0x80;
const NOTHING: Heard = { kind: 'nothing' };

/**
 * How messages travel in the Gemplus form (readers.md 3).
 * @param repeats the unit gives its last answer again after our NAK (LIKELY)
 */
export function gemplusCarrier(repeats: boolean): Carrier<GemplusEvent> {
  return { frame: gemplusFrame, repeat: () => (repeats ? gemplusNak : undefined), answersAt: (face) => face, read };
}

function read(event: LineEvent<GemplusEvent>): Heard {
  switch (event.kind) {
    case 'frame':
      return { kind: 'message', message: event.message, face: 0 };
    case 'nak':
      return { kind: 'refused' };
    case 'time-request':
      return { kind: 'more-time' };
    case 'notice':
      return event.present ? NOTHING : { kind: 'cards-gone', slots: [0] };
    case 'bad-check':
      // A damaged echo is no answer yet.
      return (event.bytes[HEAD] ?? 0) < FIRST_ANSWER ? NOTHING : { kind: 'damaged' };
    case 'cut':
      return { kind: 'damaged' };
    case 'silence':
      return event;
  }
}
