import { webcrypto } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { Pin } from '../../../src/crypto/pin.ts';
import { hsmProvider } from '../../../src/keys/hsm.ts';
import type { HsmAdapter, HsmStep } from '../../../src/keys/hsm-adapter.ts';
import type { CardIdentity, KeyAnswer, KeyProvider } from '../../../src/keys/provider.ts';

/** Steps and answers of docs/hsm-service.md, over an adapter that is a function. */
const CARD: CardIdentity = {
  rule: '3DES',
  city: '320499',
  factor: fromHex('8660320499000001'),
  resetInformation: '00875431008660320499000001',
  cardIdentification: '320499D156000005990000015A3C7E01',
};
const KEY = { directory: 'SSSE', name: 'STK', psam: null, hsm: '0090' };
const SUBJECT = {
  algorithm: '01',
  key: { directory: 'SSSE', name: 'STK', address: '0090' },
  card: {
    city: '320499',
    factor: '8660320499000001',
    resetInformation: '00875431008660320499000001',
    cardIdentification: '320499D156000005990000015A3C7E01',
  },
};
const CHALLENGE = fromHex('1122334455667788');
const HEADER = fromHex('842400010C');

type Reply = Readonly<Record<string, unknown>> | KeyAnswer<never> | SscardError;

/** Answers in their order; the last one stays. */
function serviceOf(...replies: Reply[]) {
  const steps: HsmStep[] = [];
  let closed = false;
  const adapter: HsmAdapter = {
    send: async (step) => {
      const reply = replies[Math.min(steps.length, replies.length - 1)] ?? {};
      steps.push(step);
      if (reply instanceof SscardError) throw reply;
      if ('kind' in reply) return reply as KeyAnswer<never>;
      return { kind: 'done', value: reply };
    },
    [Symbol.asyncDispose]: async () => {
      closed = true;
    },
  };
  return { keys: hsmProvider(adapter), steps, isClosed: () => closed };
}

const done = (value: unknown) => ({ kind: 'done', value });
const ask = { card: CARD, key: KEY, challenge: CHALLENGE, data: fromHex('A1A2A3A4A5A6A7A8') };
const mac = { card: CARD, key: KEY, challenge: CHALLENGE, mac: 'session' as const, header: HEADER };
const purse = {
  card: CARD,
  key: KEY,
  random: fromHex('01020304'),
  serial: fromHex('0005'),
  keyVersion: 1,
  algorithm: 1,
  amount: 5_000,
  type: 0x30,
  terminal: fromHex('320499000001'),
};
const load = { ...purse, oldBalance: 0xffffffff, mac1: fromHex('D1D2D3D4') };
const purchase = { ...purse, selfPaid: 1, pooled: 256, date: fromHex('20260115'), time: fromHex('093000') };
const PURSE = { random: '01020304', serial: '0005', keyVersion: '01', amount: '00001388', type: '30' };
const newPin = () => Pin.fromDigits(new TextEncoder().encode('735190'));

