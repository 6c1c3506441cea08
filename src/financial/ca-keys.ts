import { equalBytes, toHex } from '../../apdu/bytes.ts';
import { modulusOf, sha1 } from '../crypto/rsa-recovery.ts';
import type { PublicKey } from './authentication/result.ts';
import type { CalendarDay } from './dates.ts';
import published from './published-test-keys.json' with { type: 'json' };

/** A certification authority's public key, its checksum verified. */
export interface CaKey {
  /** 5 bytes: the first of the application's identifier. */
  readonly rid: Uint8Array;
  /** Tag 8F of the cards. Several keys may share one. */
  readonly index: number;
  readonly key: PublicKey;
  /** Laboratory key: proves nothing about a card in service. */
  readonly test: boolean;
  /** Last day it counts. Configuration, not a property of the key. */
  readonly expires?: CalendarDay;
}

/** An issuer's certificate that its authority took back. */
export interface RevokedCertificate {
  readonly rid: Uint8Array;
  /** Of the authority's key that made it. */
  readonly index: number;
  /** 3 bytes. */
  readonly serial: Uint8Array;
}

/** The keys to try for a card, or why there is none. */
export type CaKeySearch =
  | { readonly kind: 'found'; readonly keys: readonly [CaKey, ...CaKey[]] }
  | { readonly kind: 'none'; readonly reason: 'ca-key-unknown' | 'ca-key-test' | 'ca-key-expired' };

const PUBLISHED: ReadonlySet<string> = new Set(published.keys.map(({ fingerprint }) => fingerprint));

/**
 * The authorities' keys and the revocation list that a terminal has loaded. Never changes. A published test key counts as
 * test whatever it was declared as, and so does one that any of the sources declared as test.
 */
export class CaKeys {
  static readonly empty: CaKeys = new CaKeys([], [], false);

  /** All of them, also those that do not count. */
  readonly keys: readonly CaKey[];
  readonly revoked: readonly RevokedCertificate[];
  /** Whether test keys count. */
  readonly testKeysCount: boolean;

  private constructor(keys: readonly CaKey[], revoked: readonly RevokedCertificate[], testKeysCount: boolean) {
    const declared = new Set(keys.filter(({ test }) => test).map(({ key }) => fingerprintOf(key)));
    const isTest = ({ key }: CaKey) => declared.has(fingerprintOf(key)) || PUBLISHED.has(fingerprintOf(key));
    this.keys = keys.map((one) => ({ ...one, test: isTest(one) }));
    this.revoked = revoked;
    this.testKeysCount = testKeysCount;
  }

  /** Test keys do not count in it. */
  static of(keys: readonly CaKey[], revoked: readonly RevokedCertificate[] = []): CaKeys {
    return new CaKeys(keys, revoked, false);
  }

  /** These with others. Test keys count in it as they do in this one. */
  with(others: CaKeys): CaKeys {
    return new CaKeys([...this.keys, ...others.keys], [...this.revoked, ...others.revoked], this.testKeysCount);
  }

  /** The same, where test keys count or not: for a simulated card, or when the person asks for it. */
  withTestKeys(count: boolean): CaKeys {
    return new CaKeys(this.keys, this.revoked, count);
  }

  /** Keys that may have certified a card; each has to be tried (emv-pboc.md 9). @param rid 5 bytes. @param index tag 8F */
  candidates(rid: Uint8Array, index: number, today: CalendarDay): CaKeySearch {
    const known = this.keys.filter((one) => one.index === index && equalBytes(one.rid, rid));
    const counting = known.filter(({ test }) => this.testKeysCount || !test);
    const [first, ...more] = counting.filter(({ expires }) => expires === undefined || !isBefore(expires, today));
    if (first) return { kind: 'found', keys: [first, ...more] };
    if (counting.length > 0) return { kind: 'none', reason: 'ca-key-expired' };
    return { kind: 'none', reason: known.length > 0 ? 'ca-key-test' : 'ca-key-unknown' };
  }

  /** Whether an issuer's certificate is on the revocation list. @param serial 3 bytes */
  isRevoked({ rid, index }: CaKey, serial: Uint8Array): boolean {
    return this.revoked.some(
      (one) => one.index === index && equalBytes(one.rid, rid) && equalBytes(one.serial, serial),
    );
  }
}

/** The same for a key whatever RID, index and exponent it is declared under. */
function fingerprintOf(key: PublicKey): string {
  return toHex(sha1(key.algorithm === 'rsa' ? modulusOf(key) : key.point));
}

function isBefore(day: CalendarDay, other: CalendarDay): boolean {
  const difference = day.year - other.year || day.month - other.month || day.day - other.day;
  return difference < 0;
}
