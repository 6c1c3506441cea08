import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { type AflEntry, parseAfl } from '../../../src/financial/afl.ts';
import { parseDol } from '../../../src/financial/dol.ts';
import { parseFci } from '../../../src/financial/fci.ts';
import { getData } from '../../../src/financial/get-data.ts';
import { initiate } from '../../../src/financial/initiate.ts';
import { readApplicationData } from '../../../src/financial/read-data.ts';
import type { Candidate, CandidateList } from '../../../src/financial/selection/candidate.ts';
import { buildCandidates } from '../../../src/financial/selection/candidates.ts';
import { selectApplication } from '../../../src/financial/selection/select.ts';
import { Session } from '../../../src/financial/session.ts';
import { cardScript, object, recordExchange, selectExchange, sessionOver } from './card-script.ts';
import { type Exchange, readVector } from './vectors.ts';

const NO_DIRECTORY = selectExchange('315041592E5359532E4444463031', '6A82');
const hex = (bytes: Uint8Array | undefined) => bytes && toHex(bytes);
const parseFormat = (format: Uint8Array | undefined) =>
  parseDol(format ?? new Uint8Array())?.map(({ tag, length }) => [tag.toString(16).toUpperCase(), length]);
const pick = (exchanges: readonly Exchange[], ...indexes: readonly number[]) =>
  indexes.map((index) => exchanges[index] as Exchange);

function only(found: CandidateList): Candidate {
  const [first, ...more] = found.kind === 'candidates' ? found.candidates : [];
  if (first === undefined || more.length > 0) throw new Error(`not one candidate: ${JSON.stringify(found)}`);
  return first;
}

describe('a card of which every answer after the directory is 6985', () => {
  it('has no application', async () => {
    const { exchanges } = readVector('paycard-lockedcard');
    const { line, left } = await cardScript([NO_DIRECTORY, ...exchanges.slice(1)]);
    const found = await buildCandidates(line, [{ aid: fromHex('A0000000421010'), asi: 'exact' }]);
    expect([left(), found.kind === 'candidates' && found.candidates]).toEqual([0, []]);
  });
});

describe('a card with a payment directory that numbers its records from 0', () => {
  const { exchanges, expected } = readVector('paycard-visacardpse');

  it('is found by name, and read', async () => {
    const script = [...pick(exchanges, 0, 2, 3, 3, 4, 5, 6), ...exchanges.slice(-2)];
    const { line, left } = await cardScript(script);
    const candidate = only(await buildCandidates(line, [{ aid: fromHex('A0000000421010'), asi: 'exact' }]));
    expect(candidate).toMatchObject({ label: 'CB', preferredName: 'TRANSACTION CB', priority: 1, from: 'list' });
    const selected = await selectApplication(line, candidate);
    if (selected.kind !== 'selected') throw new Error(selected.kind);
    expect(selected.fci).toMatchObject({ languages: ['fr'], logEntry: { sfi: 11, records: 30 } });
    const session = new Session(line, new Map());
    const initiated = await initiate(session, selected.fci);
    const afl = initiated.kind === 'initiated' ? initiated.afl : [];
    expect(afl.map(({ sfi, first, last }) => [sfi, first, last])).toEqual([
      [1, 2, 2],
      [2, 1, 2],
      [2, 4, 4],
      [3, 1, 5],
    ]);
    // The published trace has the first of these records only.
    await readApplicationData(session, afl.slice(0, 1), { mandatory: [] });
    expect(hex(session.card.get(0x57))?.split('D')[0]).toBe(expected['pan']);
    const format = await getData(session, 0x9f4f);
    // The file of the vector names 9F27 first among its tags of one byte; the list of the card is what counts.
    expect(parseFormat(format.kind === 'value' ? format.value : undefined)).toEqual([
      ['9F02', 6],
      ['9F27', 1],
      ['9F1A', 2],
      ['5F2A', 2],
      ['9A', 3],
      ['9C', 1],
    ]);
    expect(await getData(session, 0x9f17)).toEqual({ kind: 'value', value: fromHex('03') });
    expect(await getData(session, 0x9f36)).toEqual({ kind: 'value', value: fromHex('062C') });
    expect(left()).toBe(0);
  });
});

describe('a card with a log format of unknown tags', () => {
  const { exchanges, expected } = readVector('paycard-mastercardppse2');

  it('is selected by name, and read', async () => {
    const { line } = await cardScript([NO_DIRECTORY, ...pick(exchanges, 1, 1, 2, 3), ...exchanges.slice(-2)]);
    const candidate = only(await buildCandidates(line, [{ aid: fromHex('A0000000041010'), asi: 'exact' }]));
    const selected = await selectApplication(line, candidate);
    if (selected.kind !== 'selected') throw new Error(selected.kind);
    // Its preferred name is in a code table that this terminal has not.
    expect(selected.fci).not.toHaveProperty('preferredName');
    expect(selected.fci).toMatchObject({ label: 'DEBIT MASTERCARD', logEntry: { sfi: 11, records: 10 } });
    expect(hex(selected.fci.pdol)).toBe('9F5C08');
    const session = new Session(line, new Map());
    await readApplicationData(session, parseAfl(fromHex('08010100')) as AflEntry[], { mandatory: [] });
    expect(session.card.has(0x9f6b)).toBe(true);
    const format = await getData(session, 0x9f4f);
    expect(parseFormat(format.kind === 'value' ? format.value : undefined)).toEqual(expected['logFormat']);
    expect(await getData(session, 0x9f17)).toMatchObject({ kind: 'value' });
    expect(await getData(session, 0x9f36)).toMatchObject({ kind: 'value' });
  });
});

