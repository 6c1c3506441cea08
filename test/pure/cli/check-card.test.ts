import { describe, expect, test } from 'vitest';
import {
  applicationFailed,
  checksOf,
  type GenuinenessTest,
  rejectedBy,
  verdictOf,
} from '../../../src/cli/check-card.ts';
import type { BasicInformation, Oddity } from '../../../src/social/basic-information.ts';

const TODAY = '2026-07-01';
const sound: BasicInformation = {
  generation: '2.0',
  division: { code: '320400' },
  socialSecurityNumber: '320499189809044551',
  cardNumber: 'A04991852',
  cardIdentification: '320400D15600000599416A2B003B7F3B',
  name: '张三',
  resetInformation: null,
  specificationVersion: '2.00',
  issueDate: '2021-08-03',
  validUntil: '2031-08-02',
  terminalNumber: null,
  terminalDeviceNumber: null,
  sex: null,
  ethnicity: null,
  birthDate: '1898-09-04',
  personNumber: null,
  withheld: [],
  oddities: [],
};
const odd = (field: Oddity['field'], kind: Oddity['kind']): Partial<BasicInformation> => ({
  oddities: [{ field, kind }],
});
const look = (card: Partial<BasicInformation> = {}, genuineness: GenuinenessTest = { kind: 'genuine' }) => {
  const checks = checksOf({ ...sound, ...card }, genuineness, TODAY);
  return { verdict: verdictOf(checks), by: rejectedBy(checks), checks };
};

describe('the verdict on a card', () => {
  test('normal: genuine, and nothing is odd', () => {
    const { verdict, checks } = look();
    expect(verdict).toBe('normal');
    expect(checks.every(({ result, reason }) => result === 'passed' && reason === null)).toBe(true);
  });

  test.each<GenuinenessTest>([
    { kind: 'not-tested', reason: 'no-provider' },
    { kind: 'not-tested', reason: 'no-psam' },
    { kind: 'not-tested', reason: 'card-refused' },
  ])('warning: genuineness is %j', (genuineness) => {
    const { verdict, checks } = look({}, genuineness);
    expect([verdict, checks[1]]).toMatchObject(['warning', { result: 'skipped' }]);
  });

  test('reject: the chip is not genuine', () => {
    expect(look({}, { kind: 'not-genuine' })).toMatchObject({ verdict: 'reject', by: 'genuineness' });
  });

  test.each<[Oddity['field'], Oddity['kind']]>([
    ['cardNumber', 'check-digit'],
    ['cardNumber', 'form'],
    ['socialSecurityNumber', 'check-digit'],
    ['socialSecurityNumber', 'undecodable'],
    ['cardIdentification', 'form'],
    ['cardIdentification', 'empty'],
  ])('reject: %s %s', (field, kind) => {
    expect(look(odd(field, kind))).toMatchObject({ verdict: 'reject', by: field });
  });

  test('a number that needs a key lowers nothing', () => {
    const { verdict, checks } = look({ withheld: [{ field: 'socialSecurityNumber', reason: 'no-key' }] });
    expect(verdict).toBe('normal');
    expect(checks).toContainEqual({ name: 'socialSecurityNumber', result: 'skipped', reason: 'no-key' });
  });

  test.each<[string, Partial<BasicInformation>, string]>([
    ['expired', { validUntil: '2026-06-30' }, 'expired'],
    ['no such date', { validUntil: null, ...odd('validUntil', 'date-impossible') }, 'date-impossible'],
    ['valid until before it was issued', odd('validUntil', 'disagrees'), 'disagrees'],
  ])('warning: %s', (_name, card, reason) => {
    const { verdict, checks } = look(card);
    expect(verdict).toBe('warning');
    expect(checks).toContainEqual({ name: 'validity', result: 'failed', reason });
  });

  test('the last day counts', () => {
    expect(look({ validUntil: TODAY }).verdict).toBe('normal');
  });

  test('warning: odd data, each with its field', () => {
    const oddities: Oddity[] = [
      { field: 'sex', kind: 'disagrees' },
      { field: 'cardNumber', kind: 'length' },
    ];
    const { verdict, checks } = look({ oddities });
    expect(verdict).toBe('warning');
    expect(checks.at(-1)).toEqual({ name: 'content', result: 'failed', reason: 'sex:disagrees cardNumber:length' });
  });

  test('reject: the application is not there or blocked; nothing else can be looked at', () => {
    const checks = applicationFailed('application-blocked');
    expect([verdictOf(checks), rejectedBy(checks)]).toEqual(['reject', 'application']);
    expect(checks.slice(1).every(({ reason }) => reason === 'not-reached')).toBe(true);
  });
});
