import type { Waiting } from '../../drivers/reader.ts';
import type { KeyAnswer } from './provider.ts';

/** What a key service is asked for; the names of docs/hsm-service.md. */
export type HsmOperation =
  | 'internal-authentication'
  | 'external-authentication'
  | 'command-mac'
  | 'pin-key'
  | 'protect-pin'
  | 'authorise-load'
  | 'authorise-purchase'
  | 'confirm-purchase'
  | 'check-tac';

/** Which key of which card, in the members that the market's interface has (driver-api.md 4.2 to 4.4). */
export interface HsmSubject {
  /** 01 3DES, 03 SM4. */
  readonly algorithm: '01' | '03';
  /** Only with 03: the second half of a block of authentication (social-security-card.md 6.4). */
  readonly fill?: 'repeat' | 'zero';
  readonly key: {
    readonly directory: string;
    readonly name: string;
    /** Key address, four hex digits, opaque; null: the adapter maps directory and name. */
    readonly address: string | null;
  };
  readonly card: {
    /** Division, six digits. */
    readonly city: string;
    /** Diversification factor, 16 hex digits. */
    readonly factor: string;
    /** Historical bytes, 26 hex digits. */
    readonly resetInformation: string;
    /** 32 hex digits. */
    readonly cardIdentification: string;
  };
}

/** One step: everything the service has to know. No key, and a PIN only enciphered for the service itself. */
export interface HsmStep {
  readonly operation: HsmOperation;
  /** Absent with `pin-key` and `confirm-purchase`. */
  readonly subject?: HsmSubject;
  /** Further members of the operation: process factor or challenge, original data, header, …; bytes as upper-case hex. */
  readonly data: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

/**
 * The way to one key service: what a province implements for its own. It maps names, carries the step once, and hands
 * back what was answered, unjudged: the provider checks every member. `unavailable` only where nothing was spent.
 * @throws SscardError `key-service-unreachable` (nothing was sent), `key-service-lost` (cut before the answer),
 * `key-service-late`, `key-service-refused` (the service's code in `place`), `key-service-malformed`, `cancelled`.
 * A step is never sent twice.
 */
export interface HsmAdapter extends AsyncDisposable {
  /** Carries one step. `waiting.timeout` in milliseconds, default 10,000. @returns the members of the answer */
  send(step: HsmStep, waiting: Waiting): Promise<KeyAnswer<Readonly<Record<string, unknown>>>>;
}
