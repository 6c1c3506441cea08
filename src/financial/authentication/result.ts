import type { RsaPublicKey } from '../../crypto/rsa-recovery.ts';

/** Of an authority, an issuer, a card: nothing in it is secret. */
export type PublicKey =
  | ({ readonly algorithm: 'rsa' } & RsaPublicKey)
  /** `point`: `x ‖ y`, 64 bytes. */
  | { readonly algorithm: 'sm2'; readonly point: Uint8Array };

/** `none`: card and terminal share no method (emv-pboc.md 4.2). */
export type OfflineMethod = 'cda' | 'dda' | 'sda' | 'none';

/**
 * Why offline authentication did not verify. Stable keys; a caller has a text for each.
 * `ca-key-*`: of the authority's key. `certificate-*`: of a certificate, 90, 9F46 or 9F2D. The rest as it says.
 */
export type OfflineReason = (typeof OFFLINE_REASONS)[number];

export const OFFLINE_REASONS = [
  /** The interchange profile and the terminal have no method in common. */
  'no-common-method',
  /** An object that the method needs is not there: TVR 1.6. */
  'card-data-missing',
  /** No key of that RID and index is loaded. */
  'ca-key-unknown',
  'ca-key-expired',
  /** The key is a published test key, or declared as one, and such keys do not count. */
  'ca-key-test',
  /** Not as long as the key it is made with, or as the format wants it. */
  'certificate-length',
  /** What is recovered has no frame: another key, or bent bytes. */
  'certificate-damaged',
  'certificate-expired',
  /** On the revocation list. */
  'certificate-revoked',
  /** An algorithm, or a length of key, that nobody knows. */
  'certificate-key',
  'issuer-identifier-differs',
  /** The certificate is for another card number. */
  'card-number-differs',
  /** The digest in a certificate or signature is of other data: `object` says in which. */
  'hash-mismatch',
  /** A signature that is not as long as its key, has no frame, or (SM2) does not verify. */
  'signature-wrong',
  /** A record to be signed is no template, or 9F4A lists something else than 82. */
  'static-data-malformed',
  /** The list for INTERNAL AUTHENTICATE is malformed, or has no unpredictable number. */
  'ddol-malformed',
  /** The card answered INTERNAL AUTHENTICATE with a status word, or with something that is no signature. */
  'signature-refused',
  /** What the signature proves does not fit its own lengths. */
  'dynamic-data-malformed',
  /** CDA: no signature came with TC or ARQC. */
  'signature-missing',
  /** CDA: signed and clear cryptogram information (or cryptogram) are not the same. */
  'cryptogram-differs',
  /** CDA: the signature is over another transaction. */
  'transaction-hash-mismatch',
] as const;

/** What offline data authentication found out. TVR and TSI are set in the session already. */
export interface OfflineAuthentication {
  readonly method: OfflineMethod;
  /** Absent when it was not found out: that depends on the authority's key. */
  readonly algorithm?: 'rsa' | 'sm2';
  /**
   * `pending`: CDA, the keys are proven, the signature comes with GENERATE AC. `not-possible`: nothing speaks against
   * the card, but this terminal cannot tell (no common method, no valid key of the authority).
   */
  readonly result: 'verified' | 'failed' | 'pending' | 'not-possible';
  /** With `failed` and `not-possible`. */
  readonly reason?: OfflineReason;
  /** Tag of the object that the reason is about. */
  readonly object?: number;
  /** Tag 8F. */
  readonly caIndex?: number;
  /** The chain ends at a test key: it proves nothing about a real card. */
  readonly testKey: boolean;
  /** As far as they were proven. */
  readonly issuerKey?: PublicKey;
  readonly cardKey?: PublicKey;
}
