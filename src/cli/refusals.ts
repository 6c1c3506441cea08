import { type ErrorDetails, SscardError } from '../../apdu/errors.ts';
import type { Denial } from '../social/denial.ts';
import type { FilesReading } from '../social/files/reading.ts';
import type { NotSent, PinRefusal } from '../social/pin/outcomes.ts';
import type { Outcome } from './context.ts';

/** Why a PIN was not sent, as an error code. `differs`: typed twice, and not the same. */
const NOT_SENT: Readonly<Record<NotSent['why'] | 'differs', string>> = {
  length: 'pin-length',
  digits: 'pin-digits',
  'last-try': 'pin-last-try',
  'tries-unknown': 'pin-tries-unknown',
  initial: 'pin-initial',
  unchanged: 'pin-unchanged',
  weak: 'pin-weak',
  differs: 'pin-differs',
};

/** What the card, or a rule, said to a PIN. */
export function pinError(refusal: PinRefusal | { readonly kind: 'not-sent'; readonly why: 'differs' }): SscardError {
  switch (refusal.kind) {
    case 'wrong':
      return wrong(refusal.triesLeft);
    case 'blocked':
      return blocked();
    case 'not-sent':
      return notSent(refusal.why, 'rule' in refusal ? { reason: refusal.rule } : {});
    case 'unknown': {
      const { sw, code } = refusal;
      return unknown({ ...(sw !== undefined && { sw }), ...(code !== undefined && { reason: code }) });
    }
  }
}

/** Why the card will not do an act for us. */
export function deniedError(denied: Denial): SscardError {
  switch (denied.reason) {
    case 'undescribed-right':
    case 'undescribed-layout':
      return new SscardError('card-differs', 'not as described', { reason: denied.reason });
    case 'never':
      return new SscardError('act-not-allowed', 'the access rule is never');
    case 'pin-needed':
      return new SscardError('pin-needed', 'the access rule asks for the PIN');
    case 'no-directory':
      return new SscardError('directory-missing', 'the card has no such directory');
    case 'card-unidentified':
      return new SscardError('card-unidentified', 'no city, or too few historical bytes');
    case 'no-key':
      return new SscardError('no-key', 'no provider serves it', { place: denied.key, reason: denied.because });
    case 'key-refused':
      return new SscardError('key-refused', 'wrong key', { place: denied.key, triesLeft: denied.triesLeft });
    case 'key-locked':
      return new SscardError('key-locked', 'no try left', { place: denied.key });
    case 'pin-wrong':
      return wrong(denied.triesLeft);
    case 'pin-blocked':
      return blocked();
    case 'pin-not-sent':
      return Object.hasOwn(NOT_SENT, denied.why) ? notSent(denied.why as NotSent['why']) : unknown({});
  }
}

/**
 * The outcome of an act, with why it failed beside the result: the first of these, unless it has failed already. A PIN
 * that was refused costs a try, so it is told even where a key opened everything.
 */
export function failedBy(outcome: Outcome, ...denials: readonly (Denial | undefined)[]): Outcome {
  const first = denials.find((denial) => denial !== undefined);
  return first === undefined || outcome.error !== undefined ? outcome : { ...outcome, error: deniedError(first) };
}

/** What the card kept to itself. */
export function keptBack({ files }: FilesReading): readonly Denial[] {
  return files.flatMap((file) => (file.kind === 'withheld' ? [file.denial] : []));
}

function wrong(triesLeft: number): SscardError {
  return new SscardError('pin-wrong', 'the card compared', { triesLeft });
}

function blocked(): SscardError {
  return new SscardError('pin-blocked', 'no try is left', { triesLeft: 0 });
}

function notSent(why: keyof typeof NOT_SENT, details: ErrorDetails = {}): SscardError {
  return new SscardError(NOT_SENT[why], `not sent: ${why}`, { ...details, outcome: 'not-done' });
}

function unknown(details: ErrorDetails): SscardError {
  return new SscardError('pin-outcome-unknown', 'the answer does not tell', { ...details, outcome: 'unknown' });
}
