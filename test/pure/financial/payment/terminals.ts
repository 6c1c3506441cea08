import { fromHex } from '../../../../apdu/bytes.ts';
import type { PaymentRequest } from '../../../../src/financial/payment/request.ts';
import type { ApplicationParameters, TerminalConfig } from '../../../../src/financial/payment/terminal.ts';

/** Action codes and floor limit of the public UnionPay parameter lists (emv-pboc.md 4.6). */
export const UNIONPAY: ApplicationParameters = {
  aid: fromHex('A0000003330101'),
  asi: 'partial',
  version: fromHex('0030'),
  actionCodes: {
    denial: fromHex('0010000000'),
    online: fromHex('D84004F800'),
    default: fromHex('D84000A800'),
  },
  floorLimit: 50_000,
};

/** Attended terminal of a merchant, all methods of verification and authentication, with and without the host. */
export const TERMINAL: TerminalConfig = {
  country: 156,
  type: 22,
  capabilities: fromHex('E0F8C8'),
  additionalCapabilities: fromHex('FF80F0A001'),
  serial: '12345678',
  applications: [UNIONPAY],
};

export const YUAN = { code: 156, exponent: 2 } as const;

/** 100.00 yuan for goods, at a date on which every card of the tests is valid. */
export const PURCHASE: PaymentRequest = {
  service: 'goods',
  amount: 10_000,
  currency: YUAN,
  at: new Date(2026, 2, 15, 10, 11, 12),
  sequence: 7,
};
