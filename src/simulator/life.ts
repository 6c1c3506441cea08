import { toHex } from '../../apdu/bytes.ts';
import type { ItemValues } from './file-images.ts';
import { cardNumberCheck } from './holders.ts';
import type { CardImage } from './image.ts';
import type { Personalisation } from './personalise.ts';

const EMPLOYERS = ['云中书局', '无名纺织厂', '海市蜃楼茶社', '纸上造船所'];
const SCHOOLS = ['不存在大学', '空谷师范学校', '镜花书院'];
const HOSPITALS = ['虚舟医院', '子虚诊所', '乌有卫生院'];

/** What the life of an invented holder is built on. */
export interface LifeFacts {
  readonly generation: CardImage['generation'];
  readonly city: string;
  readonly birthYear: number;
  /** Year the card was issued. */
  readonly issueYear: number;
  readonly terminalNumber: string;
  /** Below 1000: makes one life differ from the next. */
  readonly number: number;
}

/** Values of the files beside the basic ones, and the account: a life that nobody led (`life.json`). */
export async function inventLife(facts: LifeFacts): Promise<Pick<Personalisation, 'items' | 'account'>> {
  const [{ default: life }, { default: photo }] = await Promise.all([
    import('./life.json', { with: { type: 'json' } }),
    import('./photo.json', { with: { type: 'json' } }),
  ]);
  const { generation, issueYear } = facts;
  const written = { ...life.items, ...(generation === '1.0' ? life.first : {}) };
  const { balance, selfPaid, pooled, onlineSerial, offlineSerial } = life.account;
  const jpeg = toHex(Uint8Array.from(atob(photo.jpeg), (character) => character.charCodeAt(0)));
  return {
    items: { ...filledIn(written, facts), photo: jpeg },
    account: { balance, selfPaid, pooled, onlineSerial, offlineSerial, year: String(issueYear + 1) },
  };
}

/** `{employer}` and the like by their value, `{born+20}` by a year of four digits. */
function filledIn(values: ItemValues, facts: LifeFacts): ItemValues {
  const { city, number, terminalNumber, birthYear, issueYear } = facts;
  const three = String(number).padStart(3, '0');
  const pick = (list: readonly string[]) => list[number % list.length] ?? '';
  const words: Readonly<Record<string, string>> = {
    city,
    number: three,
    terminal: terminalNumber,
    employer: pick(EMPLOYERS),
    school: pick(SCHOOLS),
    hospital: pick(HOSPITALS),
    organisation: `Z9900${three}${cardNumberCheck(`Z9900${three}`)}`,
  };
  const fill = (text: string) =>
    text
      .replaceAll(/\{(born|issued)([+-]\d+)\}/g, (_, from, years) =>
        String((from === 'born' ? birthYear : issueYear) + Number(years)),
      )
      .replaceAll(/\{(\w+)\}/g, (_, word: string) => words[word] ?? '');
  return JSON.parse(fill(JSON.stringify(values))) as ItemValues;
}
