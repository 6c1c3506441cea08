import { TVR } from '../bits.ts';
import { panOf } from '../pan.ts';
import type { Rule } from '../rules.ts';
import type { Course } from './course.ts';
import type { Performed } from './cvm-methods.ts';
import { type NoPin, noteNoPin, waysWithoutPin } from './no-pin.ts';

const ONLINE_PIN = {
  id: 'online-pin-entered',
  clause: 'E3 10.5.2',
  effect: { tvr: TVR.onlinePinEntered },
} as const satisfies Rule;

/** The pad makes a block for the host, which compares the PIN. Kept in the course until the host is asked. */
export async function enterOnlinePin(course: Course): Promise<Performed> {
  if (course.pin.bypassed) return noteNoPin(course, 'bypassed');
  const answer = await course.ask<Uint8Array | NoPin>((resume) => ({
    kind: 'enter-pin',
    where: 'host',
    ...waysWithoutPin(course, resume),
    accountNumber: () => panOf(course.session.card) ?? '',
    enter: resume,
  }));
  if (typeof answer === 'string') return noteNoPin(course, answer);
  course.pin.block = answer;
  course.session.decide(ONLINE_PIN);
  return 'unknown';
}
