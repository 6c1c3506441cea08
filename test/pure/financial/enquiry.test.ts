import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { replayReaders } from '../../../drivers/replay/readers.ts';
import { openCard } from '../../../src/card.ts';
import { parseDol } from '../../../src/financial/dol.ts';
import { readBalances } from '../../../src/financial/enquiry/balance.ts';
import type { Enquiry } from '../../../src/financial/enquiry/enquiry.ts';
import { readInformation } from '../../../src/financial/enquiry/info.ts';
import { readLoad } from '../../../src/financial/enquiry/load-record.ts';
import { readLoadLog, readTransactionLog } from '../../../src/financial/enquiry/log.ts';
import { readTransaction } from '../../../src/financial/enquiry/log-record.ts';
import { type Fci, parseFci } from '../../../src/financial/fci.ts';
import { sessionOver } from './card-script.ts';
import { type Exchange, type ExchangeVector, readVector } from './vectors.ts';

/** Success, and a card's full name with its tag. */
const OK = '9000';
const NAME = '8408A000000333010101';

const bare = (answer: string | undefined) => fromHex(answer ?? '').subarray(0, -2);

function fciOf(answer: string | undefined): Fci {
  const fci = parseFci(bare(answer));
  if (fci === undefined) throw new Error('no FCI');
  return fci;
}

/** An enquiry with this application selected, over the exchanges that follow. */
async function enquiry(fci: Fci | undefined, exchanges: readonly Exchange[], blocked = false): Promise<Enquiry> {
  const { session } = await sessionOver(exchanges);
  const aid = fci?.name ?? fromHex('A000000333010101');
  const application = { aid, asi: 'exact' } as const;
  const candidate = { aid, application, priority: 0, needsConfirmation: false, from: 'list' } as const;
  return { session, candidate, fci, blocked };
}

describe('the transaction log', () => {
  it('is cut by the format of the card: the published record', () => {
    const { logFormat, record } = readVector<{ logFormat: string; record: string }>('pboc-transaction-log-format');
    const format = parseDol(fromHex(logFormat).subarray(3));
    expect(readTransaction(format, 1, fromHex(record))).toMatchObject({
      kind: 'transaction',
      date: '2016-05-24',
      time: '19:12:22',
      amount: 0,
      otherAmount: 0,
      country: '156',
      currency: '156',
      merchant: null,
      type: '01',
      atc: 63,
    });
  });

  it('skips tags that nobody knows by their length (paycard-mastercardppse2)', async () => {
    const { exchanges } = readVector<ExchangeVector>('paycard-mastercardppse2');
    const log = await readTransactionLog(await enquiry(fciOf(exchanges[1]?.r), exchanges.slice(3, 14)));
    expect(log).toMatchObject({ present: true, records: { length: 10 } });
    expect(log.records[0]).toMatchObject({ kind: 'transaction', amount: 2200, currency: '949', atc: 224 });
    expect(log.records[0]).toMatchObject({ date: '2011-01-12' });
  });

  it('ends where the card says so, whatever the status word (paycard-visacardpse)', async () => {
    const { exchanges } = readVector<ExchangeVector>('paycard-visacardpse');
    const log = await readTransactionLog(await enquiry(fciOf(exchanges[3]?.r), exchanges.slice(6, 24)));
    expect(log).toMatchObject({ present: true, endedBy: 0x6885, records: { length: 16 } });
    expect(log.records[0]).toMatchObject({
      amount: 4000,
      currency: '978',
      country: '250',
      date: '2014-07-16',
      type: '00',
    });
  });

  it('a record of another length than the format is given raw, an empty one not at all', async () => {
    const fci = fciOf(`6F14${NAME}A508BF0C059F4D020B04${OK}`);
    const records = ['2401010056', '0000000000', '24010100', 'FFFFFFFFFF'];
    const read = records.map((record, at) => ({ c: `00B20${at + 1}5C00`, r: record + OK }));
    const log = await readTransactionLog(
      await enquiry(fci, [{ c: '80CA9F4F00', r: `9F4F059A039F3602${OK}` }, ...read]),
    );
    expect(log.records).toMatchObject([
      { kind: 'transaction', number: 1, date: '2024-01-01', atc: 86, amount: null },
      { kind: 'raw', number: 3, bytes: fromHex('24010100') },
    ]);
  });

  it('without a format every record is raw', async () => {
    const fci = fciOf(`6F14${NAME}A508BF0C059F4D020B01${OK}`);
    const exchanges = [
      { c: '80CA9F4F00', r: '6A88' },
      { c: '00B2015C00', r: `2401010056${OK}` },
    ];
    expect((await readTransactionLog(await enquiry(fci, exchanges))).records).toMatchObject([{ kind: 'raw' }]);
  });
});

