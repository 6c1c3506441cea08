import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fromProfile } from '../../../src/simulator/financial/from-profile.ts';
import { checkFinancialImage } from '../../../src/simulator/financial/image-check.ts';
import { checkShape } from '../../../src/simulator/shape.ts';

const profile = () =>
  JSON.parse(
    readFileSync(new URL('../../../fixtures/vectors/emv/upi-test-card-0031-profile.json', import.meta.url), 'utf8'),
  );

it('the laboratory card: bytes as its profile has them', () => {
  const { application, pse } = profile();
  const image = fromProfile(profile(), 'lab.json');
  expect(image).toMatchObject({
    directory: { fci: pse.fci, sfi: 1, records: [pse.records[1]] },
    aid: application.aid,
    fci: application.fciContact,
    dataSets: [
      { eCash: false, ...application.debitCredit },
      { eCash: true, ...application.eCash },
    ],
    records: application.records,
    pin: { tries: 3, triesLeft: 3 },
    state: { atc: 0, lastOnlineAtc: '01', balance: '000000000000' },
  });
});

it('counters are state, and all else is data', () => {
  const { '9F36': _, '9F13': __, '9F17': ___, '9F79': ____, ...data } = profile().application.getData;
  expect(fromProfile(profile(), 'lab.json').data).toEqual(data);
});

it('gives what a card file may hold', () => {
  expect(() => checkShape(fromProfile(profile(), 'lab.json'), 'lab.json', checkFinancialImage)).not.toThrow();
});

it.each([
  ['application.pin', (value: ReturnType<typeof profile>) => (value.application.pin = '12')],
  ['application.fciContact', (value: ReturnType<typeof profile>) => delete value.application.fciContact],
  ['application.records.31.1', (value: ReturnType<typeof profile>) => (value.application.records['31.1'] = '7000')],
  ['application.getData.9F36', (value: ReturnType<typeof profile>) => delete value.application.getData['9F36']],
  ['application.getData.9F77', (value: ReturnType<typeof profile>) => (value.application.getData['9F77'] = 'xx')],
  ['cardKeys', (value: ReturnType<typeof profile>) => (value.cardKeys = [])],
  ['iccPrivateKey.p', (value: ReturnType<typeof profile>) => (value.iccPrivateKey.p = 3)],
  ['pse.fci', (value: ReturnType<typeof profile>) => (value.pse.fci = '6F00')],
  ['pse.records.3', (value: ReturnType<typeof profile>) => (value.pse.records[3] = '7000')],
])('another shape is refused with the member: %s', (place, change) => {
  const value = profile();
  change(value);
  expect(() => fromProfile(value, 'lab.json')).toThrow(
    expect.objectContaining({ code: 'sim-file-malformed', details: { place: `lab.json: ${place}` } }),
  );
});

it.each([[null], ['text'], [[]], [{}]])('%o is refused', (value) => {
  expect(() => fromProfile(value, 'lab.json')).toThrow(expect.objectContaining({ code: 'sim-file-malformed' }));
});
