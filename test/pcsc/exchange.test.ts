import { describe, expect, test } from 'vitest';
import { concat, fromHex, toHex } from '../../apdu/bytes.ts';
import { koffiBinding } from '../../drivers/pcsc/koffi.ts';
import { BINDINGS, big, ECHO, failure, GARBAGE, labCard, MORE, openLab, slow, T0, T1 } from './lab.ts';

const OK = Uint8Array.of(0x90, 0x00);

describe.each(BINDINGS)('%s', (binding) => {
  test('lists every slot with what is in it', async () => {
    await using lab = await openLab(binding, { readers: 2 });
    await using _channel = await lab.connect(1);
    const slots = await lab.readers.list();
    expect(slots.map(({ name }) => name).sort()).toEqual(lab.service.slots.map(({ name }) => name));
    const filled = slots.find(({ name }) => name === lab.slot(1).name);
    expect(filled).toMatchObject({ kind: 'card', state: 'present', inUse: 'exclusive', atr: T0 });
    expect(slots.filter(({ state }) => state === 'empty')).toHaveLength(3);
  });

  test('connects with the ATR and the protocol of the card', async () => {
    await using lab = await openLab(binding);
    await using t0 = await lab.connect(0, labCard(T0));
    await using t1 = await lab.connect(1, labCard(T1));
    expect([t0.atr, t0.protocol, t0.slot]).toEqual([T0, 'T=0', lab.slot(0).name]);
    expect([t1.atr, t1.protocol, t1.slot]).toEqual([T1, 'T=1', lab.slot(1).name]);
  });

  test('carries commands and answers byte for byte, up to the longest the virtual reader takes', async () => {
    await using lab = await openLab(binding);
    await using channel = await lab.connect();
    expect(await channel.transmit(ECHO)).toEqual(concat([ECHO, OK]));
    for (const bytes of [0, 1, 254, 255, 256, 257, 4_096, 65_000]) {
      expect(await channel.transmit(big(bytes))).toEqual(concat([new Uint8Array(bytes).fill(0xb1), OK]));
    }
    const long = concat([Uint8Array.of(0x80, 0xec, 0, 0), new Uint8Array(30_000).map((_, at) => at)]);
    expect(await channel.transmit(long)).toEqual(concat([long, OK]));
  });

  test('gives a card of T=0 its command without Le behind data and with a P3, a card of T=1 the whole', async () => {
    await using lab = await openLab(binding);
    const cases = ['80EC00000201020A', '80EC0000'].map(fromHex);
    const seen = async (at: number, atr: Uint8Array) => {
      const card = labCard(atr);
      await using channel = await lab.connect(at, card);
      for (const command of cases) await channel.transmit(command);
      return card.seen.map(toHex);
    };
    expect(await seen(0, T0)).toEqual(['80EC0000020102', '80EC000000']);
    expect(await seen(1, T1)).toEqual(['80EC00000201020A', '80EC0000']);
  });

  test('hands 61xx to the caller and follows nothing', async () => {
    await using lab = await openLab(binding);
    const card = labCard();
    await using channel = await lab.connect(0, card);
    expect(channel.chains).toBe(false);
    expect(await channel.transmit(MORE)).toEqual(Uint8Array.of(0x61, 0x10));
    expect(card.seen).toEqual([MORE]);
  });

  test('carries commands one at a time in the order of the calls', async () => {
    await using lab = await openLab(binding);
    const card = labCard();
    await using channel = await lab.connect(0, card);
    const commands = [slow(60), slow(30), slow(1), slow(20)];
    await Promise.all(commands.map((command) => channel.transmit(command)));
    expect(card.seen).toEqual(commands);
  });

  test('refuses a command without a whole header and sends nothing', async () => {
    await using lab = await openLab(binding);
    const card = labCard();
    await using channel = await lab.connect(0, card);
    expect(await failure(channel.transmit(Uint8Array.of(0x00)))).toMatchObject({ code: 'command-malformed' });
    expect(card.seen).toEqual([]);
  });

  test('tells a card that speaks no wanted protocol from one whose ATR says nothing', async () => {
    await using lab = await openLab(binding);
    const mismatch = await failure(lab.connect(0, labCard(T0), { protocols: ['T=1'] }));
    expect(mismatch).toMatchObject({ code: 'protocol-mismatch', details: { place: lab.slot(0).name } });
    expect(await failure(lab.connect(1, labCard(GARBAGE)))).toMatchObject({ code: 'card-unresponsive' });
  });

  test('says that another program holds the card', async () => {
    await using lab = await openLab(binding);
    const foreign = await koffiBinding();
    const first = await lab.connect(0);
    await first.close('leave');
    const slot = { name: lab.slot(0).name, state: 0, atr: T0 };
    for (const [theirs, ours] of [
      ['exclusive', 'shared'],
      ['exclusive', 'exclusive'],
      ['shared', 'exclusive'],
    ] as const) {
      const handle = await foreign.connect(slot, theirs, 3);
      const refused = await failure(lab.readers.waitForCard({ reader: slot.name, share: ours }));
      expect(refused).toMatchObject({ code: 'card-in-use', details: { place: slot.name } });
      await handle.disconnect(0);
    }
    await using again = await lab.readers.waitForCard({ reader: slot.name });
    expect(await again.transmit(ECHO)).toEqual(concat([ECHO, OK]));
  });

  test('resets the card when the channel is closed, unless told to leave it', async () => {
    await using lab = await openLab(binding);
    const card = labCard();
    const first = await lab.connect(0, card);
    await first.close('leave');
    expect(card.resets.warm).toBe(0);
    const second = await lab.readers.waitForCard({ reader: lab.slot(0).name });
    await second.close();
    await second.close();
    expect(card.resets.warm).toBe(1);
    expect(await failure(second.transmit(ECHO))).toMatchObject({ code: 'channel-closed' });
  });

  test('resets warm and cold, or says that it cannot', async () => {
    await using lab = await openLab(binding);
    const card = labCard();
    await using channel = await lab.connect(0, card);
    if (channel.lacks.has('reset')) {
      expect(await failure(channel.reset('warm'))).toMatchObject({ code: 'unsupported' });
      expect(await failure(channel.reset('cold'))).toMatchObject({ code: 'unsupported' });
      return;
    }
    const before = { ...card.resets };
    expect(await channel.reset('warm')).toEqual(T0);
    expect(await channel.reset('cold')).toEqual(T0);
    expect(await channel.transmit(ECHO)).toEqual(concat([ECHO, OK]));
    expect(card.resets).toEqual({ warm: before.warm + 1, cold: before.cold + 1 });
  });

  test('says that the virtual reader knows no control code, and goes on', async () => {
    await using lab = await openLab(binding);
    await using channel = await lab.connect();
    const refused = await failure(channel.control(0x42000d48, new Uint8Array()));
    expect(refused).toMatchObject({ code: 'unsupported' });
    expect(await channel.transmit(ECHO)).toEqual(concat([ECHO, OK]));
  });

  test('asks the reader for attributes, or says that it has none', async () => {
    await using lab = await openLab(binding);
    await using channel = await lab.connect();
    const refused = await failure(channel.attribute(0x00090303));
    // The virtual reader answers every attribute with "unsupported feature": that number shows that it was asked.
    const asked = channel.lacks.has('attributes') ? undefined : 0x8010001f;
    expect(refused.code).toBe('unsupported');
    expect(refused.details?.['platformCode']).toBe(asked);
  });

  test('states what it lacks before it is tried', async () => {
    await using lab = await openLab(binding);
    await using channel = await lab.connect();
    const stated = {
      koffi: [],
      smartcard: ['attributes', 'exact-codes', 'transactions'],
      pcsclite: ['attributes', 'cold-reset', 'reset', 'transactions'],
    };
    expect([...channel.lacks].sort()).toEqual(stated[binding]);
  });
});
