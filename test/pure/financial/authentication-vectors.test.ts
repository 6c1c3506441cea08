import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';
import { readTemplate } from '../../../apdu/objects.ts';
import { verifyDynamicSm2, verifyStaticSm2 } from '../../../src/crypto/sm2-offline.ts';
import { verifyCombinedAnswer } from '../../../src/financial/authentication/cda.ts';
import { encipherPin } from '../../../src/financial/authentication/pin-key.ts';
import { parseFci } from '../../../src/financial/fci.ts';
import { initiate } from '../../../src/financial/initiate.ts';
import { readApplicationData } from '../../../src/financial/read-data.ts';
import { sessionOver } from './card-script.ts';
import { authenticate, authority, give } from './chains.ts';
import { type ExchangeVector, readVector } from './vectors.ts';

/** A record of file 1 with just these static data in its template. */
function recordOf(content: string): { sfi: number; record: Uint8Array } {
  const bytes = fromHex(content);
  const head = bytes.length < 0x80 ? [0x70, bytes.length] : [0x70, 0x81, bytes.length];
  return { sfi: 1, record: concat([Uint8Array.from(head), bytes]) };
}

describe('amex-contact-cda', () => {
  const { exchanges, expected } = readVector<ExchangeVector>('amex-contact-cda');
  const fci = parseFci(fromHex(exchanges[1]?.r ?? '').subarray(0, -2));
  const rid = 'A000000025';
  const read = async () => {
    const { session } = await sessionOver(exchanges.slice(2, -1), { '9F35': '01' });
    // The published trace has EA as the terminal type.
    session.terminal.set(0x9f35, fromHex('EA'));
    if (fci === undefined) throw new Error('no FCI');
    const initiated = await initiate(session, fci);
    if (initiated.kind !== 'initiated') throw new Error('not initiated');
    const records = await readApplicationData(session, initiated.afl);
    return { session, records, pdolValues: initiated.pdolValues };
  };
  const keys = [authority(rid, 'A1')];

  it('the static signature verifies', async () => {
    const { session, records } = await read();
    expect(await authenticate(session, { method: 'sda', rid, keys, records })).toMatchObject({
      result: 'verified',
      algorithm: 'rsa',
      caIndex: 0xa1,
    });
    expect(toHex(session.card.get(0x9f45) ?? new Uint8Array())).toBe(expected['sdaDataAuthenticationCode']);
    expect([String(session.tvr), String(session.tsi)]).toEqual(['0200000000', '8000']);
  });

  it('the certificates of CDA hold, and the signature over this transaction verifies', async () => {
    const { session, records, pdolValues } = await read();
    const { cardKey, result } = await authenticate(session, { method: 'cda', rid, keys, records });
    expect(result).toBe('pending');
    if (cardKey?.algorithm !== 'rsa') throw new Error('no card key');
    expect(cardKey.modulus).toHaveLength(expected['iccModulusBytes'] as number);
    const { c = '', r = '' } = exchanges.at(-1) ?? {};
    const template = readTemplate(fromHex(r).subarray(0, -2), 0x77);
    const cdol1Values = fromHex(c).subarray(5, -1);
    const answer = {
      content: template?.value ?? new Uint8Array(),
      objects: template?.children ?? [],
      unpredictableNumber: cdol1Values.subarray(-4),
      pdolValues,
      cdol1Values,
      cdol2Values: new Uint8Array(),
    };
    const came = await verifyCombinedAnswer(cardKey, answer);
    if (came.kind !== 'verified') throw new Error(came.reason);
    expect(toHex(came.cryptogram)).toBe(expected['acInsideSdad']);
    const other = { ...answer, cdol1Values: cdol1Values.map((byte, at) => (at === 0 ? byte ^ 1 : byte)) };
    expect(await verifyCombinedAnswer(cardKey, other)).toEqual({
      kind: 'failed',
      reason: 'transaction-hash-mismatch',
    });
  });
});

