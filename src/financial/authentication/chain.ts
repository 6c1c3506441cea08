import type { OfflineResult } from '../../crypto/offline.ts';
import { type CertifiedRsaKey, recoverCardKey, recoverIssuerKey } from '../../crypto/rsa-offline.ts';
import type { CaKey, CaKeys } from '../ca-keys.ts';
import type { CalendarDay } from '../dates.ts';
import { panOf } from '../pan.ts';
import type { Session } from '../session.ts';
import { reasonInCertificate } from './reasons.ts';
import type { OfflineReason, PublicKey } from './result.ts';

/** What a chain of certificates hangs on. */
export interface Trust {
  readonly caKeys: CaKeys;
  /** 5 bytes: the first of the application's name. */
  readonly rid: Uint8Array;
  readonly today: CalendarDay;
}

/** Why a chain ends early. `nobody-knows`: nothing speaks against the card, the terminal lacks the authority's key. */
export interface Broken {
  readonly kind: 'broken';
  readonly reason: OfflineReason;
  readonly object: number;
  readonly nobodyKnows?: true;
}

/** A key that the chain proves, and the authority's key at its end. */
export interface Proven {
  readonly kind: 'proven';
  readonly key: PublicKey;
  readonly ca: CaKey;
}

/** The three tags of a certificate on the card. */
export interface CertificateTags {
  readonly certificate: number;
  readonly remainder: number;
  readonly exponent: number;
}

const CA_INDEX = 0x8f;
const ISSUER: CertificateTags = { certificate: 0x90, remainder: 0x92, exponent: 0x9f32 };
const NONE = new Uint8Array();

export function broken(reason: OfflineReason, object: number): Broken {
  return { kind: 'broken', reason, object };
}

/**
 * The issuer's key, proven by one of the authority's keys with the card's index: several may share one, each is tried
 * (emv-pboc.md 9).
 */
export async function proveIssuer({ card }: Session, trust: Trust): Promise<Proven | Broken> {
  const index = card.get(CA_INDEX);
  if (index?.length !== 1) return broken('card-data-missing', CA_INDEX);
  const certificate = card.get(ISSUER.certificate);
  if (certificate === undefined) return broken('card-data-missing', ISSUER.certificate);
  const search = trust.caKeys.candidates(trust.rid, index[0] ?? 0, trust.today);
  if (search.kind === 'none') return { ...broken(search.reason, CA_INDEX), nobodyKnows: true };
  let last: Broken | undefined;
  for (const ca of search.keys) {
    const one = await readIssuer(card, certificate, ca, trust);
    if (one.kind === 'proven') return one;
    // A certificate that has a frame under this key was made with it: its reason is the one that tells.
    if (last === undefined || last.reason === 'certificate-damaged' || last.reason === 'certificate-length') last = one;
  }
  return last ?? broken('ca-key-unknown', CA_INDEX);
}

async function readIssuer(
  card: Session['card'],
  certificate: Uint8Array,
  ca: CaKey,
  { caKeys, today }: Trust,
): Promise<Proven | Broken> {
  const pan = panOf(card) ?? '';
  const read = await readCertified(card, ca.key, ISSUER, {
    rsa: (key, parts) => recoverIssuerKey(key, { ...parts, certificate }, pan, today),
    sm2: (sm2, point) => sm2.readIssuerKey(point, certificate, pan, today),
  });
  if (read.kind === 'broken') return read;
  if (caKeys.isRevoked(ca, read.serial)) return broken('certificate-revoked', ISSUER.certificate);
  return { kind: 'proven', key: read.key, ca };
}

/**
 * A key of the card, proven by the issuer's.
 * @param staticData what the certificate covers beside itself; empty for the key for PINs
 */
export async function proveCard(
  { card }: Session,
  issuer: PublicKey,
  tags: CertificateTags,
  staticData: Uint8Array,
  today: CalendarDay,
): Promise<PublicKey | Broken> {
  const certificate = card.get(tags.certificate);
  if (certificate === undefined) return broken('card-data-missing', tags.certificate);
  const pan = panOf(card) ?? '';
  const read = await readCertified(card, issuer, tags, {
    rsa: (key, parts) => recoverCardKey(key, { ...parts, certificate }, pan, today, staticData),
    sm2: (sm2, point) => sm2.readCardKey(point, certificate, pan, today, staticData),
  });
  return read.kind === 'broken' ? read : read.key;
}

type Sm2 = typeof import('../../crypto/sm2-offline.ts');

interface Readers {
  readonly rsa: (
    key: Extract<PublicKey, { algorithm: 'rsa' }>,
    parts: { readonly remainder: Uint8Array; readonly exponent: Uint8Array },
  ) => OfflineResult<CertifiedRsaKey>;
  readonly sm2: (sm2: Sm2, point: Uint8Array) => ReturnType<Sm2['readIssuerKey']>;
}

interface Certified {
  readonly kind: 'certified';
  readonly key: PublicKey;
  readonly serial: Uint8Array;
}

/** The kind of the parent's key says which form the certificate has (emv-pboc.md 4.2). */
async function readCertified(
  card: Session['card'],
  parent: PublicKey,
  { certificate, remainder, exponent }: CertificateTags,
  readers: Readers,
): Promise<Certified | Broken> {
  if (parent.algorithm === 'sm2') {
    const result = readers.sm2(await import('../../crypto/sm2-offline.ts'), parent.point);
    if (result.kind === 'invalid') return broken(reasonInCertificate(result.reason), certificate);
    return { kind: 'certified', key: { algorithm: 'sm2', point: result.value.key }, serial: result.value.serial };
  }
  const publicExponent = card.get(exponent);
  if (publicExponent === undefined) return broken('card-data-missing', exponent);
  const rest = card.get(remainder);
  const result = readers.rsa(parent, { remainder: rest ?? NONE, exponent: publicExponent });
  if (result.kind === 'valid') {
    return { kind: 'certified', key: { algorithm: 'rsa', ...result.value.key }, serial: result.value.serial };
  }
  // A key that does not fit, and nothing to complete it with: the object is missing, not wrong (E3 7.2).
  if (result.reason === 'remainder' && rest === undefined) return broken('card-data-missing', remainder);
  return broken(reasonInCertificate(result.reason), certificate);
}
