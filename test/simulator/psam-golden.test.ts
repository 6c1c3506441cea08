import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../apdu/bytes.ts';
import { goldenExchange } from './golden-cards.ts';
import { poweredPsam } from './golden-psams.ts';

const names = readdirSync(new URL('../../fixtures/golden/', import.meta.url))
  .filter((name) => name.endsWith('.transcript'))
  .filter((name) => goldenExchange(name).headers.get('side') === 'psam');

describe('the simulated PSAM produces the golden exchanges', () => {
  it('finds them', () => {
    expect(names.length).toBeGreaterThanOrEqual(9);
  });

  it.each(names)('%s', (name) => {
    const { headers, steps } = goldenExchange(name);
    const psam = poweredPsam(undefined, {}, headers.get('card'));
    expect(toHex(psam.atr)).toBe(headers.get('atr')?.replaceAll(' ', ''));
    let answered = '';
    for (const { kind, hex, line } of steps) {
      if (kind === 'reset') {
        psam.powerOff();
        psam.powerOn();
      }
      if (kind === 'command') answered = toHex(psam.process(fromHex(hex)));
      if (kind === 'answer') expect({ line, answered }).toEqual({ line, answered: hex });
    }
  });
});
