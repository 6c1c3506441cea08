import { concat } from '../../apdu/bytes.ts';
import { SscardError } from '../../apdu/errors.ts';
import { exchange, type Line, refused } from '../../drivers/exchange.ts';
import type { CardIdentity, KeyProvider, KeyReference, Unavailable } from '../keys/provider.ts';
import type { CardProfile, KeyDescription } from './profile/profile.ts';
import type { Where } from './steps.ts';

const DONE = 0x9000;
const KEY_LOCKED = 0x6983;

/** What came of an external authentication. Nothing is tried a second time. */
export type Authentication =
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'no-key'; readonly reason: Unavailable }
  /** The card compared, and said no; `triesLeft` as it said. */
  | { readonly kind: 'refused'; readonly triesLeft: number }
  | { readonly kind: 'locked' };

/** A key by its name. @throws RangeError when the description has none of that name: every one has to */
export function keyNamed({ keys }: Pick<CardProfile, 'keys'>, directory: string, name: string): KeyDescription {
  const key = keys.find((one) => one.directory === directory && one.name === name);
  if (key === undefined) throw new RangeError(`no ${name} in ${directory}`);
  return key;
}

/** Where a key is, for its provider. */
export function referenceOf({ directory, name, psam, hsm }: KeyDescription): KeyReference {
  const number = (hex: string) => Number.parseInt(hex, 16);
  return {
    directory,
    name,
    psam: psam === null ? null : { usage: number(psam.usage), id: number(psam.id) },
    hsm: hsm ?? null,
  };
}

/**
 * A challenge of the card, good for one command (6.4).
 * @param length 8; 4 for a MAC in the manner of PBOC
 * @throws SscardError `card-refused`, `answer-malformed`, and what the channel throws
 */
export async function getChallenge(line: Line, length: number, place: string): Promise<Uint8Array> {
  const where: Where = { step: 'get-challenge', place };
  const { data, sw } = await exchange(line, { cla: 0x00, ins: 0x84, p1: 0x00, p2: 0x00, le: length }, where);
  if (sw !== DONE) throw refused(sw, where);
  if (data.length !== length) throw new SscardError('answer-malformed', `not ${length} bytes`, { ...where });
  return data;
}

/**
 * EXTERNAL AUTHENTICATION with a key of the current directory (6.4): the card's last challenge is the factor, and the
 * raw data too. Where no provider has the key, the card's challenge is all that was used up.
 * @throws SscardError `card-refused` for a status word that says nothing about the cryptogram, and what channel and
 * provider throw
 */
export async function authenticate(
  line: Line,
  key: KeyDescription,
  card: CardIdentity,
  keys: KeyProvider,
): Promise<Authentication> {
  const place = `${key.directory} ${key.name}`;
  const challenge = await getChallenge(line, 8, place);
  const request = { card, key: referenceOf(key), challenge, data: challenge };
  const answer = await keys.cryptogram(request, line.waiting);
  if (answer.kind === 'unavailable') return { kind: 'no-key', reason: answer.reason };
  const where: Where = { step: 'external-authentication', place };
  const data = concat([answer.value, challenge]);
  const p2 = Number.parseInt(idOf(key), 16);
  const { sw } = await exchange(line, { cla: 0x00, ins: 0x82, p1: 0x00, p2, data }, where);
  if (sw === DONE) return { kind: 'authenticated' };
  if (sw === KEY_LOCKED) return { kind: 'locked' };
  if (sw >> 4 === 0x63c) return { kind: 'refused', triesLeft: sw & 0x0f };
  throw refused(sw, where);
}

/** Two hex digits: how commands name it. @throws RangeError for a key that no command names */
export function idOf({ id, name }: KeyDescription): string {
  if (id === null) throw new RangeError(`${name} has no key id`);
  return id;
}
