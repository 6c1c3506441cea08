/** What goes to the issuer's host. Account number and PIN block never show when it is printed. */
export class AuthorisationRequest {
  /** TLV of ISO 8583 field 55, with the cryptogram (ARQC). */
  readonly field55: Uint8Array;
  readonly #accountNumber: string;
  readonly #sequence: string;
  readonly #pinBlock: Uint8Array | undefined;

  constructor(field55: Uint8Array, account: AccountNumber, pinBlock: Uint8Array | undefined) {
    this.field55 = field55;
    this.#accountNumber = account.number;
    this.#sequence = account.sequence;
    this.#pinBlock = pinBlock;
  }

  /** Fields 2 and 23. For the message only: never kept, shown or logged. */
  account(): AccountNumber {
    return { number: this.#accountNumber, sequence: this.#sequence };
  }

  /** Field 52: as the pad made it; `undefined` without an online PIN. Wiped when the payment goes on. */
  pinBlock(): Uint8Array | undefined {
    return this.#pinBlock;
  }
}

/** An account, in clear. */
export interface AccountNumber {
  /** Digits. */
  readonly number: string;
  /** Two digits, tag 5F34; 00 when the card has none. */
  readonly sequence: string;
}

/** What the host's side says. `unable`: it was not reached, or its answer did not come in time. */
export type HostAnswer =
  /** TLV: 8A, and where the issuer sends them 91, 71, 72, 89. */
  { readonly kind: 'answered'; readonly data: Uint8Array } | { readonly kind: 'unable' };

/** The way to the issuer: who builds ISO 8583 messages, or a simulated issuer. */
export interface Host {
  /**
   * Asks once. It does not repeat: a message whose answer is lost is reversed by its own rules, and `unable`.
   * @param signal aborts when nobody waits any more
   */
  authorise(request: AuthorisationRequest, signal?: AbortSignal): Promise<HostAnswer>;
}
