import { type Answer, type CardCore, type CommandRule, done, type LineCommand } from './command.ts';

const SHORTEST = 2;
const LONGEST = 4;

function verify(card: CardCore, { p1, p2, data }: LineCommand): Answer {
  if (p1 !== 0 || p2 !== 0) return { sw: 0x6a86 };
  if (card.session.directory === undefined) return { sw: 0x6985 };
  const left = card.contents.pin[0] ?? 0;
  if (data === undefined) return left === 0 ? { sw: 0x6983 } : { sw: 0x63c0 | left };
  if (data.length < SHORTEST || data.length > LONGEST) return { sw: 0x6700 };
  const refused = present(card, data);
  if (refused !== undefined) return refused;
  card.memory.store(card.contents.pin, Uint8Array.of(card.contents.pinTries));
  card.session.pinVerified = true;
  return done;
}

/** `80 5E 01 00`: old PIN ‖ FF ‖ new PIN; needs no VERIFY before (6.6). */
function changePin(card: CardCore, { p1, p2, data }: LineCommand): Answer {
  if (p1 !== 1 || p2 !== 0) return { sw: 0x6a86 };
  if (card.session.directory === undefined) return { sw: 0x6985 };
  if (data === undefined || data.length < 2 * SHORTEST + 1 || data.length > 2 * LONGEST + 1) return { sw: 0x6700 };
  const separator = data.indexOf(0xff);
  const next = data.subarray(separator + 1);
  if (separator < SHORTEST || separator > LONGEST || !isPin(next)) return { sw: 0x6a80 };
  const refused = present(card, data.subarray(0, separator));
  if (refused !== undefined) return refused;
  const stored = new Uint8Array(1 + LONGEST).fill(0xff);
  stored[0] = card.contents.pinTries;
  stored.set(next, 1);
  // PIN and counter in one write: after a power cut exactly one of the two PINs works.
  card.memory.store(card.contents.pin, stored);
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

/** Two to four bytes of BCD, F only in the last half byte. */
function isPin(bytes: Uint8Array): boolean {
  return (
    bytes.length >= SHORTEST &&
    bytes.length <= LONGEST &&
    bytes.every((byte, at) => byte >> 4 <= 9 && ((byte & 15) <= 9 || ((byte & 15) === 15 && at === bytes.length - 1)))
  );
}

/** VERIFY and CHANGE PIN (5, 6.6). */
export const pinCommands: Readonly<Record<number, CommandRule>> = {
  32: { cla: 0x00, form: 'sends', run: verify },
  94: { cla: 0x80, form: 'sends', run: changePin },
};
