import { createCipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../../apdu/bytes.ts';
import type { HsmServer } from '../../src/simulator/hsm.ts';
import { FACTORS } from './golden-psams.ts';
import { about, ask, hsm } from './hsm-rig.ts';

const CHALLENGE = '1122334455667788';
const DATA = 'A1A2A3A4A5A6A7A8';
const RELOAD = '842400010C';
const UNBLOCK = '8424000004';
const PURSE = {
  random: '01020304',
  serial: '0005',
  keyVersion: '01',
  amount: '00001388',
  terminal: '320400000001',
};
const LOAD = { ...PURSE, type: '30', oldBalance: '00002710', mac1: '278A57F4' };
const PURCHASE = { ...PURSE, type: '31', selfPaid: '00000000', pooled: '00000000', date: '20260115', time: '093000' };

let server: HsmServer;

beforeAll(async () => {
  server = await hsm({ now: () => new Date(2026, 2, 1, 10, 15, 0) });
});
afterAll(() => server.close());

async function answered(operation: string, body: unknown): Promise<unknown> {
  const { status, body: answer } = await ask(server, operation, body);
  const { error } = answer as { error?: { code: string; member?: string } };
  return error === undefined ? answer : [status, error.code, ...(error.member === undefined ? [] : [error.member])];
}

/** Seals a PIN block as docs/hsm-service.md says, written here anew. */
async function sealed(block: string, bound: string, changed: { id?: string } = {}) {
  const { id, publicKey } = (await ask(server, 'pin-key', {})).body as { id: string; publicKey: string };
  const own = createECDH('prime256v1');
  own.generateKeys();
  const salt = fromHex(changed.id ?? id);
  const key = hkdfSync('sha256', own.computeSecret(fromHex(publicKey)), salt, 'sscard-hsm/1 protect-pin', 32);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key), iv);
  cipher.setAAD(concat([salt, fromHex(bound)]));
  const ciphertext = concat([cipher.update(fromHex(block)), cipher.final()]);
  return {
    id: toHex(salt),
    publicKey: toHex(own.getPublicKey()),
    iv: toHex(iv),
    ciphertext: toHex(ciphertext),
    tag: toHex(cipher.getAuthTag()),
  };
}

const BLOCK = '0312345680000000';
const bound = (challenge: string, header: string) => `${FACTORS.card}${challenge}${header}`;

describe('authentication (6.7)', () => {
  it.each([
    ['internal-authentication', 'IRK'],
    ['external-authentication', 'RKSSSE'],
    ['external-authentication', 'PUK'],
  ])('%s with %s gives the worked cryptogram', async (operation, name) => {
    const body = { ...about(name), factor: CHALLENGE, data: DATA };
    expect(await answered(operation, body)).toEqual({ cryptogram: 'A13148FB7CFDD8B9' });
  });

  // Computed with another implementation: SM4(S, R ‖ R) and SM4(S, R ‖ 00×8), S = SM4(K, C ‖ NOT C).
  it.each([
    [undefined, '50CD5391E29AFA19'],
    ['repeat', '50CD5391E29AFA19'],
    ['zero', 'FE4DFD98EF4CE24D'],
  ])('SM4 with fill %s', async (fill, cryptogram) => {
    const body = { ...about('RKSSSE', '03'), ...(fill && { fill }), factor: CHALLENGE, data: DATA };
    expect(await answered('external-authentication', body)).toEqual({ cryptogram });
  });

  it.each([
    ['internal-authentication', 'RKSSSE', [422, 'key-usage']],
    ['external-authentication', 'IRK', [422, 'key-usage']],
    ['external-authentication', 'STK', [422, 'key-usage']],
    ['external-authentication', 'DLK', [422, 'key-usage']],
    ['external-authentication', 'UK9', [422, 'unknown-key']],
  ])('%s with %s is refused', async (operation, name, refusal) => {
    expect(await answered(operation, { ...about(name), factor: CHALLENGE, data: DATA })).toEqual(refusal);
  });

  it('recognises SSF33 and refuses it', async () => {
    const body = { ...about('RKSSSE', '02'), factor: CHALLENGE, data: DATA };
    expect(await answered('external-authentication', body)).toEqual([422, 'algorithm-not-supported']);
  });
});

