import { concat } from '../../apdu/bytes.ts';
import { SscardError } from '../../apdu/errors.ts';
import { exchange, refused } from '../../drivers/exchange.ts';
import { equalInConstantTime } from '../crypto/compare.ts';
import type { Unavailable } from '../keys/provider.ts';
import { keyNamed, referenceOf } from './authentication.ts';
import { identityOf } from './card-facts.ts';
import type { Flow } from './flow.ts';
import type { Where } from './steps.ts';

const BLOCK = 8;

/** What internal authentication says about the chip (7.3 c). `not-tested` is no verdict. */
export type Genuineness =
  | { readonly kind: 'genuine' }
  | { readonly kind: 'not-genuine' }
  | { readonly kind: 'not-tested'; readonly reason: Unavailable | 'no-provider' | 'card-unidentified' };

/**
 * Asks the card for a cryptogram under its IRK over two random numbers of ours, and compares it with the provider's.
 * Nothing is sent where no provider has the key.
 * @throws SscardError `card-refused`, `answer-malformed`, and what channel and provider throw
 */
export async function checkGenuine(flow: Flow): Promise<Genuineness> {
  const { line, profile, keys, random } = flow;
  if (keys === undefined) return { kind: 'not-tested', reason: 'no-provider' };
  const card = identityOf(flow, profile);
  if (card === undefined) return { kind: 'not-tested', reason: 'card-unidentified' };
  const key = keyNamed(profile, 'SSSE', 'IRK');
  const [factor, data] = [random(BLOCK), random(BLOCK)];
  const expected = await keys.cryptogram({ card, key: referenceOf(key), challenge: factor, data }, line.waiting);
  if (expected.kind === 'unavailable') return { kind: 'not-tested', reason: expected.reason };
  const where: Where = { step: 'internal-authentication', place: 'SSSE IRK' };
  const command = { cla: 0x00, ins: 0x88, p1: 0x00, p2: 0x00, data: concat([factor, data]), le: BLOCK };
  const answer = await exchange(line, command, where);
  if (answer.sw !== 0x9000) throw refused(answer.sw, where);
  if (answer.data.length !== BLOCK) throw new SscardError('answer-malformed', `not ${BLOCK} bytes`, { ...where });
  return { kind: equalInConstantTime(answer.data, expected.value) ? 'genuine' : 'not-genuine' };
}
