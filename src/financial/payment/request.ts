import { packedDay, packedTime } from '../dates.ts';
import { numeric } from '../numbers.ts';

/** What is paid for. `cashback` buys and takes cash: `amount` has both. */
export type Service = 'goods' | 'services' | 'cash' | 'cashback';

/** One payment. Amounts are whole numbers of the currency's minor unit: fen. */
export interface PaymentRequest {
  readonly service: Service;
  /** Tag 9F02: all that is to be paid, cash back with it. */
  readonly amount: number;
  /** Tag 9F03: the cash part of a `cashback`. */
  readonly cashback?: number;
  readonly currency: Currency;
  /** Local time of this machine goes to the card. Default: now. */
  readonly at?: Date;
  /** Tag 9F41, the terminal's own count of transactions, up to eight digits. */
  readonly sequence: number;
  /** The merchant wants the host's word (TVR 4.4). */
  readonly forceOnline?: boolean;
}

/** Tags 5F2A and 5F36: ISO 4217 number, and how many of the digits are behind the point. Yuan: 156 and 2. */
export interface Currency {
  readonly code: number;
  readonly exponent: number;
}

/** Tag 9C, the first two digits of the ISO 8583 processing code. */
const TYPES: Readonly<Record<Service, number>> = { goods: 0x00, services: 0x00, cash: 0x01, cashback: 0x09 };

/** Tag 9C. */
export const typeOf = ({ service }: PaymentRequest): number => TYPES[service];

/** Data objects of the transaction. @throws RangeError for amounts that are none */
export function requestData(request: PaymentRequest): [number, Uint8Array][] {
  const { amount, cashback = 0, currency, sequence, at = new Date() } = request;
  if ((request.service === 'cashback') !== cashback > 0 || cashback > amount)
    throw new RangeError('a cashback has a cash part of at most its amount, nothing else has one');
  return [
    [0x9f02, numeric(amount, 6)],
    [0x9f03, numeric(cashback, 6)],
    [0x5f2a, numeric(currency.code, 2)],
    [0x5f36, numeric(currency.exponent, 1)],
    [0x9c, Uint8Array.of(typeOf(request))],
    [0x9f41, numeric(sequence, 4)],
    [0x9a, packedDay(at)],
    [0x9f21, packedTime(at)],
  ];
}