describe('the MAC of a command (6.5)', () => {
  it.each([
    ['session', '01', CHALLENGE, '355A58ED'],
    ['pboc', '01', '11223344', '66A5183F'],
    ['session', '03', CHALLENGE, '3CE91C6F'],
    ['pboc', '03', '11223344', 'AB6C6EE0'],
  ])('%s, algorithm %s', async (mac, algorithm, challenge, expected) => {
    const body = { ...about('STK', algorithm), mac, challenge, header: UNBLOCK };
    expect(await answered('command-mac', body)).toEqual({ mac: expected });
  });

  it.each([
    ['session', '11223344'],
    ['pboc', CHALLENGE],
  ])('%s with the challenge of the other rule is malformed', async (mac, challenge) => {
    const body = { ...about('STK'), mac, challenge, header: UNBLOCK };
    expect(await answered('command-mac', body)).toEqual([400, 'malformed', 'challenge']);
  });
});

describe('a new PIN', () => {
  it.each([
    ['session', '01', CHALLENGE, RELOAD, 'CE26F208A9D08B8A', '32181865'],
    ['pboc', '01', '11223344', RELOAD, 'C0BF04D2D5E1D862', '1FD26672'],
    ['session', '03', CHALLENGE, '8424000114', '7D7C22EE4D3FBDA41A0BAC2AB91222C8', 'D8454023'],
  ])(
    '%s, algorithm %s: enciphered and with its MAC',
    async (mac, algorithm, challenge, header, enciphered, macBytes) => {
      const pin = await sealed(BLOCK, bound(challenge, header));
      const body = { ...about('STK', algorithm), mac, challenge, header, pin };
      expect(await answered('protect-pin', body)).toEqual({ enciphered, mac: macBytes });
    },
  );

  const protect = { ...about('STK'), mac: 'session', challenge: CHALLENGE, header: RELOAD };

  it('is taken once: its key is spent', async () => {
    const body = { ...protect, pin: await sealed(BLOCK, bound(CHALLENGE, RELOAD)) };
    await answered('protect-pin', body);
    expect(await answered('protect-pin', body)).toEqual([422, 'pin-key-unknown']);
  });

  it('spends its key also when it is refused', async () => {
    const pin = await sealed(BLOCK, bound(CHALLENGE, RELOAD));
    expect(await answered('protect-pin', { ...protect, ...about('IRK'), pin })).toEqual([422, 'key-usage']);
    expect(await answered('protect-pin', { ...protect, pin })).toEqual([422, 'pin-key-unknown']);
  });

  it('needs a key of this service', async () => {
    const pin = await sealed(BLOCK, bound(CHALLENGE, RELOAD), { id: '00'.repeat(16) });
    expect(await answered('protect-pin', { ...protect, pin })).toEqual([422, 'pin-key-unknown']);
  });

  it('needs a key that is not too old', async () => {
    await using hasty = await hsm({ times: { pinKey: 1 } });
    const { id } = (await ask(hasty, 'pin-key', {})).body;
    await new Promise((resolve) => setTimeout(resolve, 5));
    const pin = { ...(await sealed(BLOCK, bound(CHALLENGE, RELOAD))), id };
    expect((await ask(hasty, 'protect-pin', { ...protect, pin })).body).toMatchObject({
      error: { code: 'pin-key-unknown' },
    });
  });

  it.each([
    ['another card', { card: { ...about('STK').card, factor: '0000000000000000' } }],
    ['another challenge', { challenge: '0000000000000000' }],
    ['another command', { header: '8424000004' }],
  ])('sealed for one command does not serve %s', async (_, changed) => {
    const pin = await sealed(BLOCK, bound(CHALLENGE, RELOAD));
    expect(await answered('protect-pin', { ...protect, ...changed, pin })).toEqual([422, 'pin-unreadable']);
  });

  it.each([
    'FF12345680000000',
    '0112800000000000',
    '05123456789A8000',
    '03123A5680000000',
    '0312F45680000000',
    '0312345680000001',
    '0312345600000000',
  ])('%s is no PIN block', async (block) => {
    const pin = await sealed(block, bound(CHALLENGE, RELOAD));
    expect(await answered('protect-pin', { ...protect, pin })).toEqual([422, 'pin-unreadable']);
  });

  it.each(['0212348000000000', '0412345678800000', '0312345F80000000'])('%s is one', async (block) => {
    const pin = await sealed(block, bound(CHALLENGE, RELOAD));
    expect(await answered('protect-pin', { ...protect, pin })).toHaveProperty('enciphered');
  });

  it.each(['tag', 'ciphertext', 'iv', 'publicKey'] as const)('with a changed %s is unreadable', async (member) => {
    const pin = await sealed(BLOCK, bound(CHALLENGE, RELOAD));
    const last = pin[member].endsWith('0') ? '1' : '0';
    const changed = { ...pin, [member]: pin[member].slice(0, -1) + last };
    expect(await answered('protect-pin', { ...protect, pin: changed })).toEqual([422, 'pin-unreadable']);
  });

  it('waits with no more than 64 keys', async () => {
    await using crowded = await hsm();
    let last = 0;
    for (let count = 0; count < 65; count++) last = (await ask(crowded, 'pin-key', {})).status;
    expect(last).toBe(503);
  });
});

