import { fromHex, toHex } from '../../apdu/bytes.ts';
import { type Line, refused } from '../../drivers/exchange.ts';
import type { CardIdentity } from '../keys/provider.ts';
import { parseCardIdentification } from './identifiers.ts';
import type { CardProfile } from './profile/profile.ts';
import { readRecord } from './record.ts';
import { HISTORICAL_BYTES, resetInformation } from './reset-information.ts';

const FACTOR_BYTES = 8;
const SERIAL_BYTES = 6;

/** What one card says about itself before any act. */
export interface CardFacts {
  /** 卡识别码 as it came. */
  readonly identification: Uint8Array;
  /** Division of the city, six digits; null when the 卡识别码 is not of its form. */
  readonly division: string | null;
  /** Historical bytes, hex; null when the answer to reset has none that can be read. */
  readonly resetInformation: string | null;
}

/**
 * Reads 卡识别码, free on every card.
 * @throws SscardError `card-refused`, `record-malformed`, and what the channel throws
 */
export async function identify(line: Line, { files }: CardProfile, atr: Uint8Array): Promise<CardFacts> {
  const file = files.find(({ directory, ef }) => directory === 'SSSE' && ef === 'EF05');
  const item = file?.items?.find(({ name }) => name === 'cardIdentificationCode');
  if (file === undefined || item?.tag == null) throw new RangeError('a profile without 卡识别码');
  const answer = await readRecord(line, { ...file, tag: item.tag, length: item.length });
  if (answer.kind === 'refused') throw refused(answer.sw, answer.where);
  const division = parseCardIdentification(toHex(answer.value))?.division ?? null;
  return { identification: answer.value, division, resetInformation: resetInformation(atr).value };
}

/**
 * What a key provider needs to find this card's keys (1.1, 6.3).
 * @returns undefined when the card does not say enough: without a city or with fewer than 13 historical bytes no key
 * is derived (1.1)
 */
export function identityOf(facts: CardFacts, { security }: CardProfile): CardIdentity | undefined {
  const { identification, division, resetInformation: reset } = facts;
  if (division === null || reset?.length !== 2 * HISTORICAL_BYTES) return undefined;
  const historical = fromHex(reset);
  const factor = new Uint8Array(FACTOR_BYTES);
  factor.set(historical.subarray(security.cardFactor === 'last-eight' ? -FACTOR_BYTES : -SERIAL_BYTES));
  return {
    rule: security.authentication,
    city: division,
    factor,
    resetInformation: reset,
    cardIdentification: toHex(identification),
  };
}
