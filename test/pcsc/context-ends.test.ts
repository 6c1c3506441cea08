import { readdirSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { SCARD } from '../../drivers/pcsc/codes.ts';
import { ContextEnds } from '../../drivers/pcsc/context-ends.ts';
import { koffiBinding } from '../../drivers/pcsc/koffi.ts';
import { openLab, T0 } from './lab.ts';
import { until } from './rig.ts';

/** Each context is one socket to the service. */
const descriptors = () => readdirSync('/proc/self/fd').length;

/** A native call that returns when told to, and what has begun and ended so far. */
function calls() {
  const log: string[] = [];
  const returns = new Map<string, () => void>();
  const call = (name: string) => () => {
    log.push(`${name} begins`);
    return new Promise<void>((resolve) => {
      returns.set(name, () => {
        log.push(`${name} ends`);
        resolve();
      });
    });
  };
  return {
    log,
    call,
    async end(name: string) {
      returns.get(name)?.();
      await setImmediate();
    },
  };
}

test('a context is given back only after the last disconnection, and nobody waits for it', async () => {
  const ends = new ContextEnds();
  const { log, call, end } = calls();
  void ends.disconnect(call('card 1'));
  void ends.disconnect(call('card 2'));
  await setImmediate();
  await ends.release(call('context'));
  await end('card 1');
  expect(log).toEqual(['card 1 begins', 'card 2 begins', 'card 1 ends']);
  await end('card 2');
  expect(log.slice(3)).toEqual(['card 2 ends', 'context begins']);
});

test('a card is disconnected only when no context is being given back', async () => {
  const ends = new ContextEnds();
  const { log, call, end } = calls();
  void ends.release(call('context 1'));
  void ends.disconnect(call('card'));
  void ends.release(call('context 2'));
  await end('context 1');
  expect(log).toEqual(['context 1 begins', 'context 2 begins', 'context 1 ends']);
  await end('context 2');
  await setImmediate();
  expect(log.slice(3)).toEqual(['context 2 ends', 'card begins']);
});

test('a disconnection that fails lets the contexts go all the same', async () => {
  const ends = new ContextEnds();
  const failing = ends.disconnect(() => Promise.reject(new Error('gone')));
  await expect(failing).rejects.toThrow('gone');
  const { log, call } = calls();
  void ends.release(call('context'));
  await setImmediate();
  expect(log).toEqual(['context begins']);
});

test('the system library is given a context back only when no card is being let go', async () => {
  await using lab = await openLab('koffi');
  lab.insert(0);
  await until('the card is seen', async () => (await lab.readers.list())[0]?.state === 'present');
  const binding = await koffiBinding();
  const slot = { name: lab.slot(0).name, state: 0, atr: T0 };
  const [own, foreign] = [await binding.connect(slot, 'shared', 3), await binding.connect(slot, 'shared', 3)];
  const session = await binding.openSession();
  // The service lets a card go only when the transaction of another handle is over.
  await foreign.begin();
  const sockets = descriptors();
  let gone = false;
  const going = own.disconnect(SCARD.leave).then(() => {
    gone = true;
  });
  await setImmediate();
  await session.close();
  expect([gone, descriptors()]).toEqual([false, sockets]);
  await foreign.end(SCARD.leave);
  await going;
  await expect.poll(descriptors).toBe(sockets - 2);
  await foreign.disconnect(SCARD.leave);
});
