import { type Answer, type CardCore, type CommandRules, done, inSocial, type LineCommand } from './command.ts';
import { reloadInTheClear } from './commands-pin-reset.ts';
import { isPin, LONGEST_PIN, SHORTEST_PIN, storePin } from './pin-cell.ts';

function verify(card: CardCore, { p1, p2, data }: LineCommand): Answer {
  if (p1 !== 0 || p2 !== 0) return { sw: 0x6a86 };
  if (!inSocial(card.session)) return { sw: 0x6985 };
  const left = card.contents.pin[0] ?? 0;
  if (data === undefined) return left === 0 ? { sw: 0x6983 } : { sw: 0x63c0 | left };
  if (data.length < SHORTEST_PIN || data.length > LONGEST_PIN) return { sw: 0x6700 };
  const refused = present(card, data);
  if (refused !== undefined) return refused;
  card.memory.store(card.contents.pin, Uint8Array.of(card.contents.pinTries));
  card.session.pinVerified = true;
  return done;
}

/** `80 5E 01 00`: old PIN ‖ FF ‖ new PIN; needs no VERIFY before (6.6). */
function changePin(card: CardCore, { p1, p2, data }: LineCommand): Answer {
  if (p1 !== 1 || p2 !== 0) return { sw: 0x6a86 };
  if (!inSocial(card.session)) return { sw: 0x6985 };
  if (data === undefined || data.length < 2 * SHORTEST_PIN + 1 || data.length > 2 * LONGEST_PIN + 1)
    return { sw: 0x6700 };
  const separator = data.indexOf(0xff);
  const next = data.subarray(separator + 1);
  if (separator < SHORTEST_PIN || separator > LONGEST_PIN || !isPin(next)) return { sw: 0x6a80 };
  const refused = present(card, data.subarray(0, separator));
  if (refused !== undefined) return refused;
  storePin(card, next);
  return done;
}

/** Spends a try, then compares. @returns the refusal, or nothing when the PIN is right. */
function present(card: CardCore, pin: Uint8Array): Answer | undefined {
  const { contents, session, memory } = card;
  const left = contents.pin[0] ?? 0;
  if (left === 0) return { sw: 0x6983 };
  memory.store(contents.pin, Uint8Array.of(left - 1));
  if (isSame(contents.pin.subarray(1), pin)) return undefined;
  session.pinVerified = false;
  return { sw: 0x63c0 | (left - 1) };
}

/** The stored block is filled with FF; a presented PIN is not, beyond the half byte of an odd count. */
function isSame(stored: Uint8Array, pin: Uint8Array): boolean {
  return stored.every((byte, at) => byte === (pin[at] ?? 0xff)) && pin.at(-1) !== 0xff;
}

/** `80 5E`: CHANGE PIN (P1 01), or the reload in the clear where the card has that one. */
function changeOrReload(card: CardCore, command: LineCommand): Answer {
  const reloads = command.p1 === 0 && card.contents.image.pinReload === '805E0000';
  return reloads ? reloadInTheClear(card, command) : changePin(card, command);
}

/** VERIFY and CHANGE PIN (5, 6.6). */
export const pinCommands: CommandRules = {
  '0020': { form: 'sends', run: verify },
  '805E': { form: 'sends', run: changeOrReload },
};
