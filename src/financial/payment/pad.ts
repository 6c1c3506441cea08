import type { PinEntered, PinPad, PinPrompt } from '../../../drivers/pin-pad.ts';
import type { Waiting } from '../../../drivers/reader.ts';
import type { Pin } from '../../crypto/pin.ts';
import type { EnterPin, PaymentState } from './pauses.ts';

/** How a pad is asked. */
export interface PadOptions extends Waiting {
  /** Format of an online PIN block (ISO 9564). Default 0. */
  readonly format?: 0 | 1 | 3 | 4;
  /** What to pay, for the display: `100.00`. */
  readonly amount?: string;
  /** Whether the cardholder agrees to spend the last try; not asked: it is not spent, and the PIN is bypassed or abandoned. */
  readonly lastTry?: () => Promise<boolean>;
}

/** What came of asking: the next state, or nothing: cancelled, or time is up. The caller abandons the payment, or asks again. */
export type AtPad =
  | { readonly kind: 'entered'; readonly state: PaymentState }
  | { readonly kind: 'cancelled' | 'timed-out' | 'last-try-kept' };

/**
 * Takes a PIN from a pad to where the card wants it: digits for the card, a block for the host.
 * @throws SscardError what the pad throws, and the payment
 */
export async function enterAtPad(pause: EnterPin, pad: PinPad, options: PadOptions = {}): Promise<AtPad> {
  const atCard = pause.where === 'card';
  if (atCard && pause.lastTry && (await options.lastTry?.()) !== true) return { kind: 'last-try-kept' };
  // A pad that cannot give what is asked for is, to the card, a pad that does not work.
  if (!pad.gives.has(atCard ? 'digits' : 'block')) return entered(pause.padFailed());
  const answer = await pad.enterPin(entryFor(pause, options), options);
  switch (answer.kind) {
    case 'digits':
      return entered(enterDigits(pause, answer.pin));
    case 'block':
      return entered(enterBlock(pause, answer.block));
    case 'bypassed':
      return entered(pause.bypass());
    case 'out-of-order':
      return entered(pause.padFailed());
    default:
      return { kind: answer.kind };
  }
}

async function entered(next: Promise<PaymentState>): Promise<AtPad> {
  return { kind: 'entered', state: await next };
}

function entryFor(pause: EnterPin, { format = 0, amount }: PadOptions) {
  const { min, max, mayBypass: bypass } = pause;
  const form =
    pause.where === 'card'
      ? ({ kind: 'digits' } as const)
      : ({ kind: 'block', format, accountNumber: pause.accountNumber() } as const);
  return { prompt: promptOf(pause), min, max, bypass, form, ...(amount !== undefined && { amount }) };
}

function promptOf(pause: EnterPin): PinPrompt {
  if (pause.where === 'host') return 'pin';
  if (pause.lastTry) return 'pin-last-try';
  return pause.wrong ? 'pin-wrong' : 'pin';
}

/** A pad that gives what it was not asked for does not work. */
function enterDigits(pause: EnterPin, pin: Pin): Promise<PaymentState> {
  if (pause.where === 'card') return pause.enter(pin, { lastTry: pause.lastTry });
  pin.wipe();
  return pause.padFailed();
}

function enterBlock(pause: EnterPin, block: Extract<PinEntered, { kind: 'block' }>['block']): Promise<PaymentState> {
  return pause.where === 'host' ? pause.enter(block) : pause.padFailed();
}
