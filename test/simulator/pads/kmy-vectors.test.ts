import { describe, expect, test, vi } from 'vitest';
import { KmyPad } from '../../../src/simulator/pads/kmy.ts';
import type { PadOrder } from '../../../src/simulator/pads/pad.ts';
import { type PadHost, plugIn } from './pad-host.ts';
import { sayAll, vectorTable } from './vectors.ts';

describe('KMY350x', () => {
  const { hex: kmy, left } = vectorTable('epp-kmy');
  const DONE = '0230313034303503';
  const withKeys = async (host: PadHost) => {
    await sayAll(
      host,
      DONE,
      ...['kmy-06', 'kmy-07', 'kmy-08', 'kmy-09', 'kmy-10', 'kmy-11', 'kmy-12', 'kmy-13'].map(kmy),
    );
  };
  const plugged = (orders: readonly PadOrder[] = [], pad = new KmyPad()) => {
    pad.misbehave(...orders);
    return { pad, host: plugIn(pad) };
  };

  test('the version', async () => {
    const { host } = plugged();
    host.say(kmy('kmy-01'));
    await host.hears(kmy('kmy-02'));
  });

  test('resets, and its serial number', async () => {
    const { host } = plugged();
    await sayAll(host, DONE, kmy('kmy-03'), kmy('kmy-04'));
    host.say(kmy('kmy-05'));
    await host.hears('023039303433303330333033303330333033303331304303');
  });

  test('keys, an entry, and a block as long as the worked one', async () => {
    const { pad, host } = plugged();
    await withKeys(host);
    pad.act('735190');
    host.say(kmy('kmy-14'));
    await host.hears(DONE + kmy('kmy-15'));
    host.say(kmy('kmy-16'));
    expect(await host.heard()).toHaveLength(kmy('kmy-17').length);
    await sayAll(host, DONE, kmy('kmy-22'));
  });

  test('a parameter that is none, and an unknown command', async () => {
    const { host } = plugged();
    host.say(kmy('kmy-16'));
    await host.hears(kmy('kmy-18'));
    host.say('0230313939393803');
    await host.hears(kmy('kmy-20'));
  });

  test('an entry that runs out of time', async () => {
    const { host } = plugged();
    await withKeys(host);
    vi.useFakeTimers();
    try {
      host.say(kmy('kmy-14'));
      await vi.advanceTimersByTimeAsync(29_900);
      const before = host.all();
      expect(before.endsWith(DONE)).toBe(true);
      await vi.advanceTimersByTimeAsync(200);
      host.say(kmy('kmy-16'));
      expect(host.all()).toBe(`${before}80${kmy('kmy-19')}`);
    } finally {
      vi.useRealTimers();
    }
  });

  test('keys that are lost: done, but; and the self-test says so, until there is a master key again', async () => {
    const { host } = plugged([{ kind: 'keys-lost' }]);
    await sayAll(host, kmy('kmy-21'), kmy('kmy-12'));
    await sayAll(host, kmy('kmy-23'), kmy('kmy-03'));
    await sayAll(host, DONE, kmy('kmy-09'), kmy('kmy-03'));
  });

  test('the binary variant', async () => {
    const { host } = plugged([], new KmyPad({ variant: 'binary' }));
    const frame = kmy('kmy-24');
    // The vector shows the frame up to its command: 01 30, and its check 31.
    host.say(`${frame.slice(0, 4)}3031`);
    expect((await host.heard()).slice(0, 6)).toBe('021104');
  });

  test('every vector was played', () => {
    expect(left()).toEqual([]);
  });
});
