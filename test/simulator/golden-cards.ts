import { readFileSync } from 'node:fs';
import { fromHex } from '../../apdu/bytes.ts';
import type { CardImage } from '../../src/simulator/image.ts';
import { personalise } from '../../src/simulator/personalise.ts';

const golden = new URL('../../fixtures/golden/', import.meta.url);

interface GoldenCard {
  readonly id: string;
  readonly generation: CardImage['generation'];
  readonly algorithm: CardImage['algorithm'];
  readonly atr: string;
  readonly pin: string;
  readonly keys: Readonly<Record<string, string>>;
  readonly challenges: readonly string[];
}

const { cards }: { cards: GoldenCard[] } = JSON.parse(readFileSync(new URL('cards.json', golden), 'utf8'));

/** The card the golden exchanges were written from; keys it does not name are zero. */
export async function goldenImage(id: string): Promise<CardImage> {
  const card = goldenCard(id);
  const items = Object.fromEntries(
    Object.entries(card).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
  const key = ({ directory, id }: { directory: string; id: string | null }) =>
    (directory === 'SSSE' ? card.keys[id ?? ''] : undefined) ?? '00'.repeat(16);
  const { generation, algorithm, atr, pin } = card;
  return personalise({ generation, algorithm, atr, pin, items, key });
}

/** The challenges of the golden card in their order; zeros after them. */
export function goldenChallenges(id: string): (length: number) => Uint8Array {
  const left = [...goldenCard(id).challenges];
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
