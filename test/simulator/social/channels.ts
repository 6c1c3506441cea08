import { readFileSync } from 'node:fs';
import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';
import type { Channel, ChannelFeature, Ending, Waiting } from '../../../drivers/reader.ts';

/** A channel whose card is a function; it keeps what was sent and how transactions ended. */
export interface ScriptedChannel extends Channel {
  readonly sent: string[];
  readonly endings: string[];
}

interface Script {
  readonly atr?: string;
  readonly chains?: boolean;
  readonly lacks?: readonly ChannelFeature[];
  readonly answer: (command: Uint8Array, waiting: Waiting | undefined) => Uint8Array | Promise<Uint8Array>;
}

export const GOLDEN_ATR = '3B6D000000875431008660320499000001';

export function scriptedChannel({ atr = GOLDEN_ATR, chains = false, lacks = [], answer }: Script): ScriptedChannel {
  const sent: string[] = [];
  const endings: string[] = [];
  const unused = () => Promise.reject(new Error('not part of this flow'));
  const close = async (ending: Ending = 'reset') => {
    endings.push(`close ${ending}`);
  };
  return {
    sent,
    endings,
    slot: 'scripted',
    atr: fromHex(atr),
    protocol: 'T=0',
    chains,
    lacks: new Set(lacks),
    transmit: async (command, waiting) => {
      sent.push(toHex(command));
      return answer(command, waiting);
    },
    transaction: async (ending, work) => {
      try {
        const result = await work();
        endings.push(ending);
        return result;
      } catch (error) {
        endings.push('reset');
        throw error;
      }
    },
    reset: unused,
    control: unused,
    attribute: unused,
    close,
    [Symbol.asyncDispose]: () => close(),
  };
}

/** Values of the golden 2.0 card by tag, hex, to be changed by a test; null: no such record. */
export type Values = Readonly<Record<string, string | null>>;

export const GOLDEN_VALUES: Values = {
  '01': '320400D156000005990000015A3C7E01',
  '03': '322E3030',
  '05': '20200115',
  '06': '20300114',
  '07': '433034393930303032',
  '08': '333230343939313839303031303130313133',
  '09': 'D5C5C8FD'.padEnd(60, '0'),
  '4E': '00'.repeat(20),
  '0A': '31',
  '0B': '01',
  '0D': '18900101',
  EA: '4A5344303439393030303031',
};

/** A card that answers SELECT with 9000 and READ RECORD by tag from `values`, whatever the Le. */
export function cardOf(values: Values, script: Omit<Script, 'answer'> = {}): ScriptedChannel {
  return scriptedChannel({
    ...script,
    answer: (command) => {
      if (command[1] === 0xa4) return fromHex('9000');
      const tag = toHex(command.subarray(2, 3));
      const value = values[tag];
      if (value == null) return fromHex('6A83');
      const bytes = fromHex(value);
      return concat([Uint8Array.of(command[2] ?? 0, bytes.length), bytes, fromHex('9000')]);
    },
  });
}

export interface GoldenHolder {
  readonly id: string;
  readonly generation: string;
  readonly atr: string;
  readonly cardIdentificationCode: string;
  readonly specificationVersion: string;
  readonly issueDate: string;
  readonly expiryDate: string;
  readonly cardNumber: string;
  readonly socialSecurityNumber: string;
  readonly name: string;
  readonly sex: string;
  readonly ethnicity: string;
  readonly birthDate: string;
  readonly jiangsuPersonNumber?: string;
}

/** The invented holders of fixtures/golden/cards.json. */
export function goldenHolders(): readonly GoldenHolder[] {
  const file = new URL('../../../fixtures/golden/cards.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { cards: GoldenHolder[] }).cards;
}

/** What a reading of that card must give, but for the texts of codes: written from cards.json, not from our output. */
export function expectedReading(holder: GoldenHolder): Record<string, unknown> {
  const date = (digits: string) => digits.replace(/^(....)(..)(..)$/, '$1-$2-$3');
  const keyless = holder.generation === '3.0';
  const held = <T>(value: T) => (keyless ? null : value);
  return {
    generation: holder.generation,
    division: { code: '320400', nameZh: '常州市', nameEn: 'Changzhou' },
    socialSecurityNumber: held(holder.socialSecurityNumber),
    cardNumber: holder.cardNumber,
    cardIdentification: holder.cardIdentificationCode,
    name: held(holder.name),
    resetInformation: holder.atr.slice(8),
    specificationVersion: holder.specificationVersion,
    issueDate: date(holder.issueDate),
    validUntil: date(holder.expiryDate),
    terminalNumber: null,
    terminalDeviceNumber: null,
    sex: held(SEXES[holder.sex]),
    ethnicity: held(GROUPS[holder.ethnicity]),
    birthDate: held(date(holder.birthDate)),
    personNumber: holder.jiangsuPersonNumber ?? null,
    withheld: keyless
      ? ['socialSecurityNumber', 'name', 'sex', 'ethnicity', 'birthDate'].map((field) => ({ field, reason: 'no-key' }))
      : [],
    oddities: [],
  };
}

const SEXES: Readonly<Record<string, unknown>> = {
  '1': { code: '1', nameZh: '男', nameEn: 'Male' },
  '2': { code: '2', nameZh: '女', nameEn: 'Female' },
};
const GROUPS: Readonly<Record<string, unknown>> = {
  '01': { code: '01', nameZh: '汉族', nameEn: 'Han' },
  '03': { code: '03', nameZh: '回族', nameEn: 'Hui' },
  '05': { code: '05', nameZh: '维吾尔族', nameEn: 'Uygur' },
};
