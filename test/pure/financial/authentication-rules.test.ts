import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import { readTemplate } from '../../../apdu/objects.ts';
import { authenticateOffline } from '../../../src/financial/authentication/authenticate.ts';
import { CaKeys } from '../../../src/financial/ca-keys.ts';
import type { Session } from '../../../src/financial/session.ts';
import { sessionOver } from './card-script.ts';
import { authority, give } from './chains.ts';
import { readVector } from './vectors.ts';

const { application, expected } = readVector<{
  application: { records: Readonly<Record<string, string>>; debitCredit: { aip: string } };
  expected: { dda: { ddolData: string; signature: string } };
}>('upi-test-card-0031-profile');
const { ddolData, signature } = expected.dda;
const records = [{ sfi: 3, record: fromHex(application.records['3.1'] ?? '') }];
const laboratory = CaKeys.of([authority('A000000333', '80')]);
const signs = [{ c: `0088000004${ddolData}00`, r: `8060${signature}9000` }];

/** The laboratory card, read, without some of its objects and with others in their place. */
async function cardWith(change: Readonly<Record<string, string | undefined>>): Promise<Session> {
  const { session } = await sessionOver(signs, { '9F37': ddolData });
  const objects = Object.values(application.records).flatMap(
    (record) => readTemplate(fromHex(record), 0x70)?.children ?? [],
  );
  const left = new Set(Object.entries(change).map(([tag]) => Number.parseInt(tag, 16)));
  for (const { tag, value } of objects) if (!left.has(tag)) session.card.set(tag, value);
  const given = Object.entries(change).filter((one): one is [string, string] => one[1] !== undefined);
  give(session, { '82': application.debitCredit.aip, ...Object.fromEntries(given) });
  return session;
}

const dda = (session: Session, caKeys = laboratory.withTestKeys(true)) =>
  authenticateOffline(session, {
    method: 'dda',
    records,
    caKeys,
    rid: fromHex('A000000333'),
    today: { year: 2008, month: 1, day: 31 },
  });

describe('objects that are not there', () => {
  it.each(['8F', '90', '9F32', '9F46', '9F47', '9F48'])('%s: TVR 1.6 and the bit of the method', async (tag) => {
    const session = await cardWith({ [tag]: undefined });
    expect(await dda(session)).toMatchObject({
      result: 'failed',
      reason: 'card-data-missing',
      object: Number.parseInt(tag, 16),
    });
    expect([String(session.tvr), String(session.tsi)]).toEqual(['2800000000', '8000']);
  });

  it('are missing also where the key of the authority is', async () => {
    const session = await cardWith({ '9F46': undefined });
    expect(await dda(session, CaKeys.empty)).toMatchObject({ reason: 'card-data-missing', object: 0x9f46 });
    expect(String(session.tvr)).toBe('2800000000');
  });
});

describe('the key of the authority', () => {
  it('is not there: the bit of the method, not that of missing data', async () => {
    const session = await cardWith({});
    expect(await dda(session, CaKeys.empty)).toMatchObject({ result: 'not-possible', reason: 'ca-key-unknown' });
    expect(String(session.tvr)).toBe('0800000000');
  });

  it('is a published test key that was declared live: the card does not pass', async () => {
    const session = await cardWith({});
    expect(await dda(session, laboratory)).toMatchObject({ result: 'not-possible', reason: 'ca-key-test' });
    expect(String(session.tvr)).toBe('0800000000');
  });

  it('took the certificate of the issuer back', async () => {
    const [ca] = laboratory.keys;
    if (ca === undefined) throw new Error('no key');
    const plain = expect.objectContaining({ result: 'verified' });
    expect(await dda(await cardWith({}))).toEqual(plain);
    const serials = Array.from({ length: 256 }, (_, last) => fromHex(`0000${last.toString(16).padStart(2, '0')}`));
    const revoked = serials.map((serial) => ({ rid: ca.rid, index: ca.index, serial }));
    const caKeys = CaKeys.of([ca], revoked).withTestKeys(true);
    expect(await dda(await cardWith({}), caKeys)).toMatchObject({ result: 'failed', reason: 'certificate-revoked' });
  });
});

describe('the list for INTERNAL AUTHENTICATE', () => {
  it('is that of the terminal where the card has none', async () => {
    expect(await dda(await cardWith({ '9F49': undefined }))).toMatchObject({ result: 'verified' });
  });

  it.each([
    ['has no unpredictable number', '9A03'],
    ['is empty', ''],
    ['is cut short', '9F37'],
  ])('%s: nothing is sent, and authentication failed', async (_, list) => {
    const session = await cardWith({ '9F49': list });
    expect(await dda(session)).toMatchObject({ result: 'failed', reason: 'ddol-malformed', object: 0x9f49 });
    expect(String(session.tvr)).toBe('0800000000');
  });
});

describe('hostile objects', () => {
  const tags = ['8F', '90', '9F32', '9F46', '9F47', '9F48', '9F4A', '5A'];
  const contents = [
    '',
    '00',
    '03',
    'FF',
    ...[95, 96, 97, 127, 128, 129, 255].flatMap((n) => ['00', 'FF', '6A'].map((byte) => byte.repeat(n))),
  ];

  it.each(tags)('%s of any length and content fails the method, and nothing throws', async (tag) => {
    for (const content of contents) {
      const session = await cardWith({ [tag]: content });
      const { result } = await dda(session);
      // An index that no key has, and the very exponent of the card's key, are no attack.
      expect(['failed', 'not-possible', ...(content === '03' ? ['verified'] : [])]).toContain(result);
      expect(String(session.tsi)).toBe('8000');
    }
  });
});