describe('the steps', () => {
  it('of external and of internal authentication', async () => {
    const { keys, steps } = serviceOf({ cryptogram: 'A13148FB7CFDD8B9' });
    expect(await keys.cryptogram(ask)).toEqual(done(fromHex('A13148FB7CFDD8B9')));
    await keys.cryptogram({ ...ask, key: { ...KEY, name: 'IRK', hsm: null } });
    const data = { factor: '1122334455667788', data: 'A1A2A3A4A5A6A7A8' };
    const irk = { ...SUBJECT, key: { directory: 'SSSE', name: 'IRK', address: null } };
    expect(steps).toEqual([
      { operation: 'external-authentication', subject: SUBJECT, data },
      { operation: 'internal-authentication', subject: irk, data },
    ]);
  });

  it.each([
    ['SM4', 'repeat'],
    ['SM4-zero', 'zero'],
  ] as const)('say how a block of SM4 is filled: %s', async (rule, fill) => {
    const { keys, steps } = serviceOf({ cryptogram: '00'.repeat(8) });
    await keys.cryptogram({ ...ask, card: { ...CARD, rule } });
    expect(steps[0]?.subject).toMatchObject({ algorithm: '03', fill });
  });

  it('of a MAC, also in the manner of PBOC', async () => {
    const { keys, steps } = serviceOf({ mac: '01020304' });
    expect(await keys.commandMac(mac)).toEqual(done(fromHex('01020304')));
    await keys.commandMac({ ...mac, mac: 'pboc', challenge: fromHex('11223344') });
    expect(steps.map(({ data }) => data)).toEqual([
      { mac: 'session', challenge: '1122334455667788', header: '842400010C' },
      { mac: 'pboc', challenge: '11223344', header: '842400010C' },
    ]);
  });

  it('of a load', async () => {
    const authorised = { result: 'authorised', date: '20260115', time: '093000', mac2: 'A1A2A3A4' };
    const { keys, steps } = serviceOf(authorised, { result: 'mac1-wrong' });
    const value = { date: fromHex('20260115'), time: fromHex('093000'), mac2: fromHex('A1A2A3A4') };
    expect([await keys.authoriseLoad(load), await keys.authoriseLoad(load)]).toEqual([done(value), done(null)]);
    expect(steps[0]).toEqual({
      operation: 'authorise-load',
      subject: SUBJECT,
      data: { ...PURSE, terminal: '320499000001', oldBalance: 'FFFFFFFF', mac1: 'D1D2D3D4' },
    });
  });

  it('of a purchase, which is confirmed under the number that the service gave it', async () => {
    const transaction = '0102030405060708090A0B0C0D0E0F10';
    const { keys, steps } = serviceOf(
      { transaction, terminalSerial: '00000007', mac1: 'A1A2A3A4' },
      { result: 'right' },
    );
    const value = { terminalSerial: fromHex('00000007'), mac1: fromHex('A1A2A3A4') };
    expect(await keys.authorisePurchase(purchase)).toEqual(done(value));
    expect(await keys.confirmPurchase(fromHex('B1B2B3B4'))).toEqual(done(true));
    await expect(keys.confirmPurchase(fromHex('B1B2B3B4'))).rejects.toThrow(RangeError);
    const books = { selfPaid: '00000001', pooled: '00000100', date: '20260115', time: '093000' };
    expect(steps).toEqual([
      {
        operation: 'authorise-purchase',
        subject: SUBJECT,
        data: { ...PURSE, terminal: '320499000001', ...books },
      },
      { operation: 'confirm-purchase', data: { transaction, mac2: 'B1B2B3B4' } },
    ]);
  });

  it('of a proof', async () => {
    const { keys, steps } = serviceOf({ result: 'right' }, { result: 'wrong' });
    const request = { card: CARD, key: KEY, data: fromHex('0102'), tac: fromHex('A1A2A3A4') };
    expect([await keys.checkTac(request), await keys.checkTac(request)]).toEqual([done(true), done(false)]);
    expect(steps[0]).toEqual({ operation: 'check-tac', subject: SUBJECT, data: { data: '0102', tac: 'A1A2A3A4' } });
  });
});

/** The service's side of a sealed PIN, by another way than the client's: WebCrypto. */
async function pinService() {
  const { subtle } = webcrypto;
  const pair = await subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits']);
  const id = '00112233445566778899AABBCCDDEEFF';
  const publicKey = toHex(new Uint8Array(await subtle.exportKey('raw', pair.publicKey)));
  return {
    key: { id, publicKey, expiresIn: 60 },
    open: async (sealed: Record<string, string>, bound: Uint8Array) => {
      const bytes = (name: string) => Buffer.from(sealed[name] ?? '', 'hex');
      const point = { name: 'ECDH', namedCurve: 'P-256' } as const;
      const theirs = await subtle.importKey('raw', bytes('publicKey'), point, false, []);
      const shared = await subtle.deriveBits({ name: 'ECDH', public: theirs }, pair.privateKey, 256);
      const info = new TextEncoder().encode('sscard-hsm/1 protect-pin');
      const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: bytes('id'), info } as const;
      const from = await subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
      const key = await subtle.deriveKey(hkdf, from, { name: 'AES-GCM', length: 256 }, false, ['decrypt']);
      const gcm = {
        name: 'AES-GCM',
        iv: bytes('iv'),
        additionalData: Buffer.from(concat([bytes('id'), bound])),
      } as const;
      return toHex(new Uint8Array(await subtle.decrypt(gcm, key, Buffer.concat([bytes('ciphertext'), bytes('tag')]))));
    },
  };
}

