// The package's entry `sscard`: what it names is public. Nothing inside the project imports this file.
export { type ErrorDetails, SscardError } from '../apdu/errors.ts';
export { Card, openCard } from './card.ts';
export { Pin } from './crypto/pin.ts';
export type { AccountOptions, MedicalAccount } from './social/account/account.ts';
export type { AccountBalances, BalanceField } from './social/account/balances.ts';
export type {
  CardNotTrusted,
  LoadOutcome,
  NotDoneReason,
  ProofOutcome,
  PurchaseOutcome,
  TransactionDone,
  TransactionNotDone,
  TransactionReceipt,
  TransactionUnknown,
  Unproven,
} from './social/account/outcomes.ts';
export type { PurchaseOptions } from './social/account/purchase.ts';
export type { TransactionOptions } from './social/account/transaction.ts';
export { SocialApplication } from './social/application.ts';
export type { BasicField, BasicInformation, Coded, Oddity, OddityKind, Withheld } from './social/basic-information.ts';
export type { BlockOutcome } from './social/block.ts';
export type { CertificateKey } from './social/certificate.ts';
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
