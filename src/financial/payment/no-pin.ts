import { TVR } from '../bits.ts';
import type { Rule } from '../rules.ts';
import type { Resume } from './conversation.ts';
import type { Course } from './course.ts';

/** Why no PIN came from a pad that is there. */
export type NoPin = 'bypassed' | 'pad-failed';

const RULES = {
  bypassed: { id: 'pin-not-entered', clause: 'E3 10.5.1', effect: { tvr: TVR.pinNotEntered } },
  'pad-failed': { id: 'pin-pad-failed', clause: 'E3 10.5.1', effect: { tvr: TVR.padAbsent } },
} as const satisfies Readonly<Record<NoPin, Rule>>;

/** What every pause for a PIN has beside `enter`. */
export function waysWithoutPin({ settings }: Course, resume: Resume<NoPin>) {
  const mayBypass = settings.terminal.pinBypass === true;
  return {
    min: 4,
    max: 12,
    mayBypass,
    bypass: async () => {
      if (!mayBypass) throw new RangeError('this terminal does not go on without a PIN');
      return resume('bypassed');
    },
    padFailed: () => resume('pad-failed'),
  } as const;
}

/** A PIN that was bypassed is not asked for by another rule of the same list. */
export function noteNoPin({ session, pin }: Course, why: NoPin): 'failed' {
  if (why === 'bypassed') pin.bypassed = true;
  session.decide(RULES[why]);
  return 'failed';
}
