import { readFileSync } from 'node:fs';
import { fromHex } from '../../apdu/bytes.ts';
import { SimulatedCard } from '../../src/simulator/card.ts';
import type { ItemValues } from '../../src/simulator/file-images.ts';
import type { CardImage } from '../../src/simulator/image.ts';
import { type Personalisation, personalise } from '../../src/simulator/personalise.ts';
import { laboratoryBank } from './financial/laboratory.ts';

const golden = new URL('../../fixtures/golden/', import.meta.url);

interface GoldenCard {
  readonly id: string;
  readonly generation: CardImage['generation'];
  readonly algorithm: CardImage['algorithm'];
  readonly atr: string;
  readonly pin: string;
  /** Of the SSSE, by the id that commands name. */
  readonly keys: Readonly<Record<string, string>>;
  /** Others by directory and name. */
  readonly directoryKeys?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Values beyond the basic ones, which stand in the card itself. */
  readonly items?: ItemValues;
  readonly account?: NonNullable<Personalisation['account']>;
  readonly certificatePublicKey?: string;
  readonly challenges: readonly string[];
}

const { cards }: { cards: GoldenCard[] } = JSON.parse(readFileSync(new URL('cards.json', golden), 'utf8'));

/** The card the golden exchanges were written from; keys it does not name are zero. */
export async function goldenImage(id: string): Promise<CardImage> {
  const card = goldenCard(id);
  const basic = Object.entries(card).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const { generation, algorithm, atr, pin, account, certificatePublicKey: publicKey } = card;
  return personalise({
    ...{ generation, algorithm, atr, pin },
    items: { ...Object.fromEntries(basic), ...card.items },
    key: ({ directory, id, name }) => goldenKey(card, directory, id, name),
    ...(account && { account }),
    // The head of two bytes is in the description of the card.
    ...(publicKey !== undefined && { publicKey: publicKey.slice(4) }),
  });
}

/** A key of a golden card by its name, hex. */
export function goldenCardKey(id: string, directory: string, name: string): string {
  const ids: Readonly<Record<string, string>> = { IRK: '00', UKSSSE: '04', PUK: '06', RKSSSE: '0A', UK2SSSE: '0D' };
  return goldenKey(goldenCard(id), directory, directory === 'SSSE' ? (ids[name] ?? null) : null, name);
}

function goldenKey(card: GoldenCard, directory: string, id: string | null, name: string): string {
  const own = directory === 'SSSE' ? card.keys[id ?? ''] : undefined;
  return own ?? card.directoryKeys?.[directory]?.[name] ?? '00'.repeat(16);
}

/** The card an exchange begins with: the golden one, in the state and with the rules that its headers name. */
export async function cardOfExchange(headers: ReadonlyMap<string, string>): Promise<SimulatedCard> {
  const id = headers.get('card') ?? '';
  const image = await goldenImage(id);
  const state = {
    algorithm: headers.get('algorithm') ?? image.algorithm,
    block: headers.get('block') ?? image.block,
    mac: headers.get('mac') ?? 'session',
    pinReload: headers.get('reload') ?? '84240001',
    pin: { ...image.pin, triesLeft: Number(headers.get('tries') ?? image.pin.triesLeft) },
  };
  const bank = headers.get('bank');
  const financial = bank === undefined ? {} : { financial: laboratoryBank(bank) };
  const challenges = headers.get('challenges')?.split(' ') ?? goldenCard(id).challenges;
  return new SimulatedCard({ ...image, ...state, ...financial } as CardImage, { random: inTurn(challenges) });
}

/** The challenges of the golden card in their order; zeros after them. */
export function goldenChallenges(id: string): (length: number) => Uint8Array {
  return inTurn(goldenCard(id).challenges);
}

function inTurn(challenges: readonly string[]): (length: number) => Uint8Array {
  const left = [...challenges];
  return (length) => fromHex(left.shift() ?? '00'.repeat(length));
}

function goldenCard(id: string): GoldenCard {
  const card = cards.find((candidate) => candidate.id === id);
  if (card === undefined) throw new Error(`no golden card ${id}`);
  return card;
}

export interface GoldenStep {
  readonly line: number;
  readonly kind: 'command' | 'answer' | 'reset';
  readonly hex: string;
}

/** @returns the headers and the steps of a golden exchange */
export function goldenExchange(name: string): { headers: Map<string, string>; steps: GoldenStep[] } {
  const headers = new Map<string, string>();
  const steps: GoldenStep[] = [];
  readFileSync(new URL(name, golden), 'utf8')
    .split('\n')
    .forEach((text, at) => {
      const found = /^(>|<|!|\w+) (.*)$/.exec(text);
      const [, mark = '', rest = ''] = found ?? [];
      const hex = rest.replaceAll(' ', '');
      const line = at + 1;
      if (mark === '>') steps.push({ line, kind: 'command', hex });
      else if (mark === '<') steps.push({ line, kind: 'answer', hex });
      else if (mark === '!') steps.push({ line, kind: 'reset', hex: '' });
      else if (mark !== '') headers.set(mark, rest);
    });
  return { headers, steps };
}