describe('the medical account (5.1, 5.2, 6.7)', () => {
  it('authorises a load after the worked MAC1', async () => {
    expect(await answered('authorise-load', { ...about('DLK'), ...LOAD })).toEqual({
      result: 'authorised',
      date: '20260301',
      time: '101500',
      mac2: '9F184073',
    });
  });

  it('authorises a load of an SM4 card', async () => {
    const body = { ...about('DLK', '03'), ...LOAD, mac1: '212BFF0C' };
    expect(await answered('authorise-load', body)).toMatchObject({ mac2: '3206A432' });
  });

  it('says that MAC1 is wrong, and nothing else', async () => {
    const body = { ...about('DLK'), ...LOAD, mac1: '278A57F5' };
    expect(await answered('authorise-load', body)).toEqual({ result: 'mac1-wrong' });
  });

  it.each([
    ['6DD26CDE', 'right'],
    ['6DD26CDF', 'wrong'],
  ])('authorises a purchase, and MAC2 %s is %s', async (mac2, result) => {
    const authorised = await answered('authorise-purchase', { ...about('DPK'), ...PURCHASE });
    expect(authorised).toMatchObject({ terminalSerial: '00000005', mac1: 'FDC612A9' });
    const { transaction } = authorised as { transaction: string };
    expect(await answered('confirm-purchase', { transaction, mac2 })).toEqual({ result });
    expect(await answered('confirm-purchase', { transaction, mac2: '6DD26CDE' })).toEqual([404, 'unknown-transaction']);
  });

  it.each([
    ['01', '206A71FB', 'right'],
    ['01', '206A71FC', 'wrong'],
    ['03', 'AEB9D430', 'right'],
  ])('checks a proof: algorithm %s, %s is %s', async (algorithm, tac, result) => {
    const data = '00001388313204000000010000000520260115093000';
    expect(await answered('check-tac', { ...about('DTK', algorithm), data, tac })).toEqual({ result });
  });

  it('has one version of each key', async () => {
    const body = { ...about('DLK'), ...LOAD, keyVersion: '02' };
    expect(await answered('authorise-load', body)).toEqual([422, 'unknown-key']);
  });
});

describe('a body that is not as described', () => {
  const body = { ...about('RKSSSE'), factor: CHALLENGE, data: DATA };

  it.each<[string, unknown, string | undefined]>([
    ['no JSON', '{"algorithm":', undefined],
    ['a list', [], undefined],
    ['null', 'null', undefined],
    ['a member missing', { ...body, factor: undefined }, 'factor'],
    ['a member too many', { ...body, extra: 1 }, 'extra'],
    ['an inner member missing', { ...body, card: { ...body.card, factor: undefined } }, 'card.factor'],
    ['an inner member too many', { ...body, key: { ...body.key, id: 1 } }, 'key.id'],
    ['__proto__', JSON.stringify(body).replace('{', '{"__proto__":{},'), '__proto__'],
    ['a digit less', { ...body, factor: CHALLENGE.slice(1) }, 'factor'],
    ['a byte more', { ...body, factor: `${CHALLENGE}00` }, 'factor'],
    ['no hex', { ...body, factor: 'GG'.repeat(8) }, 'factor'],
    ['a number for hex', { ...body, factor: 1122334455667788 }, 'factor'],
    ['another algorithm', { ...body, algorithm: '04' }, 'algorithm'],
    ['fill without SM4', { ...body, fill: 'zero' }, 'fill'],
    ['a directory of no card', { ...body, key: { ...body.key, directory: 'DF08' } }, 'key.directory'],
    ['an address that is too short', { ...body, key: { ...body.key, address: '01' } }, 'key.address'],
  ])('%s', async (_, sent, member) => {
    const refusal = [400, 'malformed', ...(member === undefined ? [] : [member])];
    expect(await answered('external-authentication', sent)).toEqual(refusal);
  });

  it('takes hex in lower case, and a key address', async () => {
    const lower = { ...body, key: { ...body.key, address: '004c' }, data: DATA.toLowerCase() };
    expect(await answered('external-authentication', lower)).toEqual({ cryptogram: 'A13148FB7CFDD8B9' });
  });
});
