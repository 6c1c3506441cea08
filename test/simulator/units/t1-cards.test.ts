import { describe, expect, it } from 'vitest';
import { unitReaders } from '../../../drivers/units/readers.ts';
import { openCard } from '../../../src/card.ts';
import { SimulatedCard } from '../../../src/simulator/card.ts';
import { t1Card } from '../../../src/simulator/t1-card.ts';
import { emulatedProtocols, emulateUnit } from '../../../src/simulator/units/devices.ts';
import { memoryPorts } from '../../../src/simulator/wire/memory.ts';
import { cardFile, pinOf, pins, SITE } from '../matrix/rig.ts';

describe.each(emulatedProtocols)('a card of T=1 in a unit that speaks %s', (protocol) => {
  it('is read, asked for its PIN, and read again after a reset', async () => {
    const { card } = await cardFile('2.0');
    const unit = await emulateUnit(protocol, { card: t1Card(new SimulatedCard(card)) });
    await using readers = unitReaders({ protocol, ports: memoryPorts(unit), port: 'memory' });
    await using opened = await openCard(await readers.waitForCard(), { overlays: [SITE] });
    expect(opened.channel.protocol).toBe('T=1');
    const { name } = await opened.social.readBasic();
    expect(await opened.social.pin.verify(pinOf(pins.other))).toEqual({ kind: 'wrong', triesLeft: 5 });
    expect(await opened.social.pin.verify(pinOf(pins.initial))).toMatchObject({ kind: 'verified' });
    await opened.channel.reset('warm');
    expect((await opened.social.readBasic()).name).toEqual(name);
    expect((await opened.financial.info()).state).toBe('usable');
  });
});
