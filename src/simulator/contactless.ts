import { concat } from '../../apdu/bytes.ts';
import type { VirtualCard } from './readers.ts';

/** Historical bytes a card of this project sends (1.1). */
const HISTORICAL = 13;

/**
 * The answer to reset that a PC/SC reader makes up for the contactless side (PC/SC part 3): T=0 and T=1 offered, the
 * historical bytes of the card, a check byte.
 * @param atr of the contact side, without interface bytes after its first group (1.1)
 */
export function contactlessAtr(atr: Uint8Array): Uint8Array {
  const head = Uint8Array.of(0x3b, 0x80 | HISTORICAL, 0x80, 0x01);
  const bytes = concat([head, atr.subarray(-HISTORICAL)]);
  return concat([bytes, Uint8Array.of(bytes.subarray(1).reduce((check, byte) => check ^ byte, 0))]);
}

/**
 * The same card without contacts: blocks (ISO/IEC 14443-4) carry whole commands and whole answers, so nothing waits for
 * GET RESPONSE and no Le is corrected. A command with data and Le gets its data at once; an Le that is too large gets
 * what there is, one that is too small that many bytes of it (ISO/IEC 7816-4: Ne is the most that is expected).
 * @example simReaders(undefined, { card: contactless(card) })
 */
export function contactless(card: VirtualCard): VirtualCard {
  return {
    atr: contactlessAtr(card.atr),
    powerOn: () => card.powerOn(),
    powerOff: () => card.powerOff(),
    reset: () => card.reset(),
    process: (command) => whole(card, command),
  };
}

async function whole(card: VirtualCard, command: Uint8Array): Promise<Uint8Array> {
  const { tpdu, withData, most } = asOnT0(command);
  let answer = await card.process(tpdu);
  const [sw1, sw2 = 0] = answer.subarray(-2);
  if (sw1 === 0x6c) answer = await card.process(concat([command.subarray(0, 4), Uint8Array.of(sw2)]));
  if (withData && (sw1 === 0x61 || sw1 === 0x62)) answer = await fetched(card, answer);
  return concat([answer.subarray(0, -2).subarray(0, most), answer.subarray(-2)]);
}

/** What of a command a card with T=0 takes, and the most that is expected of it; no Le: all there is. */
interface OnT0 {
  readonly tpdu: Uint8Array;
  readonly withData: boolean;
  readonly most?: number;
}

/** Lengths in one or two bytes (ISO/IEC 7816-4, 5.1). What is too long, or is no command, the card is to judge as it is. */
function asOnT0(command: Uint8Array): OnT0 {
  const extended = command.length > 6 && command[4] === 0;
  const [start, width] = extended ? [5, 2] : [4, 1];
  const field = (at: number) => command.subarray(at, at + width).reduce((value, byte) => (value << 8) | byte, 0);
  const ne = (at: number) => field(at) || 1 << (8 * width);
  const header = command.subarray(0, 4);
  if (command.length === start + width) {
    const most = ne(start);
    return { tpdu: concat([header, Uint8Array.of(most < 0x100 ? most : 0)]), withData: false, most };
  }
  const lc = field(start);
  const end = start + width + lc;
  const left = command.length - end;
  if (command.length < start + width || lc === 0 || lc > 0xff || (left !== 0 && left !== width))
    return { tpdu: command, withData: command.length > 5 };
  const tpdu = concat([header, Uint8Array.of(lc), command.subarray(start + width, end)]);
  return { tpdu, withData: true, ...(left > 0 && { most: ne(end) }) };
}

/** With what waits for GET RESPONSE; a warning stays. */
async function fetched(card: VirtualCard, answer: Uint8Array): Promise<Uint8Array> {
  const kept = await card.process(Uint8Array.of(0x00, 0xc0, 0x00, 0x00, 0x00));
  return answer[0] === 0x61 ? kept : concat([kept.subarray(0, -2), answer]);
}
