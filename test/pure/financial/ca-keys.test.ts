import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { CaKeys } from '../../../src/financial/ca-keys.ts';
import { parseCaKeys } from '../../../src/financial/ca-keys-file.ts';
import { sm2CaKey } from '../../../src/simulator/financial/ca-keys.ts';
import { readVector } from './vectors.ts';

const RID = fromHex('A000000333');
const TODAY = { year: 2026, month: 11, day: 24 };

interface Published {
  readonly rid: string;
  readonly index: string;
  readonly modulus: string;
  readonly exponent: string;
  readonly sha1Computed: string;
  readonly class: string;
  readonly checksumVerified: boolean;
}

const reference = readVector<{ keys: readonly Published[] }>('ca-public-keys').keys;
const memberOf = ({ rid, index, modulus, exponent, sha1Computed }: Published, kind = 'live') => ({
  rid,
  index,
  algorithm: 'rsa',
  modulus,
  exponent,
  checksum: sha1Computed,
  class: kind,
});
const published = (index: string, kind: string) => reference.filter((one) => one.index === index && one.class === kind);
const only = (index: string, kind: string): Published => {
  const [found] = published(index, kind);
  if (found === undefined) throw new Error(`no key ${index}`);
  return found;
};
const parse = (members: readonly object[], more: object = {}) =>
  parseCaKeys(JSON.stringify({ keys: members, ...more }), 'keys.json');
const search = (keys: CaKeys, index: string) => {
  const found = keys.candidates(RID, Number.parseInt(index, 16), TODAY);
  return found.kind === 'found' ? found.keys.length : found.reason;
};
const refused = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => (error instanceof SscardError ? { code: error.code, ...error.details } : error),
  );

/** Hex of one object. */
const tlv = (tag: string, value: string) => {
  const length = value.length / 2;
  return `${tag}${length > 0x7f ? '81' : ''}${length.toString(16).padStart(2, '0')}${value}`;
};
const downloadOf = ({ rid, index, modulus, exponent, sha1Computed }: Published, date: string) =>
  [
    tlv('9F06', rid),
    tlv('9F22', index),
    tlv('DF05', date),
    tlv('DF06', '01'),
    tlv('DF07', '01'),
    tlv('DF02', modulus),
    tlv('DF04', exponent),
    tlv('DF03', sha1Computed),
  ].join('');

describe('a file of authority keys', () => {
  it('a live key counts', async () => {
    const keys = await parse([memberOf(only('04', 'live'))]);
    expect(search(keys, '04')).toBe(1);
    expect(search(keys, '03')).toBe('ca-key-unknown');
  });

  it('every key the reference has proven is taken; none it could not prove', async () => {
    for (const one of reference) {
      const came = await refused(parse([memberOf(one)]));
      const bent = one.checksumVerified
        ? undefined
        : await refused(parse([{ ...memberOf(one), checksum: '00'.repeat(20) }]));
      if (one.checksumVerified) expect(came).toBeUndefined();
      else expect(bent).toMatchObject({ code: 'ca-key-checksum' });
    }
  });

  it('both keys of index 80 are candidates, and both count as test keys whatever the file says', async () => {
    const both = published('80', 'test');
    expect(both).toHaveLength(2);
    const keys = await parse(both.map((one) => memberOf(one, 'live')));
    expect(search(keys, '80')).toBe('ca-key-test');
    expect(search(keys.withTestKeys(true), '80')).toBe(2);
  });

  it.each(reference.filter((one) => one.class === 'test'))(
    'the published test key $index never counts as live',
    async (one) => {
      const proven = one.checksumVerified ? one : { ...one, sha1Computed: one.sha1Computed };
      const keys = await parse([memberOf(proven, 'live')]);
      expect(search(keys, one.index)).toBe('ca-key-test');
    },
  );

  it('a published test key under another index is still one', async () => {
    const one = only('83', 'test');
    const { createHash } = await import('node:crypto');
    const checksum = createHash('sha1')
      .update(fromHex(`A00000033304${one.modulus}${one.exponent}`))
      .digest('hex')
      .toUpperCase();
    const keys = await parse([{ ...memberOf(one, 'live'), index: '04', checksum }]);
    expect(search(keys, '04')).toBe('ca-key-test');
  });

  it('a key that is over does not count, on its last day it does', async () => {
    const member = memberOf(only('04', 'live'));
    expect(search(await parse([{ ...member, expires: '2026-11-24' }]), '04')).toBe(1);
    expect(search(await parse([{ ...member, expires: '2026-11-23' }]), '04')).toBe('ca-key-expired');
  });

  it('the revocation list is by RID, index and serial', async () => {
    const keys = await parse([memberOf(only('04', 'live'))], {
      revoked: [{ rid: 'A000000333', index: '04', serial: '00012F' }],
    });
    const [key] = keys.keys;
    if (key === undefined) throw new Error('no key');
    expect(keys.isRevoked(key, fromHex('00012F'))).toBe(true);
    expect(keys.isRevoked(key, fromHex('00012E'))).toBe(false);
    expect(keys.isRevoked({ ...key, index: 3 }, fromHex('00012F'))).toBe(false);
  });

  it('an SM2 key has its checksum over the point, with SM3', async () => {
    const member = sm2CaKey('A000000333', 0x57, fromHex('AB'.repeat(64)));
    expect(search((await parse([member])).withTestKeys(true), '57')).toBe(1);
    const bent = { ...member, checksum: `00${member.checksum.slice(2)}` };
    expect(await refused(parse([bent]))).toMatchObject({ code: 'ca-key-checksum' });
  });

  it.each([
    ['no JSON and no download', 'hello', { line: 1, column: 1 }],
    ['a member that nobody knows', '{"keys":[],\n"more":1}', { line: 2, column: 1 }],
    [
      'a class that is none',
      '{"keys":[\n{"rid":"A000000333","index":"04","algorithm":"sm2","point":"","checksum":"","class":"real"}]}',
      { line: 2 },
    ],
    [
      'a key with both forms',
      JSON.stringify({ keys: [{ ...memberOf(only('04', 'live')), point: 'AB'.repeat(64) }] }),
      { line: 1 },
    ],
    [
      'a day that is none',
      JSON.stringify({ keys: [{ ...memberOf(only('04', 'live')), expires: '2026-02-30' }] }),
      { line: 1 },
    ],
  ])('%s is refused with its place', async (_, text, where) => {
    expect(await refused(parseCaKeys(text, 'keys.json'))).toMatchObject({
      code: 'ca-keys-malformed',
      place: 'keys.json',
      ...where,
    });
  });

  it('a bent checksum names the key and its place, and nothing of the file is used', async () => {
    const good = memberOf(only('04', 'live'));
    const bent = { ...memberOf(only('03', 'live')), checksum: good.checksum };
    const error = await parse([good, bent]).catch((one: unknown) => one as SscardError);
    expect(error).toMatchObject({ code: 'ca-key-checksum', message: expect.stringContaining('A000000333/03') });
  });
});

