// The package's entry `sscard/keys`: what it names is public. Nothing inside the project imports this file.
export { hsmProvider } from './hsm.ts';
export type { HsmAdapter, HsmOperation, HsmStep, HsmSubject } from './hsm-adapter.ts';
export { httpsKeyService, type KeyServiceOptions, type Pem } from './https-service.ts';
export type {
  AuthenticationRule,
  CardIdentity,
  CryptogramRequest,
  KeyAnswer,
  KeyProvider,
  KeyReference,
  LoadAuthorisation,
  LoadRequest,
  MacRequest,
  MacRule,
  ProtectedPin,
  ProtectPinRequest,
  PurchaseAuthorisation,
  PurchaseRequest,
  TacRequest,
  TerminalNumbers,
  Unavailable,
} from './provider.ts';
export { psamProvider } from './psam.ts';
export type { OpenPsam } from './psam-connection.ts';
export type { PsamStructure } from './psam-session.ts';
export { type KeyChoice, type KeyRingOptions, type KeyUse, keyRing } from './ring.ts';
