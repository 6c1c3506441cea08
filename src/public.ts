// The package's entry `sscard`: what it names is public. Nothing inside the project imports this file.
export { type ErrorDetails, SscardError } from '../apdu/errors.ts';
export { type ApplicationName, Card, type CardSettings, openCard } from './card.ts';
export { Pin } from './crypto/pin.ts';
export { FinancialApplication, type FinancialSettings } from './financial/application.ts';
export type { OfflineMethod, OfflineReason } from './financial/authentication/result.ts';
export { type CaKey, CaKeys } from './financial/ca-keys.ts';
export { parseCaKeys } from './financial/ca-keys-file.ts';
export type { AccountOddity } from './financial/enquiry/account-number.ts';
export type { ECashPurse } from './financial/enquiry/balance.ts';
export type { BankInformation, BankState } from './financial/enquiry/info.ts';
export type { LoggedLoad } from './financial/enquiry/load-record.ts';
export type { BankLog } from './financial/enquiry/log.ts';
export type { LoggedTransaction, RawRecord } from './financial/enquiry/log-record.ts';
export type { BankAuthentication } from './financial/enquiry/verify.ts';
export type { AccountOptions, MedicalAccount } from './social/account/account.ts';
export type { AccountBalances, BalanceField } from './social/account/balances.ts';
export type { AccountLog, LogRecord } from './social/account/log.ts';
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
export type { ItemAddress } from './social/address.ts';
export { SocialApplication } from './social/application.ts';
export type { BasicField, BasicInformation, Coded, Oddity, OddityKind, Withheld } from './social/basic-information.ts';
export type { BlockOutcome } from './social/block.ts';
export type { CertificateKey } from './social/certificate.ts';
export type {
  DecodedItem,
  GroupInput,
  GroupPart,
  GroupValue,
  ItemInput,
  ItemOddity,
  ItemValue,
  Undecodable,
} from './social/codecs/item-value.ts';
export type { Photo } from './social/codecs/photo.ts';
export type { Denial, Denied } from './social/denial.ts';
export type { ItemChange } from './social/files/change.ts';
export {
  diffOf,
  type FileDifference,
  type FilesDifference,
  type ItemDifference,
} from './social/files/diff.ts';
export { dumpOf, type FileDump, type FilesDump, type ItemDump, parseDump } from './social/files/dump.ts';
export type { ItemQuery } from './social/files/plan.ts';
export type { FileReading, FilesReading, ItemReading } from './social/files/reading.ts';
export type { ItemOutcome, ItemState, UpdateCut, UpdateReport } from './social/files/report.ts';
export type { FilesOptions, PhotoReading, SocialFiles } from './social/files/social-files.ts';
export type { DirectoryTree, FileTree } from './social/files/tree.ts';
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
export { parseOverlay } from './social/profile/overlay.ts';
export type {
  AccessRule,
  DirectoryDescription,
  FileDescription,
  Generation,
  ItemDescription,
  ProfileOverlay,
} from './social/profile/profile.ts';
