import './reflect-metadata.ts';
import * as x509 from '@peculiar/x509';

/** A certificate and its key, PEM. */
export interface Identity {
  readonly cert: Uint8Array;
  readonly key: Uint8Array;
}

export interface Authority {
  /** PEM. */
  readonly ca: Uint8Array;
  /** A certificate for a server (names given) or a client. */
  issue(commonName: string, options?: IssueOptions): Promise<Identity>;
}

interface IssueOptions {
  readonly names?: readonly { readonly type: 'dns' | 'ip'; readonly value: string }[];
  readonly expired?: boolean;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 24 * 60 * 60 * 1000;
const utf8 = new TextEncoder();
let serial = 0;

/** A certificate authority that lives as long as the test. */
export async function authority(name: string): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: nextSerial(),
    name: `CN=${name}`,
    ...validity(false),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
  });
  return {
    ca: utf8.encode(root.toString('pem')),
    issue: async (commonName, { names = [], expired = false } = {}) => {
      const own = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: nextSerial(),
        subject: `CN=${commonName}`,
        issuer: root.subject,
        ...validity(expired),
        signingAlgorithm: ALGORITHM,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: names.length > 0 ? [new x509.SubjectAlternativeNameExtension([...names])] : [],
      });
      const pkcs8 = await crypto.subtle.exportKey('pkcs8', own.privateKey);
      return {
        cert: utf8.encode(certificate.toString('pem')),
        key: utf8.encode(x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')),
      };
    },
  };
}

function validity(expired: boolean): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - 2 * DAY), notAfter: new Date(now + (expired ? -DAY : DAY)) };
}

function nextSerial(): string {
  serial++;
  return serial.toString(16).padStart(16, '1');
}
