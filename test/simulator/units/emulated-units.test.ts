import { describe, expect, it } from 'vitest';
import { emulatedProtocols, emulateUnit } from '../../../src/simulator/units/devices.ts';
import { plugIn, scripted } from './host.ts';

/** A question every unit answers as its first: who are you, or initialise. */
const FIRST: Readonly<Record<string, string>> = {
  'ccid-gemplus': '03066B010000000000000000026D',
  'ccid-acs': '02650000000001000000006403',
  alpar: '6000000A6A',
  'crt-f2': 'F200000343303303B2',
  'crt-02': '0200023030030305',
};

describe('emulated units', () => {
  it('exist for the protocols of the reader address', () => {
    expect([...emulatedProtocols].sort()).toEqual(['alpar', 'ccid-acs', 'ccid-gemplus', 'crt-02', 'crt-f2']);
  });

  for (const protocol of emulatedProtocols) {
    it(`begin anew when they are plugged in again: ${protocol}`, async () => {
      const unit = await emulateUnit(protocol, { card: scripted(), sams: [scripted()] });
      const host = plugIn(unit);
      const first = await host.say(FIRST[protocol] ?? '');
      expect(first).not.toBe('');
      unit.misbehave({ kind: 'late-answer', ms: 5 });
      await host.say(FIRST[protocol] ?? '');
      unit.detach();
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect(host.heard().replace(/^06/, '')).toBe('');
      expect(await plugIn(unit).say(FIRST[protocol] ?? '')).toBe(first);
    });
  }
});
