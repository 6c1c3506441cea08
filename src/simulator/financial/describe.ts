import { decodeBerTlv, findTag } from '../../../apdu/ber-tlv.ts';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { FinancialImage } from './image.ts';

/** What is on the bank side of a card, without anything secret: for `sim show`. */
export interface BankDescription {
  readonly aid: string;
  /** Masked: the first six digits and the last four. Null: no record has a number. */
  readonly accountNumber: string | null;
  /** `YYYY-MM-DD`; null: no record has a date. */
  readonly expiry: string | null;
  readonly algorithms: readonly ('rsa' | 'sm2')[];
  readonly blocked: boolean;
  readonly atc: number;
  readonly lastOnlineAtc: number;
  readonly pin: { readonly tries: number; readonly triesLeft: number };
  /** E-cash, fen; null: the card has none. */
  readonly balance: number | null;
  readonly logEntries: number;
}

const SHOWN_IN_FRONT = 6;
const SHOWN_BEHIND = 4;

/** What is on the bank side, without keys, PIN and holder. */
export function describeBank(image: FinancialImage): BankDescription {
  const { aid, dataSets, pin, state } = image;
  const algorithms = new Set(dataSets.map(({ algorithm }) => (algorithm === 'SM4' ? 'sm2' : 'rsa') as 'rsa' | 'sm2'));
  return {
    aid,
    accountNumber: masked(firstValue(image, 0x5a)),
    expiry: dateOf(firstValue(image, 0x5f24)),
    algorithms: [...algorithms],
    blocked: state.blocked,
    atc: state.atc,
    lastOnlineAtc: Number.parseInt(state.lastOnlineAtc, 16),
    pin: { tries: pin.tries, triesLeft: pin.triesLeft },
    balance: state.balance === undefined ? null : Number(state.balance),
    logEntries: state.log.length,
  };
}

/** In the first record that has it, hex; a record of a file may be no template at all. */
function firstValue({ records }: FinancialImage, tag: number): string | undefined {
  for (const record of Object.values(records)) {
    try {
      const found = findTag(decodeBerTlv(fromHex(record), { padding: true }), tag);
      if (found) return toHex(found.value);
    } catch (error) {
      if (!(error instanceof SscardError)) throw error;
    }
  }
  return undefined;
}

/** Of the length it has; one too short to be masked is hidden whole. */
function masked(value: string | undefined): string | null {
  const digits = value?.replace(/F+$/, '');
  if (digits === undefined || !/^\d+$/.test(digits)) return null;
  const hidden = digits.length - SHOWN_IN_FRONT - SHOWN_BEHIND;
  if (hidden <= 0) return '*'.repeat(digits.length);
  return digits.slice(0, SHOWN_IN_FRONT) + '*'.repeat(hidden) + digits.slice(-SHOWN_BEHIND);
}

/** Years 00 to 49 are 20xx (4.3). */
function dateOf(value: string | undefined): string | null {
  const [, year = '', month, day] = /^(\d\d)(\d\d)(\d\d)$/.exec(value ?? '') ?? [];
  if (month === undefined) return null;
  return `${Number(year) < 50 ? '20' : '19'}${year}-${month}-${day}`;
}