describe('a new PIN', () => {
  it('reaches the service under a one-time key, for this card and this command only', async () => {
    const service = await pinService();
    const { keys, steps } = serviceOf(service.key, { enciphered: 'CE26F208A9D08B8A', mac: '32181865' });
    const pin = newPin();
    const value = { enciphered: fromHex('CE26F208A9D08B8A'), mac: fromHex('32181865') };
    expect(await keys.protectPin({ ...mac, pin })).toEqual(done(value));
    expect(steps.map(({ operation }) => operation)).toEqual(['pin-key', 'protect-pin']);
    const { pin: sealed = {}, ...rest } = (steps[1]?.data ?? {}) as { pin?: Record<string, string> };
    expect(rest).toEqual({ mac: 'session', challenge: '1122334455667788', header: '842400010C' });
    expect(Object.keys(sealed).sort()).toEqual(['ciphertext', 'id', 'iv', 'publicKey', 'tag']);
    const bound = concat([CARD.factor, CHALLENGE, HEADER]);
    expect(await service.open(sealed, bound)).toBe('0373519080000000');
    await expect(service.open(sealed, concat([bound, Uint8Array.of(0)]))).rejects.toThrow();
    expect(() => pin.judge(() => 0)).toThrow(RangeError);
  });

  it('comes back in a block of SM4', async () => {
    const service = await pinService();
    const { keys } = serviceOf(service.key, { enciphered: 'A1'.repeat(16), mac: '32181865' });
    const answer = await keys.protectPin({ ...mac, card: { ...CARD, rule: 'SM4' }, pin: newPin() });
    expect(answer).toMatchObject({ kind: 'done', value: { enciphered: fromHex('A1'.repeat(16)) } });
  });

  it('is never under the same key and initial value twice', async () => {
    const service = await pinService();
    const { keys, steps } = serviceOf(service.key, { enciphered: '00'.repeat(8), mac: '00'.repeat(4) }, service.key);
    await keys.protectPin({ ...mac, pin: newPin() });
    steps.length = 0;
    await keys.protectPin({ ...mac, pin: newPin() });
    const second = JSON.stringify(steps[1]?.data);
    steps.length = 0;
    await keys.protectPin({ ...mac, pin: newPin() });
    expect(JSON.stringify(steps[1]?.data)).not.toBe(second);
  });

  it('is left to another provider by a service that takes none', async () => {
    const { keys } = serviceOf({ kind: 'unavailable', reason: 'not-offered' });
    const pin = newPin();
    expect(await keys.protectPin({ ...mac, pin })).toEqual({ kind: 'unavailable', reason: 'not-offered' });
    expect(pin.judge((digits) => digits.length)).toBe(6);
  });

  it('that was sent goes to nobody else: a key that is missing then is an error', async () => {
    const service = await pinService();
    const { keys } = serviceOf(service.key, { kind: 'unavailable', reason: 'no-key' });
    await expect(keys.protectPin({ ...mac, pin: newPin() })).rejects.toMatchObject({
      code: 'key-service-refused',
      details: { step: 'hsm-protect-pin', place: 'no-key', outcome: 'not-done' },
    });
  });

  const BAD: readonly (readonly [string, Reply])[] = [
    ['a point that is not on the curve', { id: '00'.repeat(16), publicKey: `04${'11'.repeat(64)}`, expiresIn: 60 }],
    ['a point in another form', { id: '00'.repeat(16), publicKey: `02${'11'.repeat(64)}`, expiresIn: 60 }],
    ['a short point', { id: '00'.repeat(16), publicKey: '04', expiresIn: 60 }],
    ['no number', { publicKey: `04${'11'.repeat(64)}`, expiresIn: 60 }],
    ['an error', new SscardError('key-service-malformed', '')],
  ];

  it.each(BAD)('is not sent, and wiped: %s', async (_, reply) => {
    const { keys, steps } = serviceOf(reply);
    const pin = newPin();
    await expect(keys.protectPin({ ...mac, pin })).rejects.toMatchObject({ code: 'key-service-malformed' });
    expect(steps.length).toBe(1);
    expect(() => pin.judge(() => 0)).toThrow(RangeError);
  });
});

