import { concat } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { CommandApdu } from '../../../apdu/types.ts';
import { exchange, type Line, refused } from '../../../drivers/exchange.ts';
import { bcdOf, type Pin } from '../../crypto/pin.ts';
import type { CardProfile } from '../profile/profile.ts';
import { saysNotDone, type Where } from '../steps.ts';
import type { NotSent, PinRefusal } from './outcomes.ts';
import { triesFault } from './tries.ts';

/** A PIN that may be sent once, and whether it may cost the last try. */
export interface PinOffer {
  readonly pin: Pin;
  readonly lastTry?: boolean;
}

const DONE = 0x9000;
const BLOCKED = 0x6983;
const SEPARATOR = Uint8Array.of(0xff);

/** The form a PIN has to have (6.6). @returns why it may not be sent, or nothing */
export function formFault(pin: Pin, { pin: rules }: CardProfile): NotSent | undefined {
  const [least, most] = rules.digits;
  if (pin.length < least || pin.length > most) return { why: 'length' };
  return pin.judge((digits) => digits.every((digit) => digit >= 0x30 && digit <= 0x39)) ? undefined : { why: 'digits' };
}

/**
 * VERIFY, once. Whatever comes of it, the PIN is used up.
 * @throws SscardError `card-refused` when the card did not look at the PIN, and what the channel throws; with `outcome`
 * `unknown` in its details the answer was lost
 */
export async function presentPin(
  line: Line,
  profile: CardProfile,
  offer: PinOffer,
): Promise<{ readonly kind: 'verified' } | PinRefusal> {
  using pin = offer.pin;
  const stopped = await guard(line, profile, offer);
  if (stopped !== undefined) return stopped;
  const where: Where = { step: 'verify-pin', place: profile.pin.directory };
  const header = { cla: 0x00, ins: 0x20, p1: 0x00, p2: 0x00 };
  const sw = await pin.use((digits) => sendWiped(line, header, bcdOf(digits), where));
  return sw === DONE ? { kind: 'verified' } : refusalOf(sw, where);
}

/** CHANGE PIN: `80 5E 01 00 Lc old FF new` (5, 6.6); needs no VERIFY before. @throws as `presentPin` */
export async function replacePin(
  line: Line,
  profile: CardProfile,
  offer: PinOffer,
  next: Pin,
): Promise<{ readonly kind: 'changed' } | PinRefusal> {
  using old = offer.pin;
  using fresh = next;
  const stopped = await guard(line, profile, offer);
  if (stopped !== undefined) return stopped;
  const where: Where = { step: 'change-pin', place: profile.pin.directory };
  const header = { cla: 0x80, ins: 0x5e, p1: 0x01, p2: 0x00 };
  const sw = await old.use((oldDigits) =>
    fresh.use(async (newDigits) => {
      const parts = [bcdOf(oldDigits), bcdOf(newDigits)] as const;
      const data = concat([parts[0], SEPARATOR, parts[1]]);
      for (const part of parts) part.fill(0);
      return sendWiped(line, header, data, where);
    }),
  );
  return sw === DONE ? { kind: 'changed' } : refusalOf(sw, where);
}

/** Form and tries, before the PIN leaves. */
async function guard(
  line: Line,
  profile: CardProfile,
  { pin, lastTry = false }: PinOffer,
): Promise<PinRefusal | undefined> {
  const fault = formFault(pin, profile);
  if (fault !== undefined) return { kind: 'not-sent', ...fault };
  return triesFault(line, profile, lastTry);
}

async function sendWiped(line: Line, header: CommandApdu, data: Uint8Array, where: Where): Promise<number> {
  try {
    const { sw } = await exchange(line, { ...header, data }, where);
    return sw;
  } finally {
    data.fill(0);
  }
}

/**
 * What a status word says about a PIN that was sent. Of most refusals the card did not compare; what is left does not tell.
 * @throws SscardError `card-refused`
 */
export function refusalOf(sw: number, where: Where): PinRefusal {
  if (sw === BLOCKED || sw === 0x63c0) return { kind: 'blocked' };
  if (sw >> 4 === 0x63c) return { kind: 'wrong', triesLeft: sw & 0x0f };
  if (saysNotDone(sw)) throw refused(sw, where);
  return { kind: 'unknown', sw };
}

/** A PIN act whose answer was lost ends as `unknown`; any other error goes on. */
export function unknownOutcome(error: unknown, steps: readonly Where['step'][]): PinRefusal {
  if (
    error instanceof SscardError &&
    error.details.outcome === 'unknown' &&
    steps.some((step) => step === error.details.step)
  ) {
    return { kind: 'unknown', code: error.code };
  }
  throw error;
}
