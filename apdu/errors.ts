/**
 * The one error class of the toolkit. Outcomes a person can cause (wrong PIN, no such item) are return values;
 * this is for what broke: malformed bytes, a card pulled, a reader gone.
 */

const brand: unique symbol = Symbol.for('sscard.SscardError') as never;

/** Where and how it broke. Everything here may be printed: no PIN, key or personal datum ever goes in. */
export interface ErrorDetails {
  /** What the program was doing, a stable key (`select-application`, `read-record`, …). */
  readonly step?: string;
  /** The file or item concerned, as an address (`SSSEEF05|01`), a path, or a reader name. */
  readonly place?: string;
  /** Status word the card answered. */
  readonly sw?: number;
  /** Tries left of a PIN or a key, as the card stated them in this very answer. */
  readonly triesLeft?: number;
  /** Why, where the code alone does not tell: a stable key (`no-psam`, `algorithm`). */
  readonly reason?: string;
  /** Position of the first wrong byte in the input, 0-based. */
  readonly offset?: number;
  /** Line and column in a text input, 1-based. */
  readonly line?: number;
  readonly column?: number;
  /** Choices the person has (reader names, protocols). */
  readonly choices?: readonly string[];
  /** What is known about an act that was cut: it did not happen, it did, or nobody knows. */
  readonly outcome?: 'not-done' | 'done' | 'unknown';
  /** Return code of the platform (PC/SC), for the support desk. */
  readonly platformCode?: number;
}

/**
 * Everything this package throws: a stable code for programs, details for the support desk.
 * @example
 * try { … } catch (error) {
 *   if (error instanceof SscardError && error.code === 'card-removed') …
 * }
 */
export class SscardError extends Error {
  readonly [brand] = true;
  /** Stable kebab-case code; its texts in zh and en are in `src/i18n/errors.ts`. */
  readonly code: string;
  readonly details: ErrorDetails;

  /** @param message for developers, in English; people see the catalogue's text for `code`. */
  constructor(code: string, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SscardError';
    this.code = code;
    this.details = details;
  }

  /** True for errors of another loaded copy of this package, too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && brand in value;
  }
}