describe('oda-sda-visa01', () => {
  const vector = readVector<{
    tags: Readonly<Record<string, string>>;
    staticDataToBeAuthenticated: string;
    expected: Readonly<Record<string, string>>;
  }>('oda-sda-visa01');
  const rid = 'A000000003';
  /** The published static data end with the interchange profile, which 9F4A asks for. */
  const records = [recordOf(vector.staticDataToBeAuthenticated.slice(0, -4))];
  const given = { ...vector.tags, '8F': '01', '82': '5C00', '9F4A': '82', '5A': '4276550012234599' };

  it('the static signature verifies', async () => {
    const { session } = await sessionOver([]);
    give(session, given);
    const came = await authenticate(session, { method: 'sda', rid, keys: [authority(rid, '01')], records });
    expect(came).toMatchObject({ result: 'verified', caIndex: 1 });
    expect(toHex(session.card.get(0x9f45) ?? new Uint8Array())).toBe(vector.expected['dataAuthenticationCode']);
  });

  it.each([
    ['another interchange profile', { '82': '5C01' }, 'hash-mismatch', 0x93],
    ['the account number of somebody else', { '5A': '5276550012234599' }, 'issuer-identifier-differs', 0x90],
    ['a list that names more than the profile', { '9F4A': '8282' }, 'static-data-malformed', 0x9f4a],
  ])('%s: it does not', async (_, change, reason, object) => {
    const { session } = await sessionOver([]);
    give(session, { ...given, ...change });
    const came = await authenticate(session, { method: 'sda', rid, keys: [authority(rid, '01')], records });
    expect(came).toMatchObject({ result: 'failed', reason, object });
    expect(String(session.tvr)).toBe('4200000000');
  });

  it('the certificate of the issuer counts to the end of its month, 12/09', async () => {
    const { session } = await sessionOver([]);
    give(session, given);
    const asked = { method: 'sda', rid, keys: [authority(rid, '01')], records } as const;
    expect((await authenticate(session, { ...asked, today: '2009-12-31' })).result).toBe('verified');
    expect(await authenticate(session, { ...asked, today: '2010-01-01' })).toMatchObject({
      result: 'failed',
      reason: 'certificate-expired',
      object: 0x90,
    });
  });
});

describe('oda-parts-visa94', () => {
  const vector = readVector<{
    tags: Readonly<Record<string, string>>;
    ddolData: string;
    signature: string;
    negative: readonly { readonly change: string; readonly tag90?: string }[];
  }>('oda-parts-visa94');
  const rid = 'A000000003';
  const keys = [authority(rid, '94')];
  const { '92': remainder = '', ...tags } = vector.tags;
  const given = { ...tags, ...(remainder !== '' && { '92': remainder }), '8F': '94', '82': '7C00' };
  const sda = async (change: Readonly<Record<string, string>>, today = '2020-01-01') => {
    const { session } = await sessionOver([]);
    give(session, { ...given, ...change });
    return authenticate(session, { method: 'sda', rid, keys, today });
  };

  it('the issuer is proven; the static records are not published, so their hash fails and nothing before it', async () => {
    expect(await sda({})).toMatchObject({ result: 'failed', reason: 'hash-mismatch', object: 0x93, algorithm: 'rsa' });
  });

  it('a bent issuer certificate is damaged', async () => {
    const { tag90 = '' } = vector.negative[0] ?? {};
    expect(await sda({ '90': tag90 })).toMatchObject({ reason: 'certificate-damaged', object: 0x90 });
  });

  it('with another exponent its hash fails', async () => {
    expect(await sda({ '9F32': '010001' })).toMatchObject({ reason: 'hash-mismatch', object: 0x90 });
  });

  it('it is over after 12/31', async () => {
    expect(await sda({}, '2031-12-31')).toMatchObject({ object: 0x93 });
    expect(await sda({}, '2032-01-01')).toMatchObject({ reason: 'certificate-expired', object: 0x90 });
  });
});

describe('pboc3-sm2-static-authentication', () => {
  const vector = readVector<{
    tag90Parsed: { publicKey: string };
    tag93: string;
    staticDataToBeAuthenticated: string;
    tag9F46: string;
  }>('pboc3-sm2-static-authentication');
  const issuer = fromHex(vector.tag90Parsed.publicKey);
  const staticData = fromHex(vector.staticDataToBeAuthenticated);

  it('the static signature verifies under the key in the certificate', () => {
    const came = verifyStaticSm2(issuer, fromHex(vector.tag93), staticData);
    expect(came).toEqual({ kind: 'valid', value: fromHex('3105') });
  });

  it('over other data it does not', () => {
    const came = verifyStaticSm2(issuer, fromHex(vector.tag93), staticData.subarray(1));
    expect(came).toEqual({ kind: 'invalid', reason: 'signature' });
  });

  it('nothing verifies with a certificate as a dynamic signature', () => {
    expect(verifyDynamicSm2(issuer, fromHex(vector.tag9F46), staticData).kind).toBe('invalid');
  });

  it('the authority of this issuer is not public: not possible, and the bit of the method, not that of missing data', async () => {
    const { session } = await sessionOver([]);
    const { tag90 = '' } = readVector<{ tag90: string }>('pboc3-sm2-static-authentication');
    give(session, { '90': tag90, '93': vector.tag93, '8F': '01', '82': '7C00', '5A': '3104895199900000003F' });
    const came = await authenticate(session, { method: 'sda', rid: 'A000000632', keys: [] });
    expect(came).toMatchObject({ result: 'not-possible', reason: 'ca-key-unknown', object: 0x8f });
    expect(String(session.tvr)).toBe('4200000000');
  });
});

