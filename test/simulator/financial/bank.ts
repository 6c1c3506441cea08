import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { scriptMac } from '../../../src/crypto/emv-cryptograms.ts';
import { pbocSessionKey } from '../../../src/crypto/emv-keys.ts';
import { encipherData } from '../../../src/crypto/secure-messaging.ts';
import type { SimulatedCard, SimulatedCardOptions } from '../../../src/simulator/card.ts';
import type { FinancialImage, FinancialState, LastTransaction } from '../../../src/simulator/financial/image.ts';
import { poweredCard } from '../cards.ts';
import { laboratoryBank } from './laboratory.ts';

export const SELECT_BANK = '00A4040008A000000333010101';
export const RIGHT_PIN = '0020008008241234FFFFFFFFFF';
export const WRONG_PIN = '0020008008241235FFFFFFFFFF';

/** The golden social card with the laboratory's bank side on it, changed before it is made. */
export function poweredBank(
  change: (bank: FinancialImage) => FinancialImage = (bank) => bank,
  id = 'laboratory',
  options: SimulatedCardOptions = {},
): Promise<SimulatedCard> {
  return poweredCard((image) => ({ ...image, financial: change(laboratoryBank(id)) }), options);
}

/** The laboratory's bank side with other data objects and another past. */
export function bankWith(
  data: Readonly<Record<string, string>>,
  state: Partial<FinancialState> = {},
  last: Partial<LastTransaction> = {},
): (bank: FinancialImage) => FinancialImage {
  return (bank) => ({
    ...bank,
    data: { ...bank.data, ...data },
    state: { ...bank.state, ...state, last: { ...bank.state.last, ...last } },
  });
}

/** What the terminal gives in its lists, hex, in the order of the laboratory's PDOL and CDOLs. */
export interface Given {
  readonly eCash?: string;
  readonly amount?: string;
  readonly country?: string;
  readonly currency?: string;
  readonly tvr?: string;
  readonly unpredictable?: string;
}

export function initiate({ eCash = '00', amount = '000000010000', country = '0156', currency = '0156' }: Given = {}) {
  return `80A8000021831F${country}${eCash}${amount}${currency}${'00'.repeat(20)}`;
}

export function first(p1: string, given: Given = {}): string {
  return `80AE${p1}0020${cdol(given)}`;
}

/** @param code two bytes of tag 8A, hex */
export function second(p1: string, code = '3030', given: Given = {}): string {
  return `80AE${p1}0022${code}${cdol(given)}`;
}

function cdol(given: Given): string {
  const { amount = '000000010000', country = '0156', currency = '0156', tvr = '0000000000' } = given;
  return `${amount}000000000000${country}${tvr}${currency}26031510111200${given.unpredictable ?? '11223344'}`;
}

/** The answers, data of GET RESPONSE included. */
export function ask(card: SimulatedCard, ...commands: string[]): string[] {
  return commands.map((command) => {
    const answer = toHex(card.process(fromHex(command)));
    return /^6[12]..$/.test(answer) ? toHex(card.process(fromHex('00C0000000'))) : answer;
  });
}

/** The last answer. */
export function last(card: SimulatedCard, ...commands: string[]): string {
  return ask(card, ...commands).at(-1) ?? '';
}

/** A cryptogram answered in template 80. */
export interface Answered {
  /** Tag 9F27, hex. */
  readonly information: string;
  readonly cryptogram: string;
  /** Four bytes, hex. */
  readonly cvr: string;
  readonly issuerData: string;
}

export function readAnswer(answer: string): Answered {
  const issuerData = answer.slice(26, -4);
  return {
    information: answer.slice(4, 6),
    cryptogram: answer.slice(10, 26),
    issuerData,
    cvr: issuerData.slice(6, 14),
  };
}

/** Selects, begins, and asks for a first cryptogram; whatever `before` it. */
export function transaction(card: SimulatedCard, p1: string, given: Given = {}, ...before: string[]): Answered {
  return readAnswer(last(card, SELECT_BANK, initiate(given), ...before, first(p1, given)));
}

/** `information cvr` of an answer: what most rules show in. */
export const shown = ({ information, cvr }: Answered) => `${information} ${cvr}`;

/** A script command as the laboratory's issuer protects it. @param head CLA INS P1 P2 @param atc of the transaction */
export function script(head: string, data: string, atc: number, cryptogram: string): string {
  const key = fromHex(laboratoryBank().keys['3DES']?.mac ?? '');
  const counter = Uint8Array.of(atc >> 8, atc & 0xff);
  const header = fromHex(`${head}${toHex(Uint8Array.of(data.length / 2 + 4))}`);
  const session = pbocSessionKey('3DES', key, counter);
  const mac = scriptMac('3DES', session, header, counter, fromHex(cryptogram), fromHex(data));
  return `${toHex(header)}${data}${toHex(mac)}`;
}

/**
 * Data of PIN CHANGE in the laboratory's first transaction (7.5): the block, XOR bytes 5 to 8 of the key, enciphered.
 * @param block `0N`, the digits, F
 */
export function newPin(block: string): string {
  const key = fromHex(laboratoryBank().keys['3DES']?.enc ?? '');
  const plain = fromHex(block).map((byte, at) => (at < 4 ? byte : byte ^ (key[at] ?? 0)));
  return toHex(encipherData('3DES', pbocSessionKey('3DES', key, Uint8Array.of(0, 1)), plain));
}

/** EXTERNAL AUTHENTICATE with a response that is no issuer's. */
export const WRONG_RESPONSE = '008200000A00000000000000003030';
