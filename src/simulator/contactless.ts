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
  const withData = command.length > 5;
  const end = 5 + (command[4] ?? 0);
  const le = (withData ? command[end] : command[4]) ?? 0;
  let answer = await card.process(withData && command.length === end + 1 ? command.subarray(0, end) : command);
  const [sw1, sw2 = 0] = answer.subarray(-2);
  if (sw1 === 0x6c) answer = await card.process(concat([command.subarray(0, 4), Uint8Array.of(sw2)]));
  if (withData && (sw1 === 0x61 || sw1 === 0x62)) answer = await fetched(card, answer);
  const body = answer.subarray(0, -2);
  return concat([le === 0 ? body : body.subarray(0, le), answer.subarray(-2)]);
}

/** With what waits for GET RESPONSE; a warning stays. */
async function fetched(card: VirtualCard, answer: Uint8Array): Promise<Uint8Array> {
  const kept = await card.process(Uint8Array.of(0x00, 0xc0, 0x00, 0x00, 0x00));
  return answer[0] === 0x61 ? kept : concat([kept.subarray(0, -2), answer]);
}
