import { describe, expect, it } from 'vitest';
import type { CardImage, FileImage } from '../../../src/simulator/image.ts';
import type { LogRecord } from '../../../src/social/account/log.ts';
import { cardFile, pinOf, pins } from '../matrix/rig.ts';
import { AT, Counter } from './counter.ts';

/** The card with other files in DF04; null: without that file. */
function withFile(image: CardImage, fid: string, change: (file: FileImage) => FileImage | null): CardImage {
  const directories = image.directories.map((directory) => {
    if (directory.name !== 'DF04') return directory;
    return { ...directory, files: directory.files.flatMap((file) => (file.fid === fid ? (change(file) ?? []) : file)) };
  });
  return { ...image, directories };
}

function withRecords(image: CardImage, fid: string, records: readonly string[]): CardImage {
  return withFile(image, fid, (file) => (file.kind === 'cyclic' ? { ...file, records } : file));
}

const values = ({ fields }: LogRecord) =>
  fields.map(({ value }) => (value.kind === 'value' ? value.value : value.kind));
const own = () => ({ pin: pinOf(pins.other) });

async function opened(change: (image: CardImage) => CardImage, generation: '1.0' | '2.0' | '3.0' = '2.0') {
  const { card } = await cardFile(generation);
  const image = change({ ...card, pin: { ...card.pin, digits: pins.other } });
  return Counter.open({ generation, image });
}

describe.each(['1.0', '2.0', '3.0'] as const)('the log of generation %s', (generation) => {
  it('has what was paid and loaded, newest first', async () => {
    const counter = await opened((image) => withRecords(image, 'EF08', []), generation);
    const { psam } = await cardFile(generation);
    const { onlineSerial, offlineSerial } = counter.purse;
    await counter.load(700);
    await counter.account.purchase({ ...own(), amount: 300, selfPaid: 20, pooled: 5_000, at: AT });
    const { transactions, withheld } = await counter.account.log(own());
    expect(transactions.map(values)).toEqual([
      [offlineSerial, '1', psam.terminalNumber, '2026-03-03T09:30:00', 300, 20, 5_000],
      [onlineSerial, '0', psam.terminalNumber, '2026-03-01T10:15:00', 700, 0, 0],
    ]);
    expect(transactions.map(({ address }) => address)).toEqual(['DF04EF08:01', 'DF04EF08:02']);
    expect(withheld).toEqual([]);
  });
});

describe('a log', () => {
  it('without records is empty', async () => {
    const counter = await opened((image) => withRecords(withRecords(image, 'EF08', []), 'EF15', []));
    expect(await counter.account.log(own())).toEqual({ transactions: [], special: [], withheld: [] });
  });

  it('of a card that is filled from the start leaves out the filling', async () => {
    const record = `000131${'320499000001'}20260303093000${'00000064'}${'00000000'}${'00000000'}`;
    const filled = (image: CardImage) => withRecords(image, 'EF08', [record, '00'.repeat(28), 'FF'.repeat(28)]);
    const { transactions } = await (await opened(filled)).account.log(own());
    expect(transactions.map(({ address }) => address)).toEqual(['DF04EF08:01']);
  });

  it('shows a date that does not exist as such, and keeps it', async () => {
    const record = `000131${'320499000001'}20260231093000${'00000064'}${'00000000'}${'00000000'}`;
    const { transactions } = await (await opened((image) => withRecords(image, 'EF08', [record]))).account.log(own());
    const value = { kind: 'undecodable', why: 'date-impossible', raw: '20260231093000' };
    expect(transactions[0]?.fields[3]?.value).toEqual(value);
  });

  it('is asked for as many records as there can be, and no more', async () => {
    const record = `000131${'320499000001'}20260303093000${'00000064'}${'00000000'}${'00000000'}`;
    const counter = await opened((image) => withRecords(image, 'EF08', Array(30).fill(record)));
    const { transactions } = await counter.account.log(own());
    expect(transactions).toHaveLength(30);
    expect(counter.rig.sent.filter((hex) => /^00B2..44/.test(hex))).toHaveLength(30);
  });

  it('without the PIN keeps the transactions; the special settlements are read with the key', async () => {
    const counter = await opened((image) => withRecords(image, 'EF15', ['000231']));
    const { transactions, special, withheld } = await counter.account.log();
    expect(withheld).toEqual([{ log: 'transactions', reason: 'pin-needed' }]);
    expect({ transactions, special: special.map(values) }).toEqual({ transactions: [], special: [[2, '1']] });
  });

  it('of a card without the files is empty, too', async () => {
    const bare = (image: CardImage) =>
      withFile(
        withFile(image, 'EF08', () => null),
        'EF15',
        () => null,
      );
    expect(await (await opened(bare)).account.log(own())).toEqual({ transactions: [], special: [], withheld: [] });
  });

  it('of generation 1.0 has no special settlements, and asks for none', async () => {
    const counter = await opened((image) => image, '1.0');
    expect(await counter.account.log(own())).toMatchObject({ special: [], withheld: [] });
    expect(counter.rig.sent.filter((hex) => /^00B2..AC/.test(hex))).toEqual([]);
  });
});

describe('the offline settlement', () => {
  it('needs PIN and key: without the PIN it is withheld', async () => {
    const counter = await opened((image) => image);
    expect(await counter.account.offline()).toMatchObject({ kind: 'withheld', denial: { reason: 'pin-needed' } });
  });

  it('is withheld, too, where nobody has the key', async () => {
    const { card } = await cardFile('2.0');
    const counter = await Counter.open({ image: card, keys: () => undefined });
    const denial = { reason: 'no-key', key: 'RK1DF04' };
    expect(await counter.account.offline({ pin: pinOf(pins.initial) })).toMatchObject({ kind: 'withheld', denial });
  });

  it('of generation 1.0 are the balances, as items', async () => {
    const counter = await opened((image) => image, '1.0');
    const reading = await counter.account.offline(own());
    if (reading.kind !== 'read') throw new Error(reading.kind);
    const names = ['accountBalance', 'yearSelfPaid', 'yearPooledFundPaid'];
    expect(reading.items.map(({ item }) => item?.name)).toEqual(names);
  });
});
