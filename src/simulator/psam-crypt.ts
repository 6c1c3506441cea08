import { diversify, processKey } from '../crypto/diversify.ts';
import { type Answer, done, keep, type LineCommand } from './command.ts';
import type { PsamCore, PsamRules } from './psam-command.ts';
import { blockBytes, encipher, lastBlock } from './session-keys.ts';

const FACTOR_BYTES = 8;
/** Bits of P1 of the crypt command (7.2). */
const P1 = { mac: 0x01, more: 0x02, initialValue: 0x04 } as const;
/** Kinds of 6.2: 6 MAC, 7 encrypt, 8 both; 9 and 12 exist, their meaning is not public (ASSUMED: both). */
const MAY_ENCIPHER: readonly number[] = [7, 8, 9, 12];
const MAY_MAC: readonly number[] = [6, 8, 9, 12];

/** Master, then the factors from the highest level down: they come card first (7.2). */
export function cardKeyOf(psam: PsamCore, master: Uint8Array, factors: Uint8Array): Uint8Array {
  let key = master;
  for (let at = factors.length - FACTOR_BYTES; at >= 0; at -= FACTOR_BYTES) {
    key = diversify(psam.contents.algorithm, key, factors.subarray(at, at + FACTOR_BYTES));
  }
  return key;
}

/** Usage and id in P1 P2; factors, then the card's challenge. The result is a session key already (7.2). */
function derive(psam: PsamCore, { p1, p2, data }: LineCommand): Answer {
  const { contents, session } = psam;
  delete session.derived;
  const key = contents.keys.find(({ usage, id }) => usage === p1 && id === p2);
  if (session.directory === undefined || key === undefined) return { sw: 0x6a88 };
  const levels = p1 >> 5;
  if (data?.length !== (levels + 1) * FACTOR_BYTES) return { sw: 0x6700 };
  const cardKey = cardKeyOf(psam, key.value, data.subarray(0, -FACTOR_BYTES));
  const value = processKey(contents.algorithm, cardKey, data.slice(-FACTOR_BYTES));
  session.derived = { value, kind: p1 & 0x1f };
  return done;
}

/**
 * Enciphers blocks, or makes a MAC. The derived key serves one operation, ended by a command without `more` (ASSUMED:
 * 7.3 (d) 4 derives again for the MAC); a refused command ends nothing.
 */
function crypt(psam: PsamCore, { p1, p2, data = new Uint8Array() }: LineCommand): Answer {
  const { contents, session } = psam;
  const { derived } = session;
  if (p2 !== 0 || p1 > 7 || (p1 & (P1.mac | P1.initialValue)) === P1.initialValue) return { sw: 0x6a86 };
  const forMac = (p1 & P1.mac) !== 0;
  if (!(forMac ? MAY_MAC : MAY_ENCIPHER).includes(derived?.kind ?? 0) || derived === undefined) return { sw: 0x6985 };
  const block = blockBytes[contents.algorithm];
  if (data.length === 0 || data.length % block !== 0) return { sw: 0x6700 };
  if (!forMac) {
    if ((p1 & P1.more) === 0) delete session.derived;
    return keep(psam, encipher(contents.algorithm, derived.value, data));
  }
  const given = (p1 & P1.initialValue) === 0 ? 0 : block;
  const iv = given > 0 ? data.slice(0, block) : (derived.chain ?? new Uint8Array(block));
  const blocks = data.slice(given);
  const more = (p1 & P1.more) !== 0;
  if (blocks.length === 0 && !more) return { sw: 0x6700 };
  const chain = blocks.length === 0 ? iv : lastBlock(contents.algorithm, derived.value, blocks, iv);
  if (more) {
    derived.chain = chain;
    return done;
  }
  delete session.derived;
  return keep(psam, chain.slice(0, 4));
}

/** `BF DE` of the maker: which derive command a PSAM knows is a fact of its image. */
export const vendorDerive: PsamRules = { BFDE: { form: 'sends', run: derive } };
/** `80 1A` of the standard, the factors in the same order (ASSUMED). */
export const standardDerive: PsamRules = { '801A': { form: 'sends', run: derive } };
/** DES crypt and MAC (7.2). */
export const psamCryptCommands: PsamRules = { '80FA': { form: 'sends', run: crypt } };