describe('a card on T=0 that keeps its answer for GET RESPONSE', () => {
  it('is found by the beginning of its name', async () => {
    const { exchanges } = readVector('paycard-wrappertestsw-61');
    const [select, response] = exchanges as [Exchange, Exchange];
    // The class and instruction of the published GET RESPONSE are a defect of the publisher (see the file).
    const script = [select, { ...response, c: '00C0000033' }, selectExchange('A000000003', '6A82', '02')];
    const { line, left } = await cardScript(script);
    const search = { pse: false };
    const found = await buildCandidates(line, [{ aid: fromHex('A000000003'), asi: 'partial' }], search);
    expect(only(found)).toMatchObject({ label: 'VISA DEBIT', preferredName: 'VISA', aid: fromHex('A0000000031010') });
    expect(left()).toBe(0);
  });
});

describe('a debit card of UnionPay', () => {
  const { exchanges, expected } = readVector('pboc-debit-directory-and-qpboc-gpo');
  const TERMINAL = {
    '9F66': '36800000',
    '9F02': '000000000001',
    '9F03': '000000000000',
    '9F1A': '0156',
    '5F2A': '0156',
    '9A': '170601',
    '9C': '00',
    '9F37': '2B29EBE4',
  };

  it('asks in its PDOL for what the published command has', async () => {
    const fci = parseFci(fromHex((exchanges[1] as Exchange).r).subarray(0, -2));
    if (fci === undefined) throw new Error('malformed');
    expect(parseFormat(fci.pdol)).toEqual(expected['pdol']);
    const { session, left } = await sessionOver(pick(exchanges, 2), TERMINAL);
    // Its answer is one for contactless, without a file locator: no contact terminal goes on with it.
    await expect(initiate(session, fci)).rejects.toMatchObject({ decision: { rule: { id: 'afl-malformed' } } });
    expect(left()).toBe(0);
    expect(hex(session.card.get(0x82))).toBe(expected['aip']);
    expect(hex(session.card.get(0x9f36))).toBe(expected['atc']);
    expect(hex(session.card.get(0x9f26))).toBe(expected['ac']);
    expect(hex(session.card.get(0x9f5d))).toBe(expected['availableOfflineAmount']);
  });
});

interface Profile {
  readonly pse: { readonly fci: string; readonly records: Readonly<Record<string, string>> };
  readonly application: {
    readonly aid: string;
    readonly fciContact: string;
    readonly debitCredit: { readonly aip: string; readonly afl: string };
    readonly eCash: { readonly aip: string; readonly afl: string };
    readonly records: Readonly<Record<string, string>>;
    readonly getData: Readonly<Record<string, string>>;
  };
}

describe('the UnionPay laboratory card', () => {
  const { pse, application } = readVector<Profile>('upi-test-card-0031-profile');
  const { records } = application;
  const read = (...keys: readonly string[]) =>
    keys.map((key) => {
      const [file = 0, number = 0] = key.split('.').map(Number);
      return recordExchange(file, number, `${records[key]}9000`);
    });

  it('is found in its directory, and selected', async () => {
    const { line, left } = await cardScript([
      selectExchange('315041592E5359532E4444463031', `${pse.fci}9000`),
      recordExchange(1, 1, `${pse.records['1']}9000`),
      recordExchange(1, 2, '6A83'),
      selectExchange(application.aid, `${application.fciContact}9000`),
    ]);
    const candidate = only(await buildCandidates(line, [{ aid: fromHex('A0000003330101'), asi: 'partial' }]));
    expect(candidate).toMatchObject({ label: 'PBOC Credit', preferredName: 'CARD IMAGE 0029', from: 'pse' });
    expect(await selectApplication(line, candidate)).toMatchObject({
      kind: 'selected',
      fci: {
        preferredName: 'CARD IMAGE 0031',
        languages: ['zh', 'en', 'fr', 'de'],
        logEntry: { sfi: 11, records: 10 },
      },
    });
    expect(left()).toBe(0);
  });

  it.each([
    ['debit and credit', 'debitCredit', '00', ['1.1', '2.1', '2.2', '3.1', '3.2', '4.1', '4.2', '4.3'], false],
    ['e-cash', 'eCash', '01', ['1.1', '2.1', '2.2', '3.1', '3.2', '3.3', '3.4', '4.1', '4.2'], true],
  ] as const)('is read for %s', async (_, side, wanted, keys, eCash) => {
    const { aip, afl } = application[side];
    const { session, left } = await sessionOver(
      [
        {
          c: `80A8000021831F0156${wanted}0000000001000156${'00'.repeat(20)}00`,
          r: `${object('80', aip + afl)}9000`,
        },
        ...read(...keys),
      ],
      { '9F1A': '0156', '9F7A': wanted, '9F02': '000000000100', '5F2A': '0156' },
    );
    const fci = parseFci(fromHex(application.fciContact));
    const initiated = fci && (await initiate(session, fci));
    if (initiated?.kind !== 'initiated') throw new Error(`${initiated?.kind}`);
    const authenticated = await readApplicationData(session, initiated.afl);
    expect(authenticated.map(({ sfi, record }) => [sfi, toHex(record)])).toEqual([[3, records['3.1']]]);
    expect(hex(session.card.get(0x5a))).toBe('6228000100001117');
    expect(session.card.has(0x9f74)).toBe(eCash);
    expect(left()).toBe(0);
  });

  it.each(Object.entries(application.getData))('gives %s by GET DATA', async (tag, value) => {
    const { session } = await sessionOver([{ c: `80CA${tag}00`, r: `${object(tag, value)}9000` }]);
    expect(await getData(session, Number.parseInt(tag, 16))).toEqual({ kind: 'value', value: fromHex(value) });
  });
});
