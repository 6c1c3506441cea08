import type { Waiting } from '../../drivers/reader.ts';
import type { Pin } from '../crypto/pin.ts';

/**
 * Keys as verbs (social-security-card.md 6, 7). A provider works with keys that live in a PSAM or in an HSM; what comes
 * out of it is a cryptogram or a MAC for one command, never a key. Both kinds give the same result to the caller.
 */

/**
 * How session keys and cryptograms are made (6.4). `SM4` repeats the data block (R ‖ R), `SM4-zero` fills it with zeros:
 * no public source says which.
 */
export type AuthenticationRule = '3DES' | 'SM4' | 'SM4-zero';

/**
 * MAC of protected commands (6.5). `session`: under the session key of the last challenge of eight bytes, initial value
 * zero. `pboc`: under the key itself, initial value = challenge of four bytes ‖ 00000000.
 */
export type MacRule = 'session' | 'pboc';

/** A key, named as the card's description names it. No key byte is in here. */
export interface KeyReference {
  readonly directory: string;
  /** `UKSSSE`. */
  readonly name: string;
  /** Where the PSAM has it (6.1, 6.2); null: in no PSAM. */
  readonly psam: { readonly usage: number; readonly id: number } | null;
  /** Key address of the HSM, four hex digits, opaque (6.1); null: not known, the adapter maps directory and name. */
  readonly hsm: string | null;
}

/** What a provider has to know of the card. Nothing secret. */
export interface CardIdentity {
  readonly rule: AuthenticationRule;
  /** Division of the city, six digits, from the 卡识别码. */
  readonly city: string;
  /** Diversification factor of the card, eight bytes of its answer to reset (1.1). */
  readonly factor: Uint8Array;
  /** Historical bytes, 26 hex digits. */
  readonly resetInformation: string;
  /** 卡识别码, 32 hex digits. */
  readonly cardIdentification: string;
}

/** Which key of which card. */
interface KeyRequest {
  readonly card: CardIdentity;
  readonly key: KeyReference;
}

/** `cryptogram = E(S, data)` under `S = session(key, challenge)` (6.4). */
export interface CryptogramRequest extends KeyRequest {
  /** Eight bytes: the card's last challenge (external), or the factor sent to the card (internal). */
  readonly challenge: Uint8Array;
  /** Eight bytes: raw data. */
  readonly data: Uint8Array;
}

/** MAC over a command header (five bytes, final Lc) without data (6.5). */
export interface MacRequest extends KeyRequest {
  readonly mac: MacRule;
  /** Eight bytes (`session`) or four (`pboc`). */
  readonly challenge: Uint8Array;
  readonly header: Uint8Array;
}

/** A new PIN, to be enciphered and MACed for RELOAD PIN (6.5). */
export interface ProtectPinRequest extends MacRequest {
  readonly pin: Pin;
}

/** What RELOAD PIN carries. */
export interface ProtectedPin {
  /** Eight bytes; sixteen with SM4. */
  readonly enciphered: Uint8Array;
  /** Four bytes. */
  readonly mac: Uint8Array;
}

/** One transaction of the medical account as the card announced it (5.1, 5.2). Amounts in fen. */
export interface PurseRequest extends KeyRequest {
  /** Four bytes from the card. */
  readonly random: Uint8Array;
  /** Two bytes: online serial (load) or offline serial (purchase). */
  readonly serial: Uint8Array;
  readonly keyVersion: number;
  readonly algorithm: number;
  readonly amount: number;
  /** Transaction type, one byte. */
  readonly type: number;
  /** Six bytes. */
  readonly terminal: Uint8Array;
}

/** A load that the card has begun, with its own proof. */
export interface LoadRequest extends PurseRequest {
  readonly oldBalance: number;
  /** Four bytes: what the card proved with. */
  readonly mac1: Uint8Array;
}

