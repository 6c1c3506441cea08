import { test } from 'vitest';
import { serialPorts } from '../../drivers/serial/ports.ts';
import { servePty } from '../../src/simulator/wire/pty.ts';
import { carriedPads, playOver } from '../simulator/pads/carried.ts';

test.each(carriedPads)(
  "$name on a pseudo-terminal: the driver's framer reads all that the pad sends",
  async (carried) => {
    const pad = carried.make();
    await using slot = await servePty(pad);
    await playOver(serialPorts(), slot.path ?? '', pad, carried);
  },
);
