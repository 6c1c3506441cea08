import type { OfflineFailure } from '../../crypto/offline.ts';
import type { OfflineReason } from './result.ts';

/** What a failure of the cryptography means when it is in a certificate: 90, 9F46, 9F2D. */
const IN_CERTIFICATE: Readonly<Record<OfflineFailure, OfflineReason>> = {
  length: 'certificate-length',
  recovery: 'certificate-damaged',
  header: 'certificate-damaged',
  trailer: 'certificate-damaged',
  format: 'certificate-damaged',
  'hash-algorithm': 'certificate-damaged',
  digest: 'hash-mismatch',
  signature: 'signature-wrong',
  'key-algorithm': 'certificate-key',
  'key-length': 'certificate-key',
  remainder: 'certificate-key',
  'issuer-identifier': 'issuer-identifier-differs',
  'card-number': 'card-number-differs',
  expired: 'certificate-expired',
  'dynamic-data': 'certificate-damaged',
  'cryptogram-information': 'certificate-damaged',
  'transaction-digest': 'certificate-damaged',
  'static-data': 'static-data-malformed',
};

/** The same where it is in a signature: 93, 9F4B. */
const IN_SIGNATURE: Readonly<Record<OfflineFailure, OfflineReason>> = {
  ...IN_CERTIFICATE,
  length: 'signature-wrong',
  recovery: 'signature-wrong',
  header: 'signature-wrong',
  trailer: 'signature-wrong',
  format: 'signature-wrong',
  'hash-algorithm': 'signature-wrong',
  'dynamic-data': 'dynamic-data-malformed',
  'cryptogram-information': 'cryptogram-differs',
  'transaction-digest': 'transaction-hash-mismatch',
};

export function reasonInCertificate(failure: OfflineFailure): OfflineReason {
  return IN_CERTIFICATE[failure];
}

export function reasonInSignature(failure: OfflineFailure): OfflineReason {
  return IN_SIGNATURE[failure];
}