/** Each verb with a right answer of its service. */
const VERBS: readonly (readonly [string, (keys: KeyProvider) => Promise<unknown>, Record<string, unknown>])[] = [
  ['cryptogram', (keys) => keys.cryptogram(ask), { cryptogram: '00'.repeat(8) }],
  ['commandMac', (keys) => keys.commandMac(mac), { mac: '00'.repeat(4) }],
  [
    'authoriseLoad',
    (keys) => keys.authoriseLoad(load),
    { result: 'authorised', date: '00'.repeat(4), time: '00'.repeat(3), mac2: '00'.repeat(4) },
  ],
  ['authoriseLoad, refused', (keys) => keys.authoriseLoad(load), { result: 'mac1-wrong' }],
  [
    'authorisePurchase',
    (keys) => keys.authorisePurchase(purchase),
    { transaction: '00'.repeat(16), terminalSerial: '00'.repeat(4), mac1: '00'.repeat(4) },
  ],
  ['checkTac', (keys) => keys.checkTac({ ...ask, tac: new Uint8Array(4) }), { result: 'wrong' }],
];

const damages = VERBS.flatMap(([name, act, right]) =>
  Object.entries(right).flatMap(([member, value]) => {
    const text = String(value);
    const changed: readonly (readonly [string, unknown])[] = [
      ['missing', undefined],
      ['a byte short', text.slice(2)],
      ['a byte long', `${text}00`],
      ['half a byte long', `${text}0`],
      ['doubled', text + text],
      ['not hex', text.replace(/.$/, 'G')],
      ['with a blank', text.replace(/^./, ' ')],
      ['a number', 0],
      ['null', null],
      ['a list', [text]],
      ['empty', ''],
    ];
    return changed.map(([how, damaged]) => [name, member, how, act, { ...right, [member]: damaged }] as const);
  }),
);

describe('an answer that is not as described is refused', () => {
  it.each(damages)('%s: %s %s', async (_name, _member, _how, act, reply) => {
    const replies = Object.fromEntries(Object.entries(reply).filter(([, value]) => value !== undefined));
    await expect(act(serviceOf(replies).keys)).rejects.toMatchObject({
      code: 'key-service-malformed',
      details: { outcome: 'not-done' },
    });
  });

  it.each(VERBS)('%s: a member too many', async (_, act, right) => {
    await expect(act(serviceOf({ ...right, more: '00' }).keys)).rejects.toMatchObject({
      code: 'key-service-malformed',
    });
  });

  it('an unusable confirmation leaves the outcome unknown', async () => {
    const { keys } = serviceOf(VERBS[4]?.[2] ?? {}, { result: 'perhaps' });
    await keys.authorisePurchase(purchase);
    await expect(keys.confirmPurchase(new Uint8Array(4))).rejects.toMatchObject({
      code: 'key-service-malformed',
      details: { step: 'hsm-confirm-purchase', outcome: 'unknown' },
    });
  });
});

describe('the provider', () => {
  it('hands on what the service does not serve', async () => {
    const { keys } = serviceOf({ kind: 'unavailable', reason: 'algorithm' });
    expect(await keys.cryptogram(ask)).toEqual({ kind: 'unavailable', reason: 'algorithm' });
  });

  it('calls the terminal what the site calls it', async () => {
    const { keys } = serviceOf();
    expect(await keys.terminal()).toEqual({ terminalNumber: null, terminalDeviceNumber: null });
    const named = hsmProvider(
      { send: async () => done({}) as never, [Symbol.asyncDispose]: async () => {} },
      {
        terminalNumber: '320499000001',
      },
    );
    expect(await named.terminal()).toEqual({ terminalNumber: '320499000001', terminalDeviceNumber: null });
  });

  it('closes its adapter', async () => {
    const { keys, isClosed } = serviceOf();
    await keys[Symbol.asyncDispose]();
    expect(isClosed()).toBe(true);
  });
});
