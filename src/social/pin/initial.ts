import type { Pin } from '../../crypto/pin.ts';
import type { CardProfile } from '../profile/profile.ts';

/** Whether it is the PIN cards are issued with (6.6): it stands for "no PIN yet". */
export function isInitial(pin: Pin, { pin: { initialPin } }: Pick<CardProfile, 'pin'>): boolean {
  return pin.judge(
    (digits) => digits.length === initialPin.length && digits.every((digit, at) => digit === initialPin.charCodeAt(at)),
  );
}
