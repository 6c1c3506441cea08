import { fromHex } from '../../../apdu/bytes.ts';
import type { AuthenticatedRecord } from '../../../src/crypto/static-data.ts';
import { authenticateOffline } from '../../../src/financial/authentication/authenticate.ts';
import type { OfflineAuthentication, OfflineMethod } from '../../../src/financial/authentication/result.ts';
import { type CaKey, CaKeys } from '../../../src/financial/ca-keys.ts';
import type { Session } from '../../../src/financial/session.ts';
import { readVector } from './vectors.ts';

interface AuthorityKey {
  readonly rid: string;
  readonly index: string;
  readonly modulus: string;
  readonly exponent: string;
}

/** A published key of an authority. */
export function authority(rid: string, index: string): CaKey {
  const { keys } = readVector<{ keys: readonly AuthorityKey[] }>('authority-keys');
  const found = keys.find((one) => one.rid === rid && one.index === index);
  if (found === undefined) throw new Error(`no key ${rid}/${index}`);
  const { modulus, exponent } = found;
  const key = { algorithm: 'rsa', modulus: fromHex(modulus), exponent: fromHex(exponent) } as const;
  return { rid: fromHex(rid), index: Number.parseInt(index, 16), key, test: false };
}

/** Puts values into the card's side of a session. @param tags tag → value, both hex */
export function give(session: Session, tags: Readonly<Record<string, string>>): void {
  for (const [tag, value] of Object.entries(tags)) session.card.set(Number.parseInt(tag, 16), fromHex(value));
}

export interface Asked {
  readonly method: OfflineMethod;
  readonly rid: string;
  readonly keys: readonly CaKey[];
  readonly records?: readonly AuthenticatedRecord[];
  readonly today?: string;
}

/** Test keys count. */
export function authenticate(session: Session, asked: Asked): Promise<OfflineAuthentication> {
  const { method, rid, keys, records = [], today = '2008-01-31' } = asked;
  const [year = 0, month = 0, day = 0] = today.split('-').map(Number);
  const caKeys = CaKeys.of(keys).withTestKeys(true);
  return authenticateOffline(session, { method, rid: fromHex(rid), caKeys, records, today: { year, month, day } });
}
