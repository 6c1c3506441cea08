import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../apdu/bytes.ts';
import {
  type ApplicationParameters,
  actionCodesOf,
  applicationData,
  checkTerminal,
  hasPad,
  isAtm,
  type TerminalConfig,
  terminalData,
} from '../../../../src/financial/payment/terminal.ts';
import { TERMINAL, UNIONPAY } from './terminals.ts';

const with_ = (change: Partial<TerminalConfig>) => () => checkTerminal({ ...TERMINAL, ...change });
const app = (change: Partial<ApplicationParameters>) => with_({ applications: [{ ...UNIONPAY, ...change }] });

describe('the configuration of a terminal', () => {
  it('that can be told a card is taken', () => {
    expect(with_({})).not.toThrow();
    expect(app({ randomSelection: { threshold: 100, target: 10, max: 50 } })).not.toThrow();
  });

  it.each([
    ['capabilities', with_({ capabilities: fromHex('E0F8') })],
    ['additionalCapabilities', with_({ additionalCapabilities: fromHex('FF') })],
    ['serial', with_({ serial: '1234567' })],
    ['serial', with_({ serial: '1234567é' })],
    ['type', with_({ type: 27 })],
    ['type', with_({ type: 42 })],
    ['applications', with_({ applications: [] })],
    ['aid', app({ aid: fromHex('A0000003') })],
    ['aid', app({ aid: new Uint8Array(17) })],
    ['version', app({ version: fromHex('30') })],
    ['floorLimit', app({ floorLimit: -1 })],
    ['floorLimit', app({ floorLimit: 2 ** 32 })],
    ['floorLimit', app({ floorLimit: 0.5 })],
    [
      'actionCodes',
      app({ actionCodes: { denial: fromHex('00'), online: new Uint8Array(5), default: new Uint8Array(5) } }),
    ],
    ['target', app({ randomSelection: { threshold: 0, target: 60, max: 50 } })],
    ['target', app({ randomSelection: { threshold: 0, target: 10, max: 100 } })],
    ['threshold', app({ randomSelection: { threshold: 50_001, target: 10, max: 50 } })],
  ])('with a wrong %s is a RangeError that names it', (name, check) => {
    expect(check).toThrow(RangeError);
    expect(check).toThrow(name);
  });

  it('gives a card its objects', () => {
    const given = new Map(terminalData({ ...TERMINAL, sm: true }));
    expect([0x9f1a, 0x9f35, 0xdf69].map((tag) => toHex(given.get(tag) ?? new Uint8Array()))).toEqual([
      '0156',
      '22',
      '01',
    ]);
    const application = new Map(applicationData(UNIONPAY, fromHex('A000000333010101')));
    expect(toHex(application.get(0x9f1b) ?? new Uint8Array())).toBe('0000C350');
  });

  it('without action codes asks for nothing', () => {
    const { actionCodes: _, ...bare } = UNIONPAY;
    expect(Object.values(actionCodesOf(bare)).map(toHex)).toEqual(['0000000000', '0000000000', '0000000000']);
  });

  it('is an ATM by type and what it gives', () => {
    expect(isAtm({ ...TERMINAL, type: 14 })).toBe(true);
    expect(isAtm(TERMINAL)).toBe(false);
    expect(isAtm({ ...TERMINAL, type: 14, additionalCapabilities: fromHex('7F80F0A001') })).toBe(false);
  });

  it('has a pad when one PIN method is there', () => {
    expect(hasPad(TERMINAL)).toBe(true);
    expect(hasPad({ ...TERMINAL, capabilities: fromHex('E028C8') })).toBe(false);
  });
});
