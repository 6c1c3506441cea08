import type { Pin } from '../../crypto/pin.ts';
import { pinBlock2 } from '../../crypto/pin-block.ts';
import { TVR } from '../bits.ts';
import { getData } from '../get-data.ts';
import type { Rule } from '../rules.ts';
import type { Resume } from './conversation.ts';
import type { Course } from './course.ts';
import type { Performed } from './cvm-methods.ts';
import { type NoPin, noteNoPin, waysWithoutPin } from './no-pin.ts';
import { PinEnvelope } from './pin-envelope.ts';

const TRY_LIMIT = {
  id: 'pin-try-limit-exceeded',
  clause: 'E3 10.5.1',
  effect: { tvr: TVR.pinTryLimit },
} as const satisfies Rule;
const KEY_MISSING = { id: 'pin-key-not-proven', clause: 'E2 7.1', effect: 'note' } as const satisfies Rule;
const REFUSED = { id: 'pin-refused', clause: 'E3 10.5.1', effect: 'note' } as const satisfies Rule;

/** A card has at most 15 tries; one that never counts down does not get more. */
const MOST_TRIES = 15;
const WRONG = 0x63c;
/** Blocked just now, or in an earlier transaction (2, VERIFY). */
const BLOCKED = new Set([0x6983, 0x6984, 0x63c0]);
const PLACE = 'VERIFY';

/** What is known when the person is asked. */
interface Standing {
  readonly triesLeft: number | undefined;
  readonly wrong: boolean;
}

/** The card compares the PIN (4.4). Each PIN that is entered is sent once. */
export async function verifyOfflinePin(course: Course, form: 'plain' | 'enciphered'): Promise<Performed> {
  const { session, pin } = course;
  const counter = await getData(session, 0x9f17);
  let standing: Standing = { triesLeft: counter.kind === 'value' ? counter.value[0] : undefined, wrong: false };
  if (standing.triesLeft === 0) return overLimit(course);
  if (pin.bypassed) return noteNoPin(course, 'bypassed');
  const envelope = form === 'plain' ? PinEnvelope.plain() : await PinEnvelope.enciphered(course);
  if (envelope === undefined) {
    session.decide(KEY_MISSING);
    return 'failed';
  }
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const entered = await askPin(course, form, standing);
    if (typeof entered === 'string') return noteNoPin(course, entered);
    const sw = await send(course, envelope, entered);
    if (sw === 0x9000) return 'successful';
    if (sw !== undefined && BLOCKED.has(sw)) return overLimit(course);
    if (sw === undefined || sw >> 4 !== WRONG) {
      session.decide(REFUSED, PLACE);
      return 'failed';
    }
    standing = { triesLeft: sw & 0x0f, wrong: true };
  }
  return overLimit(course);
}

function overLimit({ session }: Course): 'failed' {
  session.decide(TRY_LIMIT);
  return 'failed';
}

/** Until there is a PIN that may be sent: 4 to 12 digits, and for the last try the word that it may be spent. */
async function askPin(course: Course, form: 'plain' | 'enciphered', standing: Standing): Promise<Pin | NoPin> {
  for (;;) {
    const answer = await course.ask<Entered | NoPin>((resume) => pauseFor(course, form, standing, resume));
    if (typeof answer === 'string') return answer;
    const { pin, lastTry } = answer;
    if (isPin(pin) && (standing.triesLeft !== 1 || lastTry)) return pin;
    pin.wipe();
  }
}

interface Entered {
  readonly pin: Pin;
  readonly lastTry: boolean;
}

function pauseFor(
  course: Course,
  form: 'plain' | 'enciphered',
  { triesLeft, wrong }: Standing,
  resume: Resume<Entered | NoPin>,
) {
  return {
    kind: 'enter-pin',
    where: 'card',
    form,
    triesLeft,
    lastTry: triesLeft === 1,
    wrong,
    ...waysWithoutPin(course, resume),
    enter: (pin: Pin, { lastTry = false } = {}) => resume({ pin, lastTry }),
  } as const;
}

const isPin = (pin: Pin): boolean =>
  pin.length >= 4 && pin.length <= 12 && pin.judge((digits) => digits.every((digit) => digit >= 0x30 && digit <= 0x39));

/** @returns the status word; `undefined`: the card gave no challenge, or the PIN could not be enciphered */
function send({ session }: Course, envelope: PinEnvelope, pin: Pin): Promise<number | undefined> {
  return pin.use(async (digits) => {
    const block = pinBlock2(digits);
    try {
      const data = await envelope.close(block);
      if (data === undefined) return undefined;
      return (await session.send({ cla: 0x00, ins: 0x20, p1: 0x00, p2: envelope.qualifier, data }, PLACE)).sw;
    } finally {
      block.fill(0);
    }
  });
}
