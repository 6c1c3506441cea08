import { exchange, type Line } from '../../../drivers/exchange.ts';
import type { CardProfile } from '../profile/profile.ts';
import type { Where } from '../steps.ts';
import type { NotSent, PinRefusal, PinStatus } from './outcomes.ts';

const VERIFY = { cla: 0x00, ins: 0x20, p1: 0x00, p2: 0x00 } as const;
const BLOCKED = 0x6983;

/** Tries left as the card states them now. */
export type Tries =
  | { readonly kind: 'left'; readonly left: number }
  | { readonly kind: 'blocked' }
  | { readonly kind: 'unknown' };

/**
 * Asks for the tries by an empty VERIFY, where the profile says that this card spends none for it (10; ISO/IEC 7816-4,
 * 11.6.6). Elsewhere nothing is sent: a strange card operating system may spend a try.
 */
export async function askTries(line: Line, { pin }: CardProfile): Promise<Tries> {
  if (pin.statusBy === 'none') return { kind: 'unknown' };
  const where: Where = { step: 'pin-status', place: pin.directory };
  const { sw } = await exchange(line, VERIFY, where);
  if (sw === BLOCKED || sw === 0x63c0) return { kind: 'blocked' };
  if (sw >> 4 === 0x63c) return { kind: 'left', left: sw & 0x0f };
  return { kind: 'unknown' };
}

/**
 * Whether a PIN may be sent with these tries (reliability-targets.md P4).
 * @param lastTry the caller said, for this call, that the last try may be spent
 */
function mayTry(
  tries: Tries,
  lastTry: boolean,
): 'yes' | 'blocked' | Extract<NotSent['why'], 'last-try' | 'tries-unknown'> {
  if (tries.kind === 'blocked') return 'blocked';
  if (lastTry) return 'yes';
  if (tries.kind === 'unknown') return 'tries-unknown';
  return tries.left > 1 ? 'yes' : 'last-try';
}

/** Asks for the tries. @returns why a PIN may not be sent now, or nothing */
export async function triesFault(line: Line, profile: CardProfile, lastTry: boolean): Promise<PinRefusal | undefined> {
  const answer = mayTry(await askTries(line, profile), lastTry);
  if (answer === 'yes') return undefined;
  return answer === 'blocked' ? { kind: 'blocked' } : { kind: 'not-sent', why: answer };
}

export function statusOf(tries: Tries, { pin }: CardProfile): PinStatus {
  const known = tries.kind !== 'unknown';
  return {
    state: tries.kind === 'left' ? 'usable' : tries.kind,
    initial: null,
    triesLeft: tries.kind === 'left' ? tries.left : tries.kind === 'blocked' ? 0 : null,
    triesMax: known ? pin.tries : null,
  };
}
