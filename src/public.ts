// The package's entry `sscard`: what it names is public. Nothing inside the project imports this file.
export { type ErrorDetails, SscardError } from '../apdu/errors.ts';
export { Card, openCard } from './card.ts';
export { Pin } from './crypto/pin.ts';
export { SocialApplication } from './social/application.ts';
export type { BasicField, BasicInformation, Coded, Oddity, OddityKind, Withheld } from './social/basic-information.ts';
export type { BlockOutcome } from './social/block.ts';
export type { Denial, Denied } from './social/denial.ts';
export type { CardSettings } from './social/flow.ts';
export type { Genuineness } from './social/genuineness.ts';
export type {
  ChangeOutcome,
  NotSent,
  PinRefusal,
  PinStatus,
  ReloadOutcome,
  VerifyOutcome,
} from './social/pin/outcomes.ts';
export type { NewPinOptions, PinOptions, SocialPin } from './social/pin/social-pin.ts';
export type { WeakRule } from './social/pin/weak.ts';
export type { Generation, ProfileOverlay } from './social/profile/profile.ts';
