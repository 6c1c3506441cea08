import { expect } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { Framer } from '../../../drivers/framer.ts';
import { kmyFramer } from '../../../drivers/pinpad/kmy/framer.ts';
import { zt598Framer } from '../../../drivers/pinpad/zt598/framer.ts';
import type { Ports } from '../../../drivers/port.ts';
import { KmyPad } from '../../../src/simulator/pads/kmy.ts';
import type { EmulatedPad } from '../../../src/simulator/pads/pad.ts';
import { Zt598Pad } from '../../../src/simulator/pads/zt598.ts';
import { goldenExchange } from './pad-host.ts';

/** A golden exchange, the pad of it, and what the driver reads it with. */
export interface CarriedPad {
  readonly name: string;
  make(): EmulatedPad;
  framer(): Framer<{ readonly kind: string }>;
}

export const carriedPads: readonly CarriedPad[] = [
  { name: 'kmy', make: () => new KmyPad(), framer: kmyFramer },
  { name: 'zt598', make: () => new Zt598Pad(), framer: zt598Framer },
  { name: 'zt598-sm4', make: () => new Zt598Pad(), framer: zt598Framer },
];

/** Plays the host's lines over a port; every byte that comes has to be due, and read by the driver's framer. */
export async function playOver(ports: Ports, path: string, pad: EmulatedPad, carried: CarriedPad): Promise<void> {
  const framer = carried.framer();
  const kinds: string[] = [];
  let came = '';
  const received = (bytes: Uint8Array) => {
    came += toHex(bytes);
    kinds.push(...framer.push(bytes).map(({ kind }) => kind));
  };
  await using port = await ports.open(path, { baud: pad.line.baud }, { received, lost: () => {} });
  let due = '';
  for (const line of goldenExchange(carried.name)) {
    if (line.by === 'pad') due += line.hex;
    if (line.by === 'person') pad.act(line.act);
    if (line.by !== 'host') continue;
    await expect.poll(() => came, { interval: 2 }).toBe(due);
    await port.write(fromHex(line.hex));
  }
  await expect.poll(() => came, { interval: 2 }).toBe(due);
  expect(kinds.filter((kind) => kind !== 'frame' && kind !== 'key')).toEqual([]);
  expect(kinds.filter((kind) => kind === 'key').length).toBeGreaterThan(6);
}