describe('the load log', () => {
  const format = parseDol(fromHex('9A039F21039F1A029F4E149C019F3602')) ?? [];
  const merchant = `B2E2CAD4B5EA${'20'.repeat(14)}`;

  it('is tag, old and new balance, then the format of the card', () => {
    const record = fromHex(`9F79000000001000000000003000240102103000${'0156'}${merchant}${'60'}${'0007'}`);
    expect(readLoad(format, 2, record)).toMatchObject({
      kind: 'load',
      number: 2,
      currency: 'first',
      before: 1000,
      after: 3000,
      date: '2024-01-02',
      time: '10:30:00',
      country: '156',
      merchant: '测试店',
      atc: 7,
    });
  });

  it('of the second balance is told apart; anything else is raw', () => {
    const rest = `000000001000000000003000240102103000${'0156'}${merchant}${'60'}${'0007'}`;
    expect(readLoad(format, 1, fromHex(`DF79${rest}`))).toMatchObject({ currency: 'second' });
    expect(readLoad(format, 1, fromHex(`9F78${rest}`))).toMatchObject({ kind: 'raw' });
    expect(readLoad(format, 1, fromHex(`9F79${rest}00`))).toMatchObject({ kind: 'raw' });
    expect(readLoad(undefined, 1, fromHex(`9F79${rest}`))).toMatchObject({ kind: 'raw' });
  });

  it('is absent where the card announces none', async () => {
    const fci = fciOf('6F118408A000000333010101A505500358595A9000');
    expect(await readLoadLog(await enquiry(fci, []))).toEqual({ present: false, records: [] });
  });
});

describe('the e-cash', () => {
  const fci = fciOf(`6F14${NAME}A508BF0C05DF4D020C0A${OK}`);
  const none = (tag: string) => ({ c: `80CA${tag}00`, r: '6A88' });
  const some = (tag: string, value: string) => {
    const length = (value.length / 2).toString(16).padStart(2, '0');
    return { c: `80CA${tag}00`, r: `${tag}${length}${value}9000` };
  };
  const first = [
    some('9F79', '000000038787'),
    some('9F51', '0156'),
    some('9F77', '000000100000'),
    some('9F78', '000000010000'),
    none('9F6D'),
  ];

  it('is one purse', async () => {
    const purses = await readBalances(await enquiry(fci, [...first, none('DF79')]));
    expect(purses).toEqual([
      { currency: '156', balance: 38787, ceiling: 100000, singleLimit: 10000, resetThreshold: null },
    ]);
  });

  it('is two where the card has a second currency (P15)', async () => {
    const second = [some('DF79', '000000000500'), some('DF71', '0344'), none('DF77'), none('DF78'), none('DF76')];
    expect(await readBalances(await enquiry(fci, [...first, ...second]))).toMatchObject([
      { currency: '156' },
      { currency: '344', balance: 500 },
    ]);
  });

  it('is asked for once more after GET PROCESSING OPTIONS where the card names e-cash and did not tell', async () => {
    const begun = { c: '80A8000002830000', r: '80067C00080101009000' };
    const purses = await readBalances(await enquiry(fci, [none('9F79'), begun, ...first, none('DF79')]));
    expect(purses).toMatchObject([{ balance: 38787 }]);
  });

  it('is none, without a transaction begun, where the card does not name it', async () => {
    const plain = fciOf('6F118408A000000333010101A505500358595A9000');
    expect(await readBalances(await enquiry(plain, [none('9F79')]))).toEqual([]);
  });
});

