import { describe, expect, it } from 'vitest';
import { fromHex } from '../../apdu/bytes.ts';
import vectors from '../../fixtures/vectors/crypto/epurse.json' with { type: 'json' };
import type { SimulatedCard } from '../../src/simulator/card.ts';
import type { CardImage, KeyImage, PurseImage } from '../../src/simulator/image.ts';
import { poweredCard, SELECT_SSSE, talk } from './cards.ts';

const DF04 = '00A4000002DF04';
const PIN = '0020000003123456';
const TERMINAL = '320400000001';
const LOAD = `B02800010B0100001388${TERMINAL}`;
const PURCHASE = `B02A00010B01000003E8${TERMINAL}`;
/** The worked transactions of the golden exchanges account-load and account-purchase. */
const [CREDIT, MAC2] = ['B02200000B20260301101500', '9F184073'];
const [DEBIT, MAC1] = ['B02400000F0000012C20260302093000', '6DBF9BE7'];
const BALANCE = 'B026000104';

type Change = (image: CardImage) => CardImage;

const withPurse =
  (change: Partial<PurseImage>): Change =>
  (image) =>
    image.purse === undefined ? image : { ...image, purse: { ...image.purse, ...change } };

const withKeys =
  (change: (key: KeyImage) => readonly KeyImage[]): Change =>
  (image) => ({
    ...image,
    directories: image.directories.map((directory) => ({ ...directory, keys: directory.keys.flatMap(change) })),
  });

const keyed = (name: string, change: Partial<KeyImage>) =>
  withKeys((key) => [key.name === name ? { ...key, ...change } : key]);

/** Inside DF04, the PIN verified; every random number is 01020304…. */
async function account(change: Change = (image) => image, random = '01020304'): Promise<SimulatedCard> {
  const card = await poweredCard(change, { random: (length) => fromHex(random.padEnd(2 * length, '0')) });
  talk(card, SELECT_SSSE, DF04, PIN);
  return card;
}

describe('the published transactions (crypto.md 5)', () => {
  const cases = vectors.vectors.map(({ id, op, in: given, out }) => ({ id, op, ...given, ...out }));
  const cardOf = (given: (typeof cases)[number]) => {
    const { key, tacKey = '00'.repeat(16), type } = given;
    const value = (name: string) => ({ DLK: key, DPK: key, DTK: tacKey })[name];
    const serials = { onlineSerial: given.onlineTxNo ?? '0', offlineSerial: given.offlineTxNo ?? '0' };
    const state = {
      balance: Number.parseInt(given.oldBalance ?? '7FFFFFFF', 16),
      onlineSerial: Number.parseInt(serials.onlineSerial, 16),
      offlineSerial: Number.parseInt(serials.offlineSerial, 16),
      types: { load: type, purchase: type },
    };
    const algorithm = given.alg === 'sm4' ? 'SM4' : '3DES';
    const change: Change = (image) => ({
      ...withPurse(state)(withKeys((one) => [{ ...one, value: value(one.name) ?? one.value }])(image)),
      algorithm,
    });
    return account(change, given.random);
  };

  it.each(cases.filter(({ op }) => op === 'epurse.load'))('$id: load', async (given) => {
    const card = await cardOf(given);
    const answers = talk(card, `B02800010B01${given.amount}${given.terminalId}`, '00C0000010');
    expect(answers[1]?.slice(-12)).toBe(`${given.mac1}9000`);
    const credit = `B02200000B${given.date}${given.time}${given.mac2}`;
    expect(talk(card, credit)).toEqual(['6104']);
    if (given.tac !== undefined) {
      expect(talk(card, '00C0000004', BALANCE)).toEqual([`${given.tac}9000`, `${given.newBalance}9000`]);
    }
  });

  it.each(cases.filter(({ op }) => op === 'epurse.purchase'))('$id: purchase', async (given) => {
    const card = await cardOf(given);
    talk(card, `B02A00010B01${given.amount}${given.terminalId}`);
    const debit = `B02400000F${given.terminalTxNo}${given.date}${given.time}${given.mac1}`;
    const [sw, data] = talk(card, debit, '00C0000008');
    expect([sw, data?.slice(8)]).toEqual(['6108', `${given.mac2}9000`]);
    if (given.tac !== undefined) expect(data?.slice(0, 8)).toBe(given.tac);
  });
});

describe('keys of the account', () => {
  it('tell their version and the algorithm', async () => {
    const sm4: Change = (image) => ({ ...keyed('DPK', { version: 7 })(image), algorithm: 'SM4' });
    expect(talk(await account(sm4), PURCHASE, '00C000000C').at(-1)).toBe('0000271000070703010203049000');
  });

  it.each([
    ['DLK', LOAD],
    ['DPK', PURCHASE],
  ])('%s locked: the transaction does not begin', async (name, begin) => {
    expect(talk(await account(keyed(name, { triesLeft: 0 })), begin)).toEqual(['6983']);
  });

  it.each([
    ['DLK', LOAD, `${CREDIT}00000000`],
    ['DPK', PURCHASE, `${DEBIT}00000000`],
  ])('a wrong MAC costs a try of %s', async (name, begin, end) => {
    const card = await account(keyed(name, { triesLeft: 1 }));
    expect(talk(card, begin, end, begin).slice(1)).toEqual(['9302', '6983']);
  });

  it.each([
    ['DLK', LOAD],
    ['DPK', PURCHASE],
  ])('without %s its index is not supported', async (name, begin) => {
    const without = withKeys((key) => (key.name === name ? [] : [key]));
    expect(talk(await account(without), begin)).toEqual(['9403']);
  });

  it('without DTK there is no proof, and nothing changes', async () => {
    const card = await account(withKeys((key) => (key.name === 'DTK' ? [] : [key])));
    talk(card, LOAD);
    expect(talk(card, `${CREDIT}${MAC2}`, BALANCE)).toEqual(['9406', '000027109000']);
  });
});

