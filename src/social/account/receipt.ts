import { toHex } from '../../../apdu/bytes.ts';
import type { LoadRequest, PurchaseRequest } from '../../keys/provider.ts';
import { type Moment, numberOf } from './layout.ts';
import type { TransactionReceipt } from './outcomes.ts';

/** The receipt of a transaction whose money is about to move. */
export function receiptOf(
  type: TransactionReceipt['type'],
  { card, serial, keyVersion, algorithm, amount, terminal }: LoadRequest | PurchaseRequest,
  more: Moment & {
    readonly oldBalance: number;
    readonly selfPaid?: number;
    readonly pooled?: number;
    readonly terminalSerial?: Uint8Array;
  },
): TransactionReceipt {
  const { oldBalance, selfPaid = 0, pooled = 0, terminalSerial } = more;
  return {
    type,
    cardIdentification: card.cardIdentification,
    serial: numberOf(serial),
    ...{ keyVersion, algorithm, amount, selfPaid, pooled, oldBalance },
    terminal: toHex(terminal),
    terminalSerial: terminalSerial === undefined ? null : toHex(terminalSerial),
    at: formatMoment(more),
    tac: null,
  };
}

/** `20260301`, `101500` as `2026-03-01T10:15:00`: what came is shown, calendar or not. */
function formatMoment({ date, time }: Moment): string {
  return `${toHex(date)}${toHex(time)}`.replace(/^(....)(..)(..)(..)(..)(..)$/, '$1-$2-$3T$4:$5:$6');
}
