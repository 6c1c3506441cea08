import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { KmyPad } from '../../../src/simulator/pads/kmy.ts';
import type { EmulatedPad } from '../../../src/simulator/pads/pad.ts';
import { PlainPad } from '../../../src/simulator/pads/plain.ts';
import { Zt598Pad } from '../../../src/simulator/pads/zt598.ts';
import { goldenExchange, play } from './pad-host.ts';

const pads: Readonly<Record<string, () => EmulatedPad>> = {
  kmy: () => new KmyPad(),
  'kmy-cancel': () => new KmyPad(),
  'kmy-refusals': () => new KmyPad(),
  zt598: () => new Zt598Pad(),
  'zt598-sm4': () => new Zt598Pad(),
  'zt598-refusals': () => new Zt598Pad(),
  'plain-cr': () => new PlainPad(),
  'plain-stx-etx': () => new PlainPad({ profile: 'start-icbc', answer: 'stx-etx' }),
  'plain-fixed': () => new PlainPad({ profile: 'esc-ml', answer: 'fixed' }),
};

describe('an emulated pad answers as the reference says', () => {
  test.each(Object.keys(pads))('%s', async (name) => {
    await play((pads[name] as () => EmulatedPad)(), goldenExchange(name));
  });

  test('every golden exchange is played', () => {
    const files = readdirSync(new URL('../../../fixtures/golden/pads/', import.meta.url));
    expect(files.map((file) => file.replace('.exchange', '')).sort()).toEqual(Object.keys(pads).sort());
  });
});
