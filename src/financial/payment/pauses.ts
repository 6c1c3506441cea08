import type { Pin } from '../../crypto/pin.ts';
import type { AuthorisationRequest, HostAnswer } from './host.ts';
import type { Finished } from './outcome.ts';

/**
 * Where a payment waits for a person or for a host. Each has its own ways on; one of them is taken, once: a second one is a
 * RangeError. `payment.abandon()` is the way out of all.
 */
export type PaymentPause = ChooseApplication | ConfirmApplication | EnterPin | ShowIdentity | GoOnline | Referral;

/** A payment as it stands: it waits, or it is over. */
export type PaymentState = PaymentPause | Finished;

/** One application of the card, as the cardholder is shown it. */
export interface ApplicationChoice {
  readonly aid: Uint8Array;
  /** 9F12 where the terminal has its letters, else 50, else the identifier in hex. */
  readonly name: string;
  /** 1 first, 15 last, 0 none. */
  readonly priority: number;
}

/** The card has several applications that both sides know. */
export interface ChooseApplication {
  readonly kind: 'choose-application';
  /** By priority. */
  readonly choices: readonly ApplicationChoice[];
  /** The one before could not be used: "try again". */
  readonly again: boolean;
  /** Goes on with this one. @param choice one of `choices` @throws RangeError for another */
  choose(choice: ApplicationChoice): Promise<PaymentState>;
}

/** The one application is not used without the cardholder's word (87, bit 8). */
export interface ConfirmApplication {
  readonly kind: 'confirm-application';
  readonly choice: ApplicationChoice;
  /** "Try again", as above. */
  readonly again: boolean;
  /** A no leaves it out. */
  confirm(yes: boolean): Promise<PaymentState>;
}

/** The card wants a PIN. */
export type EnterPin = EnterOfflinePin | EnterOnlinePin;

interface PinAsked {
  readonly kind: 'enter-pin';
  readonly min: 4;
  readonly max: 12;
  /** Whether `bypass` is allowed (`TerminalConfig.pinBypass`). */
  readonly mayBypass: boolean;
  /** Goes on without a PIN: TVR 3.4. @throws RangeError unless `mayBypass` */
  bypass(): Promise<PaymentState>;
  /** The pad does not work: TVR 3.5. */
  padFailed(): Promise<PaymentState>;
}

/** The card compares it. */
export interface EnterOfflinePin extends PinAsked {
  readonly where: 'card';
  /** How it travels to the card. */
  readonly form: 'plain' | 'enciphered';
  /** As the card said a moment ago; `undefined`: it does not tell. */
  readonly triesLeft: number | undefined;
  /** One try is left. `enter` sends nothing then unless told `{ lastTry: true }`, and asks again. */
  readonly lastTry: boolean;
  /** The PIN before was wrong. */
  readonly wrong: boolean;
  /** Sends it to the card. @param pin used up, whatever comes of it; what is no PIN (4 to 12 digits) is not sent, and asked for again */
  enter(pin: Pin, options?: { readonly lastTry?: boolean }): Promise<PaymentState>;
}

/** The issuer compares it: the pad makes a block for the host. */
export interface EnterOnlinePin extends PinAsked {
  readonly where: 'host';
  /** For the block (ISO 9564 formats 0, 3, 4). Never kept, shown or logged. */
  accountNumber(): string;
  /** Keeps it for the host. @param block enciphered; taken over and wiped */
  enter(block: Uint8Array): Promise<PaymentState>;
}

/** PBOC method 20: the cardholder shows a document, and the person at the terminal compares it. */
export interface ShowIdentity {
  readonly kind: 'show-identity';
  /** 9F62. */
  readonly document: IdentityDocument;
  /** 9F61 as text, for the operator's display only: never kept, printed or logged. */
  number(): string;
  /** Whether document and person are the ones of the card. */
  shown(matches: boolean): Promise<PaymentState>;
}

/** Tag 9F62: 00, 01, 02, 03, 04, 05, and what is none of them. */
export type IdentityDocument =
  | 'identity-card'
  | 'officer-card'
  | 'passport'
  | 'entry-permit'
  | 'temporary-identity-card'
  | 'other'
  | 'unknown';

/** The card asked for its issuer (ARQC). */
export interface GoOnline {
  readonly kind: 'go-online';
  readonly request: AuthorisationRequest;
  /** With what the host said, or that it was not reached. */
  proceed(answer: HostAnswer): Promise<PaymentState>;
}

/** The issuer wants to be called (8A 01 or 02). The answer of the call decides. */
export interface Referral {
  readonly kind: 'referral';
  readonly responseCode: string;
  /** The issuer said yes. */
  approve(): Promise<PaymentState>;
  /** Anything else. */
  decline(): Promise<PaymentState>;
}