/** What CREDIT FOR LOAD carries. */
export interface LoadAuthorisation {
  /** BCD: YYYYMMDD (four bytes), hhmmss (three bytes). */
  readonly date: Uint8Array;
  readonly time: Uint8Array;
  readonly mac2: Uint8Array;
}

/** A purchase that the card has begun. */
export interface PurchaseRequest extends PurseRequest {
  /** What holder and pooled fund pay beside `amount`; the card counts them, no MAC covers them (ASSUMED, 5.2). */
  readonly selfPaid: number;
  readonly pooled: number;
  readonly date: Uint8Array;
  readonly time: Uint8Array;
}

/** What DEBIT FOR PURCHASE carries beside date and time. */
export interface PurchaseAuthorisation {
  /** Four bytes. */
  readonly terminalSerial: Uint8Array;
  readonly mac1: Uint8Array;
}

/** A proof the card gave at the end of a transaction, over the bytes that the description of the card lists. */
export interface TacRequest extends KeyRequest {
  readonly data: Uint8Array;
  /** Four bytes. */
  readonly tac: Uint8Array;
}

/** Why a provider cannot serve this key: the next one is asked (driver-api.md 4.5, market codes −2201 to −2203, −24). */
export type Unavailable = 'no-psam' | 'algorithm' | 'no-key' | 'key-level' | 'not-offered';

/** `unavailable`: nothing was spent, neither here nor on the card. `refused`: the MAC of the card is wrong. */
export type KeyAnswer<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'unavailable'; readonly reason: Unavailable };

/** What the terminal itself is called; null where nobody says. */
export interface TerminalNumbers {
  /** Twelve digits. */
  readonly terminalNumber: string | null;
  readonly terminalDeviceNumber: string | null;
}

/**
 * What all methods throw: SscardError `psam-refused` (with `sw`), `psam-malformed`, `key-service-unreachable`,
 * `key-service-refused`, `key-service-malformed`, `key-service-late`, `key-service-lost`, and what the channel of the
 * PSAM throws. `outcome` in their details is about the card of the holder. Nothing is ever sent twice.
 */
export interface KeyProvider extends AsyncDisposable {
  /** `ring`: several in one, asked in their order (`ring.ts`). */
  readonly kind: 'psam' | 'hsm' | 'ring';
  /** Names of the terminal itself; nobody knows them without a PSAM or the site's word. */
  terminal(waiting?: Waiting): Promise<TerminalNumbers>;
  /** Eight bytes: the cryptogram for EXTERNAL AUTHENTICATION, or the value INTERNAL AUTHENTICATION must answer. */
  cryptogram(request: CryptogramRequest, waiting?: Waiting): Promise<KeyAnswer<Uint8Array>>;
  /** Four bytes. */
  commandMac(request: MacRequest, waiting?: Waiting): Promise<KeyAnswer<Uint8Array>>;
  /** Uses the PIN up, unless the answer is `unavailable`: then the next provider may have it. On an error it is wiped. */
  protectPin(request: ProtectPinRequest, waiting?: Waiting): Promise<KeyAnswer<ProtectedPin>>;
  /** Checks MAC1 and authorises; `null`: MAC1 is wrong. */
  authoriseLoad(request: LoadRequest, waiting?: Waiting): Promise<KeyAnswer<LoadAuthorisation | null>>;
  /** Begins a purchase: terminal serial and MAC1 for the card. */
  authorisePurchase(request: PurchaseRequest, waiting?: Waiting): Promise<KeyAnswer<PurchaseAuthorisation>>;
  /**
   * Gives MAC2 of the purchase just authorised back for checking: true when it is right. The card has paid by then, so
   * that an error has the outcome `unknown`.
   */
  confirmPurchase(mac2: Uint8Array, waiting?: Waiting): Promise<KeyAnswer<boolean>>;
  /** Whether the proof is right. */
  checkTac(request: TacRequest, waiting?: Waiting): Promise<KeyAnswer<boolean>>;
}
