import { fromHex, toHex } from '../../apdu/bytes.ts';
import { encryptEcb } from '../crypto/blocks.ts';
import type { RandomBytes } from '../crypto/random.ts';
import type { CardImage } from './image.ts';

/** An invented holder and the answer to reset of the card; `items` by the profile's item names. */
export interface InventedCard {
  readonly atr: string;
  readonly items: Readonly<Record<string, string>>;
}

const SURNAMES = [...'张李王赵刘陈杨黄周吴徐孙'];
const GIVEN = [...'一二三四五六七八九十'];
const CHIPS = ['0081', '0085', '0087', '0090'];
const MAKERS = ['8660', '8697'];
/** A division that does not exist in the national table: no number made here belongs to a person. */
const DIVISION = '320499';
const CITY = '320400';
const VERSIONS = { '1.0': '1.00', '2.0': '2.00', '3.0': '3.00' } as const;
const FIRST_ISSUE_YEAR = { '1.0': 2002, '2.0': 2017, '3.0': 2019 } as const;

/** Check character of a 卡号: weights 3 7 9 10 5 8 4 2, 11 − (sum mod 11), 10 is X, 11 is 0 (chapter 8). */
export function cardNumberCheck(first8: string): string {
  const weights = [3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, at) => total + weight * Number.parseInt(first8[at] ?? '0', 36), 0);
  return '0123456789X0'[11 - (sum % 11)] ?? '0';
}

/** Check character of a GB 11643 number (chapter 8). */
export function citizenNumberCheck(first17: string): string {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  return '10X98765432'[weights.reduce((total, weight, at) => total + weight * Number(first17[at]), 0) % 11] ?? '0';
}

/**
 * A person who never was: born before 1900, in a division that does not exist.
 * @example inventCard('2.0', seededRandom(1)).items.name
 */
export function inventCard(generation: CardImage['generation'], random: RandomBytes): InventedCard {
  const below = (limit: number) => drawn(random, limit);
  const pick = (list: readonly string[]) => list[below(list.length)] ?? '';
  const digits = (value: number, count: number) => String(value).padStart(count, '0');
  const serial = below(1000);
  const atr = `3B6D0000${pick(CHIPS)}543100${pick(MAKERS)}${DIVISION}${toHex(random(3))}`;
  const birthDate = `18${50 + below(50)}${digits(1 + below(12), 2)}${digits(1 + below(28), 2)}`;
  const order = below(1000);
  const citizen = `${DIVISION}${birthDate}${digits(order, 3)}`;
  const issued = new Date(Date.UTC(FIRST_ISSUE_YEAR[generation] + below(6), below(12), 1 + below(28)));
  const expires = new Date(Date.UTC(issued.getUTCFullYear() + 10, issued.getUTCMonth(), issued.getUTCDate() - 1));
  const card = `${pick([...'ABCDEFGH'])}0499${digits(serial, 3)}`;
  const items = {
    cardIdentificationCode: identificationCode(atr, random),
    cardCategory: '1',
    specificationVersion: VERSIONS[generation],
    initialisingInstitutionCode: `${CITY}00001`,
    issueDate: compact(issued),
    expiryDate: compact(expires),
    cardNumber: `${card}${cardNumberCheck(card)}`,
    socialSecurityNumber: `${citizen}${citizenNumberCheck(citizen)}`,
    name: `${pick(SURNAMES)}${pick(GIVEN)}`,
    sex: order % 2 === 1 ? '1' : '2',
    ethnicity: below(2) === 0 ? '01' : digits(1 + below(56), 2),
    birthplace: CITY,
    birthDate,
  };
  if (generation === '1.0') return { atr, items };
  const personNumber = `JSD04990${digits(serial, 4)}`;
  return { atr, items: { ...items, jiangsuPersonNumber: personNumber, firstApplicationPlace: CITY } };
}

/** The next random number below `limit`, at most 65,536. */
export function drawn(random: RandomBytes, limit: number): number {
  const [high = 0, low = 0] = random(2);
  return (high * 256 + low) % limit;
}

/** City ‖ RID ‖ last four ATR bytes ‖ MAC: with a key that is thrown away, as nobody may verify it (chapter 8). */
function identificationCode(atr: string, random: RandomBytes): string {
  const first = `${CITY}D156000005${atr.slice(-8)}`;
  const key = random(16);
  const [head, tail] = [fromHex(first.slice(0, 16)), fromHex(`${first.slice(16)}80000000`)];
  const chained = encryptEcb('3DES', key, head).map((byte, at) => byte ^ (tail[at] ?? 0));
  return first + toHex(encryptEcb('3DES', key, chained)).slice(0, 8);
}

function compact(date: Date): string {
  return date.toISOString().slice(0, 10).replaceAll('-', '');
}
