import { inspectAtr } from '../../../apdu/atr.ts';
import { concat } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { T1 } from '../../../apdu/t1.ts';
import type { CardSaid, Seat } from './seat.ts';

/** Rounds of GET RESPONSE that a unit makes for one command. */
const MOST_ROUNDS = 256;

/** The protocol that the card in a seat speaks after reset. */
export function protocolOf(atr: Uint8Array): 0 | 1 {
  return inspectAtr(atr).atr.defaultProtocol === 1 ? 1 : 0;
}

/**
 * A whole APDU to a card, as a unit sends it that carries APDUs: in blocks to a card with T=1; with T=0 the unit keeps Le back,
 * follows 61xx and corrects the Le of 6Cxx (iso7816.md 4).
 */
export async function sendApdu(seat: Seat, apdu: Uint8Array): Promise<CardSaid> {
  if (seat.t1 !== undefined) return inBlocks(seat, seat.t1, apdu);
  const lc = apdu.length > 5 ? (apdu[4] ?? 0) : 0;
  const withLe = apdu.length === 5 || apdu.length === 6 + lc;
  const expected = withLe ? apdu.at(-1) || 0x100 : 0;
  const first = apdu.length === 4 ? concat([apdu, Uint8Array.of(0)]) : apdu.subarray(0, lc > 0 ? 5 + lc : 5);
  const said = await withRightLe(seat, first);
  return said.kind === 'answer' ? collect(seat, said.bytes, expected) : said;
}

async function inBlocks(seat: Seat, t1: T1, apdu: Uint8Array): Promise<CardSaid> {
  const exchange = t1.exchange(apdu);
  try {
    let step = exchange.next();
    while (!step.done) {
      const said = await seat.send(step.value.block);
      if (said.kind === 'gone') return said;
      step = exchange.next(said.kind === 'answer' ? said.bytes : 'timeout');
    }
    return { kind: 'answer', bytes: step.value };
  } catch (error) {
    if (!(error instanceof SscardError)) throw error;
    return { kind: 'mute' };
  }
}

async function withRightLe(seat: Seat, tpdu: Uint8Array): Promise<CardSaid> {
  const said = await seat.send(tpdu);
  if (said.kind !== 'answer' || tpdu.length > 5 || said.bytes.at(-2) !== 0x6c) return said;
  return seat.send(concat([tpdu.subarray(0, 4), said.bytes.subarray(-1)]));
}

async function collect(seat: Seat, first: Uint8Array, expected: number): Promise<CardSaid> {
  let data = first.subarray(0, -2);
  let status = first.subarray(-2);
  for (let round = 0; status[0] === 0x61 && data.length < expected && round < MOST_ROUNDS; round++) {
    const length = Math.min(status[1] || 0x100, expected - data.length) & 0xff;
    const said = await withRightLe(seat, Uint8Array.of(0x00, 0xc0, 0x00, 0x00, length));
    if (said.kind !== 'answer') return said;
    data = concat([data, said.bytes.subarray(0, -2)]);
    status = said.bytes.subarray(-2);
  }
  return { kind: 'answer', bytes: concat([data, status]) };
}
