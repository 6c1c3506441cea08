import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { type PlainAnswer, PlainPad } from '../../../src/simulator/pads/plain.ts';
import { type PlainProfile, plainProfiles } from '../../../src/simulator/pads/plain-profiles.ts';
import { plugIn } from './pad-host.ts';
import { vectors } from './vectors.ts';

describe('plain keypads', () => {
  const all = vectors('pinpad-plain');
  const profiles = all.filter(({ profile }) => profile !== undefined);
  const FRAMINGS: readonly PlainAnswer[] = ['fixed', 'cr', 'stx-etx', 'high-bits'];

  test('the command sets are those of the vectors', () => {
    expect(profiles.map(({ profile }) => profile).sort()).toEqual(Object.keys(plainProfiles).sort());
  });

  describe.each(profiles)('$id $profile', ({ profile, open = '', again = '' }) => {
    const fetch = profile === 'esc-f' ? '1B47' : '';

    test.each([open, again])('%s asks for a PIN', async (code) => {
      const pad = new PlainPad({ profile: profile as PlainProfile });
      using host = plugIn(pad);
      pad.act('123456');
      host.say(code);
      if (fetch !== '') {
        expect(await host.heard()).toBe('');
        host.say(fetch);
      }
      await host.hears('3132333435360D');
    });
  });

  test.each(profiles.filter(({ close }) => close !== undefined))(
    '$id $close ends the entry',
    async ({ profile, open = '', close = '' }) => {
      const pad = new PlainPad({ profile: profile as PlainProfile });
      using host = plugIn(pad);
      host.say(open);
      host.say(close);
      pad.act('123456');
      expect(await host.heard()).toBe('');
    },
  );

  test.each(FRAMINGS.map((answer, at) => ({ answer, hex: all.find(({ answers }) => answers)?.answers?.[at] ?? '' })))(
    'pp-07 the answer $answer',
    async ({ answer, hex }) => {
      const pad = new PlainPad({ answer });
      using host = plugIn(pad);
      pad.act('123456');
      host.say('82');
      await host.hears(hex);
    },
  );

  test('pp-08 the digits of the last one', async () => {
    const pad = new PlainPad({ answer: 'high-bits' });
    using host = plugIn(pad);
    pad.act('123456');
    host.say('82');
    const clean = fromHex(await host.heard()).map((byte) => byte & 0x7f);
    expect(toHex(clean)).toBe(all.find(({ id }) => id === 'pp-08')?.clean);
  });
});