describe('the information', () => {
  const { exchanges } = readVector<ExchangeVector>('paycard-visacardpse');
  const counters = [
    { c: '80CA9F1700', r: '9F1701039000' },
    { c: '80CA9F3600', r: '9F3602062C9000' },
  ];
  const record = { c: '00B2010C00', r: exchanges[5]?.r ?? '' };
  const begun = { c: '80A8000002830000', r: '80063C00080101009000' };

  it('of a card that has its number in track 2 only: number, and the last day of the month of expiry', async () => {
    const came = await readInformation(
      await enquiry(fciOf(exchanges[3]?.r), [begun, record, ...counters]),
      '2016-02-29',
    );
    expect(came).toMatchObject({
      accountNumber: '4979670123453600',
      expiry: '2016-02-29',
      state: 'usable',
      pinTries: 3,
      atc: 0x62c,
      label: 'TRANSACTION CB',
      oddities: [],
    });
  });

  it('it has expired the day after', async () => {
    const came = await readInformation(
      await enquiry(fciOf(exchanges[3]?.r), [begun, record, ...counters]),
      '2016-03-01',
    );
    expect(came.state).toBe('expired');
  });

  it('two numbers that differ are told', async () => {
    const number = '5A084979670123453601';
    const track = '570B4979670123453600D16022';
    const other = { ...record, r: `7017${number}${track}${OK}` };
    const came = await readInformation(
      await enquiry(fciOf(exchanges[3]?.r), [begun, other, ...counters]),
      '2016-01-01',
    );
    expect(came.oddities).toEqual(['account-numbers-differ']);
  });

  it('a card that refuses to begin, and a blocked one, tell what they tell; a blocked one is not asked to begin', async () => {
    const refusing = await enquiry(fciOf(exchanges[3]?.r), [{ ...begun, r: '6985' }, ...counters]);
    expect(await readInformation(refusing, '2016-01-01')).toMatchObject({
      state: 'conditions-not-met',
      accountNumber: null,
      pinTries: 3,
      oddities: [],
    });
    const blocked = await enquiry(
      fciOf(exchanges[3]?.r),
      [{ ...counters[0], r: '6A88' } as Exchange, counters[1] as Exchange],
      true,
    );
    expect(await readInformation(blocked, '2016-01-01')).toMatchObject({
      state: 'blocked',
      pinTries: null,
      atc: 0x62c,
    });
  });
});

describe('an enquiry over the whole card', () => {
  const card = async (exchanges: readonly Exchange[]) => {
    const text = exchanges.map(({ c, r }) => `> ${c}\n< ${r}\n`).join('');
    return openCard(await replayReaders(`atr 3B00\n${text}`).waitForCard());
  };
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error: unknown) => (error instanceof SscardError ? { code: error.code, ...error.details } : error),
    );
  const noPse = { c: '00A404000E315041592E5359532E444446303100', r: '6A82' };
  const select = (answer: string) => ({ c: '00A4040007A000000333010100', r: answer });
  const transport = { c: '00A4040007A000000632010100', r: '6A82' };

  it('without the application: missing', async () => {
    const came = failure((await card([noPse, select('6A82'), transport])).financial.info());
    expect(await came).toMatchObject({ code: 'bank-application-missing', step: 'select-application' });
  });

  it('a blocked card is told from one without it', async () => {
    const came = failure((await card([{ ...noPse, r: '6A81' }])).financial.balance());
    expect(await came).toMatchObject({ code: 'bank-card-blocked' });
  });

  it('a rule that ends the reading is an error with its step, place and name', async () => {
    const fci = '6F118408A000000333010101A505500358595A9000';
    const next = { c: '00A4040207A000000333010100', r: '6A82' };
    const whole = { c: '00A4040008A00000033301010100', r: fci };
    const begun = { c: '80A8000002830000', r: '80067C00080201009000' };
    const came = failure((await card([noPse, select(fci), next, transport, whole, begun])).financial.info());
    expect(await came).toMatchObject({
      code: 'bank-data-malformed',
      step: 'initiate-application',
      place: 'GPO',
      reason: 'afl-malformed',
    });
  });
});
