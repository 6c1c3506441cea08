// The package's entry `sscard/simulator`: what it names is public. Nothing inside the project imports this file.

export type { RandomBytes } from '../crypto/random.ts';
export { SimulatedCard, type SimulatedCardOptions } from './card.ts';
export {
  type CardDescription,
  type CreateCardOptions,
  createCardFile,
  describeCard,
  openCardAndPsam,
  openCardFile,
  readCardFile,
  type SimulatedPair,
} from './card-file.ts';
export type { CardFile, MasterKey } from './card-file-check.ts';
export { contactless } from './contactless.ts';
export { type Fault, withFaults } from './faults.ts';
export type { BankFileImage } from './financial/bank-file.ts';
export type { BankDescription } from './financial/describe.ts';
export { fromProfile } from './financial/from-profile.ts';
export type {
  DataSetImage,
  FinancialAlgorithm,
  FinancialImage,
  FinancialKeysImage,
  FinancialState,
  LastTransaction,
  OfflineCounters,
  PaymentDirectoryImage,
  RsaPrivateKeyImage,
} from './financial/image.ts';
export {
  type IssuerAnswer,
  type IssuerOrder,
  type RequestEntry,
  type RequestFinding,
  SimulatedIssuer,
} from './financial/issuer.ts';
export type { CardIdentity, IssuerKeys, KeySet } from './financial/issuer-keys.ts';
export type { IssuerScript, ScriptCommand } from './financial/issuer-scripts.ts';
export { type HsmLogEntry, type HsmOptions, type HsmServer, type HsmTimes, serveHsm } from './hsm.ts';
export type { HsmFault } from './hsm-faults.ts';
export type {
  AccessRule,
  CardImage,
  CertificateImage,
  DirectoryImage,
  FileImage,
  KeyImage,
  PurseImage,
} from './image.ts';
export { PowerCut } from './memory.ts';
export { type EmulatedPadKind, emulatedPadKinds, emulatePad } from './pads/devices.ts';
export { type KmyOptions, KmyPad } from './pads/kmy.ts';
export type { KmyVariant } from './pads/kmy-link.ts';
export type { EmulatedPad, PadOrder } from './pads/pad.ts';
export type { PersonAct } from './pads/person.ts';
export { type PlainAnswer, PlainPad, type PlainPadOptions } from './pads/plain.ts';
export type { PlainProfile } from './pads/plain-profiles.ts';
export { Zt598Pad } from './pads/zt598.ts';
export { type PadAct, type SimulatedPadOptions, SimulatedPinPad } from './pin-pad.ts';
export { SimulatedPsam, type SimulatedPsamOptions } from './psam.ts';
export type { DeriveForm, PsamImage, PsamKeyImage } from './psam-image.ts';
export { seededRandom } from './random.ts';
export { type SimReaders, type SimReadersOptions, simReaders, type VirtualCard } from './readers.ts';
export { asVpcdCard } from './serve.ts';
export { T0Card, type T0CardFault, type T0CardOptions } from './t0-card.ts';
export { type T1CardOptions, t1Card, t1Commands } from './t1-card.ts';
export type { T1Check } from './t1-check.ts';
export type { T1CardFault } from './t1-faults.ts';
export { type AcsOptions, AcsUnit } from './units/acs.ts';
export type { AcsModelName } from './units/acs-models.ts';
export { type AlparOptions, AlparUnit } from './units/alpar.ts';
export { type Crt02Options, Crt02Unit } from './units/crt-02.ts';
export { type CrtF2Options, CrtF2Unit } from './units/crt-f2.ts';
export { type EmulatedProtocol, emulatedProtocols, emulateUnit } from './units/devices.ts';
export { type GemplusOptions, GemplusUnit } from './units/gemplus.ts';
export type { GemplusModelName } from './units/gemplus-models.ts';
export type { UnitOrder } from './units/mischief.ts';
export type { EmulatedUnit, UnitSeats } from './units/unit.ts';
export { serveVpcd, type VpcdCard, type VpcdEvent, type VpcdOptions, type VpcdSlot } from './vpcd.ts';
export { FakeHid, type HidIdentity, type ReportFault, type ReportForm } from './wire/hid.ts';
export { type FaultyLine, faultyLine, type LineFault, type LineHabits } from './wire/line-faults.ts';
export { type MemoryPorts, memoryPorts } from './wire/memory.ts';
export { pacedLine } from './wire/pace.ts';
export { type PtySlot, servePty } from './wire/pty.ts';
export type { LineForm, Wire, WireDevice } from './wire/wire.ts';
