import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../apdu/bytes.ts';
import type { Channel, WaitForCardOptions } from '../../drivers/reader.ts';
import { SimulatedCard } from '../../src/simulator/card.ts';
import { simReaders } from '../../src/simulator/readers.ts';
import { poweredCard, SELECT_SSSE } from './cards.ts';
import { goldenImage } from './golden-cards.ts';
import { poweredPsam } from './golden-psams.ts';

const TERMINAL_NUMBER = '00B0960006';
const fails = (code: string, details: object = {}) =>
  expect.objectContaining({ code, details: expect.objectContaining(details) });

/** A unit with the golden card of generation 3.0. */
const dual = async () => simReaders(undefined, { card: new SimulatedCard(await goldenImage('wang-wu-3.0')) });

async function send(channel: Channel, ...commands: string[]): Promise<string[]> {
  const answers: string[] = [];
  for (const command of commands) answers.push(toHex(await channel.transmit(fromHex(command))));
  return answers;
}

describe('the SAM slot', () => {
  it('has the PSAM of the built-in card', async () => {
    const readers = simReaders();
    const [, sam] = await readers.list();
    expect(sam).toMatchObject({ name: 'Simulated PSAM', kind: 'sam', interface: 'contact', state: 'present' });
    await using channel = await readers.waitForCard({ reader: sam?.name ?? '' });
    expect([channel.protocol, await send(channel, TERMINAL_NUMBER)]).toEqual(['T=0', ['3204000000019000']]);
  });

  it('is never what a caller gets who names no slot', async () => {
    const readers = simReaders(undefined, { inserted: false });
    await expect(readers.waitForCard({ timeout: 10 })).rejects.toThrow(fails('no-card'));
    await expect(readers.waitForCard({ reader: 'simulated', timeout: 10 })).rejects.toThrow(fails('no-card'));
    await expect(readers.waitForCard({ reader: 'psam' })).resolves.toMatchObject({ slot: 'Simulated PSAM' });
  });

  it('is in use beside the card', async () => {
    const readers = simReaders();
    await using card = await readers.waitForCard();
    await using psam = await readers.waitForCard({ reader: 'Simulated PSAM' });
    expect(await send(card, SELECT_SSSE)).toEqual(['611E']);
    expect(await send(psam, '00A4000002DF01')).toEqual(['9000']);
    expect(await send(card, '00B2032806')).toEqual(['0304322E30309000']);
  });

  it('keeps its PSAM when the card is pulled', async () => {
    const readers = simReaders();
    await using psam = await readers.waitForCard({ reader: 'PSAM' });
    readers.remove();
    expect(await send(psam, TERMINAL_NUMBER)).toEqual(['3204000000019000']);
    expect(await readers.list()).toMatchObject([{ state: 'empty' }, { state: 'present' }]);
  });

  it('is empty beside a card that was put in by hand, or when told so', async () => {
    const units = [simReaders(undefined, { card: await poweredCard() }), simReaders(undefined, { psam: null })];
    for (const unit of units) {
      expect(await unit.list()).toMatchObject([{ state: 'present' }, { kind: 'sam', state: 'empty' }]);
      await expect(unit.waitForCard({ reader: 'Simulated PSAM', timeout: 10 })).rejects.toThrow(fails('no-card'));
    }
  });

  it('takes another PSAM', async () => {
    const readers = simReaders(undefined, {
      psam: poweredPsam((image) => ({ ...image, terminalNumber: '320499000009' })),
    });
    await using psam = await readers.waitForCard({ reader: 'PSAM' });
    expect(await send(psam, TERMINAL_NUMBER)).toEqual(['3204990000099000']);
  });
});

describe('the contactless slot', () => {
  it('is there for a card of generation 3.0 only', async () => {
    const faces = async (id: string) => {
      const card = new SimulatedCard(await goldenImage(id));
      return (await simReaders(undefined, { card }).list()).map((slot) => slot.interface);
    };
    expect(await faces('zhang-san-2.0')).toEqual(['contact', 'contact']);
    expect(await faces('wang-wu-3.0')).toEqual(['contact', 'contact', 'contactless']);
  });

  // 3B 8D 80 01, the 13 historical bytes of the contact side, and the XOR of all but the first byte (PC/SC part 3).
  it('shows the ATR that a PC/SC reader builds', async () => {
    const [, , air] = await (await dual()).list();
    expect(toHex(air?.atr ?? new Uint8Array())).toBe('3B8D80010090543100869732049900000344');
  });

  it.each([
    [undefined, 'Simulated reader'],
    ['auto', 'Simulated reader'],
    ['contact', 'Simulated reader'],
    ['contactless', 'Simulated reader (contactless)'],
  ] as const)('interface %s gives %s', async (face, slot) => {
    const options: WaitForCardOptions = face === undefined ? {} : { interface: face };
    expect(await (await dual()).waitForCard(options)).toMatchObject({ slot });
  });

  it('is what T=1 asks for', async () => {
    expect(await (await dual()).waitForCard({ protocols: ['T=1'] })).toMatchObject({ protocol: 'T=1', chains: true });
  });

  it('is not there on another card', async () => {
    const asked = simReaders().waitForCard({ interface: 'contactless' });
    await expect(asked).rejects.toThrow(fails('reader-not-found', { choices: ['Simulated reader', 'Simulated PSAM'] }));
  });

  it('leaves nothing to be fetched, and corrects no Le', async () => {
    await using channel = await (await dual()).waitForCard({ interface: 'contactless' });
    expect(await send(channel, `${SELECT_SSSE}00`, '00B2032810')).toEqual([
      '6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA5099F0C068601030000009000',
      '0304332E30309000',
    ]);
  });
});

describe('one card, two interfaces', () => {
  it('opening it in the air ends the channel over the contacts, and its rights', async () => {
    const readers = await dual();
    await using contact = await readers.waitForCard();
    await send(contact, SELECT_SSSE);
    await using air = await readers.waitForCard({ interface: 'contactless' });
    await expect(contact.transmit(fromHex('00B2032806'))).rejects.toThrow(fails('card-reset', { outcome: 'not-done' }));
    expect(await send(air, '00B2032806')).toEqual(['6A82']);
  });

  it('closing the channel that was ended does not disturb the other', async () => {
    const readers = await dual();
    const contact = await readers.waitForCard();
    await using air = await readers.waitForCard({ interface: 'contactless' });
    await send(air, SELECT_SSSE);
    await contact.close();
    expect(await send(air, '00B2032806')).toEqual(['0304332E30309000']);
  });

  it('can be opened over the contacts again', async () => {
    const readers = await dual();
    await using _first = await readers.waitForCard();
    await using air = await readers.waitForCard({ interface: 'contactless' });
    await using contact = await readers.waitForCard();
    expect(await send(contact, SELECT_SSSE)).toEqual(['611E']);
    await expect(air.transmit(fromHex('00B2032806'))).rejects.toThrow(fails('card-reset'));
  });

  it('is pulled out of both', async () => {
    const readers = await dual();
    await using air = await readers.waitForCard({ interface: 'contactless' });
    readers.remove();
    await expect(air.transmit(fromHex('00B2032806'))).rejects.toThrow(fails('card-removed'));
    expect((await readers.list()).map(({ state }) => state)).toEqual(['empty', 'empty', 'empty']);
  });
});