describe('a download of a terminal', () => {
  const key = only('04', 'live');

  it.each([
    ['packed', '20291231'],
    ['in characters', toHex(new TextEncoder().encode('20291231'))],
  ])('a line is a key; the date stands %s', async (_, date) => {
    const keys = await parseCaKeys(`# from the acquirer\n\n${downloadOf(key, date)}\r\n`, 'capk.txt');
    expect(keys.keys).toMatchObject([{ index: 4, test: false, expires: { year: 2029, month: 12, day: 31 } }]);
    expect(search(keys, '04')).toBe(1);
  });

  it('an exponent of three bytes is 3 all the same', async () => {
    const line = downloadOf(key, '20291231').replace(tlv('DF04', '03'), tlv('DF04', '000003'));
    expect(search(await parseCaKeys(line, 'capk.txt'), '04')).toBe(1);
  });

  it.each([
    ['cut short', downloadOf(key, '20291231').slice(0, -2), 'ca-keys-malformed'],
    ['no day', downloadOf(key, '20291331'), 'ca-keys-malformed'],
    ['a bent modulus', downloadOf(key, '20291231').replace(key.modulus.slice(0, 8), '00000000'), 'ca-key-checksum'],
  ])('%s is refused with its line', async (_, line, code) => {
    expect(await refused(parseCaKeys(`# one\n${line}`, 'capk.txt'))).toMatchObject({ code, line: 2 });
  });

  const bare = { ...key, class: 'live' };
  const parts = (date: string) => downloadOf(bare, date);

  it('an SM2 key has its point in the place of the modulus, and no exponent', async () => {
    const member = sm2CaKey('A000000333', 0x57, fromHex('AB'.repeat(64)));
    const line = [
      tlv('9F06', member.rid),
      tlv('9F22', member.index),
      tlv('DF06', '07'),
      tlv('DF07', '04'),
      tlv('DF02', 'AB'.repeat(64)),
      tlv('DF03', member.checksum),
    ].join('');
    const { keys } = await parseCaKeys(line, 'capk.txt');
    expect(keys).toMatchObject([{ index: 0x57, key: { algorithm: 'sm2' }, test: false }]);
    const short = line.replace(tlv('DF02', 'AB'.repeat(64)), tlv('DF02', 'AB'.repeat(63)));
    expect(await refused(parseCaKeys(short, 'capk.txt'))).toMatchObject({ code: 'ca-keys-malformed' });
  });

  it.each([
    ['no RID', tlv('9F06', key.rid)],
    ['no index', tlv('9F22', key.index)],
    ['no algorithm', tlv('DF07', '01')],
    ['no modulus', tlv('DF02', key.modulus)],
    ['no exponent', tlv('DF04', key.exponent)],
    ['no checksum', tlv('DF03', key.sha1Computed)],
  ])('with %s it is none', async (_, part) => {
    const line = parts('20291231').replace(part, '');
    expect(await refused(parseCaKeys(line, 'capk.txt'))).toMatchObject({ code: 'ca-keys-malformed', line: 1 });
  });

  it('without a date it does not expire; with another algorithm it is none', async () => {
    const undated = parts('20291231').replace(tlv('DF05', '20291231'), '');
    expect((await parseCaKeys(undated, 'capk.txt')).keys[0]).not.toHaveProperty('expires');
    const other = parts('20291231').replace(tlv('DF07', '01'), tlv('DF07', '02'));
    expect(await refused(parseCaKeys(other, 'capk.txt'))).toMatchObject({ code: 'ca-keys-malformed' });
  });

  it('a file too large, or not UTF-8, is not read', async () => {
    const large = new Uint8Array(2 * 1024 * 1024 + 1).fill(0x20);
    expect(await refused(parseCaKeys(large, 'capk.txt'))).toMatchObject({ code: 'ca-keys-malformed', line: 1 });
    expect(await refused(parseCaKeys(Uint8Array.of(0x7b, 0xff), 'k'))).toMatchObject({ code: 'ca-keys-malformed' });
  });
});
