import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../apdu/bytes.ts';
import { cardOfExchange, goldenExchange } from './golden-cards.ts';

const names = readdirSync(new URL('../../fixtures/golden/', import.meta.url))
  .filter((name) => name.endsWith('.transcript'))
  .filter((name) => goldenExchange(name).headers.get('side')?.split(' ').includes('card'));

describe('the twin produces the golden exchanges', () => {
  it('finds them', () => {
    expect(names.length).toBeGreaterThanOrEqual(54);
  });

  it.each(names)('%s', async (name) => {
    const { headers, steps } = goldenExchange(name);
    const card = await cardOfExchange(headers);
    expect(toHex(card.atr)).toBe(headers.get('atr')?.replaceAll(' ', ''));
    card.powerOn();
    let answered = '';
    for (const { kind, hex, line } of steps) {
      if (kind === 'reset') {
        card.powerOff();
        card.powerOn();
      }
      if (kind === 'command') answered = toHex(card.process(fromHex(hex)));
      if (kind === 'answer') expect({ line, answered }).toEqual({ line, answered: hex });
    }
  });
});
