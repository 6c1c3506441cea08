// The package's entry `sscard/financial`: what it names is public. Nothing inside the project imports this file.
export type { PinEntered, PinEntry, PinForm, PinPad, PinPrompt } from '../../drivers/pin-pad.ts';
export { Pin } from '../crypto/pin.ts';
export type { OfflineReason, PublicKey } from './authentication/result.ts';
export type { Bit } from './bits.ts';
export { type CaKey, type CaKeySearch, CaKeys, type RevokedCertificate } from './ca-keys.ts';
export { parseCaKeys } from './ca-keys-file.ts';
export type { CalendarDay } from './dates.ts';
export { type AccountNumber, AuthorisationRequest, type Host, type HostAnswer } from './payment/host.ts';
export { Payment } from './payment/machine.ts';
export type {
  Abandoned,
  Approved,
  Cryptogram,
  Declined,
  Finished,
  NotAccepted,
  PaymentOutcome,
  ScriptResult,
  Terminated,
  Unknown,
} from './payment/outcome.ts';
export { type AtPad, enterAtPad, type PadOptions } from './payment/pad.ts';
export type {
  ApplicationChoice,
  ChooseApplication,
  ConfirmApplication,
  EnterOfflinePin,
  EnterOnlinePin,
  EnterPin,
  GoOnline,
  IdentityDocument,
  PaymentPause,
  PaymentState,
  Referral,
  ShowIdentity,
} from './payment/pauses.ts';
export type { Currency, PaymentRequest, Service } from './payment/request.ts';
export type { PaymentSettings } from './payment/settings.ts';
export type { ActionCodes, ApplicationParameters, RandomSelection, TerminalConfig } from './payment/terminal.ts';
export type { Decision, Effect, Rule } from './rules.ts';
export type { StepRecord } from './session.ts';
export type { FinancialStep } from './steps.ts';
