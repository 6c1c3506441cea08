import { describe, expect, test, vi } from 'vitest';
import { Zt598Pad } from '../../../src/simulator/pads/zt598.ts';
import { plugIn } from './pad-host.ts';
import { sayAll, vectorTable } from './vectors.ts';

describe('ZT598', () => {
  const { hex: zt, left } = vectorTable('epp-zt598');
  const DONE = '0230303160033532';

  const plugged = () => {
    const pad = new Zt598Pad();
    return { pad, host: plugIn(pad) };
  };

  test('controls', async () => {
    const { host } = plugged();
    await sayAll(host, DONE, ...['zt-04', 'zt-05', 'zt-06', 'zt-07', 'zt-08', 'zt-09', 'zt-10'].map(zt));
  });

  test('identity, with a master and a working key; firmware', async () => {
    const { host } = plugged();
    await sayAll(host, DONE, zt('zt-15'), zt('zt-16'));
    host.say(zt('zt-01'));
    await host.hears(zt('zt-02'));
    host.say(zt('zt-03'));
    expect(await host.heard()).toMatch(/^02303132605A54353938/);
  });

  test('no PIN was entered, and an entry that ran out of time', async () => {
    const { host } = plugged();
    await sayAll(host, DONE, zt('zt-15'), zt('zt-16'));
    host.say(zt('zt-17'));
    await host.hears(zt('zt-13'));
    vi.useFakeTimers();
    try {
      host.say(zt('zt-08'));
      await vi.advanceTimersByTimeAsync(60_000);
      host.say(zt('zt-17'));
      expect(host.all().endsWith(DONE + zt('zt-14'))).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  test('an SM4 block has the form of the worked one', async () => {
    const { pad, host } = plugged();
    await sayAll(host, DONE, zt('zt-15'), zt('zt-16'));
    pad.act('735190');
    host.say(zt('zt-08'));
    await host.hears(`${DONE}2A2A2A2A2A2A0D`);
    host.say(zt('zt-17'));
    const worked = zt('zt-18');
    const block = await host.heard();
    // 037, code 60, 0006: the number of digits.
    expect(block.slice(0, 18)).toBe(worked.slice(0, 18));
    expect(block).toHaveLength(worked.length);
  });

  test('a 3DES block has the form of the worked one', async () => {
    const { pad, host } = plugged();
    for (const text of [
      '101020123456789ABCDEFFEDCBA9876543210',
      '2014032'.concat('00112233445566778899AABBCCDDEEFF'),
    ]) {
      await sayAll(host, DONE, framed(text));
    }
    pad.act('735190');
    host.say(zt('zt-08'));
    await host.hears(`${DONE}2A2A2A2A2A2A0D`);
    host.say(zt('zt-11'));
    const worked = zt('zt-12');
    const block = await host.heard();
    expect(block.slice(0, 18)).toBe(worked.slice(0, 18));
    expect(block).toHaveLength(worked.length);
  });

  test('keys outside frames: the digit in clear entry, a star in encrypted entry, enter', async () => {
    const { pad, host } = plugged();
    const [digit, star, enter] = (zt('zt-19').match(/../g) ?? []) as [string, string, string];
    pad.act({ act: 'walk-away', keys: '2' });
    host.say(zt('zt-09'));
    await host.hears(DONE + digit);
    pad.act('2222');
    host.say(zt('zt-08'));
    await host.hears(DONE + star.repeat(4) + enter);
  });

  test('every vector was played', () => {
    expect(left()).toEqual([]);
  });

  function framed(text: string): string {
    const counted = Buffer.from(`${String(text.length).padStart(3, '0')}${text}\x03`, 'latin1');
    const check = counted.reduce((sum, byte) => sum ^ byte, 0);
    return Buffer.concat([
      Buffer.of(2),
      counted,
      Buffer.from(check.toString(16).toUpperCase().padStart(2, '0'), 'latin1'),
    ])
      .toString('hex')
      .toUpperCase();
  }
});