describe('limits of the account', () => {
  it.each([
    ['online', LOAD, { onlineSerial: 0xffff }],
    ['offline', PURCHASE, { offlineSerial: 0xffff }],
  ])('no transaction after the last %s serial', async (_, begin, state) => {
    expect(talk(await account(withPurse(state)), begin)).toEqual(['6985']);
  });

  it('everything there is can be paid', async () => {
    expect(talk(await account(), `B02A00010B0100002710${TERMINAL}`)).toEqual(['610C']);
  });

  it('the balance can be filled up, and not over', async () => {
    const card = await account(withPurse({ balance: 0xffff_fffe }));
    expect(talk(card, `B02800010B0100000001${TERMINAL}`, `B02800010B0100000002${TERMINAL}`)).toEqual(['6110', '6985']);
  });

  it.each([
    ['load', LOAD, 'B02200000B2026030110150A00000000'],
    ['purchase', PURCHASE, 'B02400000F0000012CFFFF030209300000000000'],
  ])('a date that is no BCD ends a %s', async (_, begin, end) => {
    expect(talk(await account(), begin, end)).toEqual([begin === LOAD ? '6110' : '610C', '6A80']);
  });

  it('year totals that would not fit are refused', async () => {
    const card = await account(withPurse({ pooled: 0xffff_ffff }));
    talk(card, PURCHASE);
    expect(talk(card, `B0240000170000012C202603020930000000000000000001${MAC1}`, BALANCE)).toEqual([
      '6985',
      '000027109000',
    ]);
  });

  it('a purchase with a date of last year counts in the current totals', async () => {
    const card = await account(withPurse({ year: '2027' }));
    talk(card, PURCHASE, `B0240000170000012C202603020930000000000100000002${MAC1}`);
    expect(talk(card, 'B026000206', 'B026000306')).toEqual(['00000BB920279000', '00004E2220279000']);
  });
});

describe('what was begun', () => {
  it.each([
    ['a reading', '00B2010403'],
    ['another selection', DF04],
    ['an instruction that is unknown', '00F0000000'],
    ['the beginning of the same', LOAD.replace('00001388', '00001389')],
    ['a credit of another length', 'B02200000A20260301101500000000'],
  ])('ends with %s', async (_, between) => {
    const card = await account();
    talk(card, LOAD, between);
    const ended = between.startsWith('B028') ? '9302' : '6901';
    expect(talk(card, `${CREDIT}${MAC2}`)).toEqual([ended]);
  });

  it('ends with a reset', async () => {
    const card = await account();
    talk(card, LOAD);
    card.reset();
    expect(talk(card, SELECT_SSSE, DF04, PIN, `${CREDIT}${MAC2}`).at(-1)).toBe('6901');
  });

  it('is ended by GET RESPONSE not', async () => {
    expect(talk(await account(), LOAD, '00C0000010', `${CREDIT}${MAC2}`).at(-1)).toBe('6104');
  });

  it('serves once', async () => {
    const card = await account();
    expect(talk(card, LOAD, `${CREDIT}${MAC2}`, `${CREDIT}${MAC2}`).slice(1)).toEqual(['6104', '6901']);
  });
});

describe('the log', () => {
  it('keeps the last thirty, newest first', async () => {
    const full: Change = (image) => ({
      ...image,
      directories: image.directories.map((directory) => ({
        ...directory,
        files: directory.files.map((file) =>
          file.kind === 'cyclic' && file.fid === 'EF08'
            ? { ...file, records: Array.from({ length: 30 }, (_, at) => String(at).padStart(56, '0')) }
            : file,
        ),
      })),
    });
    const card = await account(full);
    talk(card, LOAD, `${CREDIT}${MAC2}`);
    const [first, second, last, beyond] = talk(card, '00B201441C', '00B202441C', '00B21E441C', '00B21F441C');
    expect([first?.slice(0, 6), second?.slice(-6), last?.slice(-6), beyond]).toEqual([
      '000530',
      '009000',
      '289000',
      '6A83',
    ]);
  });
});

it('the proof of a purchase takes the place of that of a load', async () => {
  const card = await account();
  talk(card, LOAD, `${CREDIT}${MAC2}`, PURCHASE, `${DEBIT}${MAC1}`);
  expect(talk(card, '805A0030020005', '805A0031020007')).toEqual(['9406', '6108']);
});

it.each([
  ['P1', '805A0131020007', '6A86'],
  ['one byte', '805A00310100', '6700'],
  ['nothing', '805A0031', '6700'],
])('GET TRANSACTION PROVE refuses %s', async (_, command, status) => {
  expect(talk(await account(), command)).toEqual([status]);
});

it.each([BALANCE, LOAD, '805A0031020007'])('a card without account knows no %s', async (command) => {
  const without: Change = ({ purse: _, ...image }) => image;
  expect(talk(await account(without), command).at(-1)).toMatch(command.startsWith('80') ? '6D00' : '6E00');
});
