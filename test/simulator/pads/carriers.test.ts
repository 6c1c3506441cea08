import { test } from 'vitest';
import { memoryPorts } from '../../../src/simulator/wire/memory.ts';
import { carriedPads, playOver } from './carried.ts';

test.each(carriedPads)(
  "$name over a port in memory: the driver's framer reads all that the pad sends",
  async (carried) => {
    const pad = carried.make();
    await playOver(memoryPorts(pad), 'memory', pad, carried);
  },
);
