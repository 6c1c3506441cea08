import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serveVpcd, type VpcdEvent } from '../../src/simulator/vpcd.ts';
import { labCard } from './lab.ts';
import { requireNamespace, until } from './rig.ts';

/** Of the two ports the kernel may pick as source ports, the first is dialled: nobody listens, and the dial succeeds. */
const RANGE = '/proc/sys/net/ipv4/ip_local_port_range';
const PORT = 35_000;
let usual: string;

beforeEach(() => {
  requireNamespace();
  usual = readFileSync(RANGE, 'utf8');
  writeFileSync(RANGE, `${PORT} ${PORT + 1}`);
});
afterEach(() => writeFileSync(RANGE, usual));

test('a card that was connected to itself is in no reader, and leaves the port to one', async () => {
  const events: VpcdEvent['type'][] = [];
  const onEvent = ({ type }: VpcdEvent) => {
    events.push(type);
    // At once: taken out in the middle of another such attempt, the card would keep the port for a minute.
    if (type === 'unreachable') slot.remove();
  };
  await using slot = serveVpcd(labCard(), { port: PORT, onEvent });
  await until('the first attempt is over', () => events.length > 0);
  expect([events, slot.inserted]).toEqual([['unreachable'], false]);
  const server = createServer().listen(PORT, '127.0.0.1');
  await once(server, 'listening');
  slot.insert();
  await once(server, 'connection');
  server.close();
});