describe('upi-test-card-0031-profile', () => {
  const { application, expected } = readVector<{
    application: { records: Readonly<Record<string, string>>; debitCredit: { aip: string } };
    expected: { dda: { ddolData: string; signature: string; iccDynamicNumber: string } };
  }>('upi-test-card-0031-profile');
  const rid = 'A000000333';
  const keys = [authority(rid, '80')];
  const records = [{ sfi: 3, record: fromHex(application.records['3.1'] ?? '') }];
  const { ddolData, signature, iccDynamicNumber } = expected.dda;
  const over = async (answer: string) => {
    const { session } = await sessionOver([{ c: `0088000004${ddolData}00`, r: answer }], { '9F37': ddolData });
    for (const record of Object.values(application.records).filter((one) => one.startsWith('70')))
      session.card.add(readTemplate(fromHex(record), 0x70)?.children ?? []);
    give(session, { '82': application.debitCredit.aip });
    return session;
  };
  const size = (signature.length / 2).toString(16);

  it.each([
    ['format 1', `8060${signature}9000`],
    ['format 2', `77${(signature.length / 2 + 3).toString(16)}9F4B${size}${signature}9000`],
  ])('the dynamic signature verifies in %s', async (_, answer) => {
    const session = await over(answer);
    expect(await authenticate(session, { method: 'dda', rid, keys, records })).toMatchObject({
      result: 'verified',
      caIndex: 0x80,
      testKey: true,
    });
    expect(toHex(session.card.get(0x9f4c) ?? new Uint8Array())).toBe(iccDynamicNumber);
    expect([String(session.tvr), String(session.tsi)]).toEqual(['0000000000', '8000']);
  });

  it.each([
    ['a bent signature', `8060${signature.slice(0, -2)}009000`, 'signature-wrong', 0x9f4b],
    ['a status word', '6985', 'signature-refused', 0x9f4b],
    ['no template', '90009000', 'signature-refused', 0x9f4b],
  ])('%s fails', async (_, answer, reason, object) => {
    const session = await over(answer);
    const came = await authenticate(session, { method: 'dda', rid, keys, records });
    expect(came).toMatchObject({ result: 'failed', reason, object });
    expect(String(session.tvr)).toBe('0800000000');
  });

  it('records that are not the signed ones fail in the certificate of the card', async () => {
    const session = await over('6F00');
    const other = [{ sfi: 3, record: fromHex(application.records['3.2'] ?? '') }];
    expect(await authenticate(session, { method: 'dda', rid, keys, records: other })).toMatchObject({
      reason: 'hash-mismatch',
      object: 0x9f46,
    });
  });

  it('a missing object sets its own bit beside that of the method', async () => {
    const { session } = await sessionOver([]);
    give(session, { '8F': '80', '82': '7C00' });
    expect(await authenticate(session, { method: 'dda', rid, keys, records })).toMatchObject({
      reason: 'card-data-missing',
      object: 0x90,
    });
    expect(String(session.tvr)).toBe('2800000000');
  });

  it('a PIN is enciphered under the key of the card, as the reference lays it out', () => {
    const exponentOne = { modulus: new Uint8Array(96).fill(0xff), exponent: Uint8Array.of(1) };
    const block = fromHex('241234FFFFFFFFFF');
    const filler = (length: number) => new Uint8Array(length).fill(0x55);
    const plain = encipherPin(exponentOne, block, fromHex('0102030405060708'), filler);
    expect(plain && toHex(plain)).toBe(`7F241234FFFFFFFFFF0102030405060708${'55'.repeat(79)}`);
  });
});
