import { expect, it } from 'vitest';
import { fromHex } from '../../apdu/bytes.ts';
import { simReaders } from '../../src/simulator/readers.ts';
import { lineBytes, meterLine } from './line-meter.ts';

it.each([
  ['no data either way', '00200000', '63C6', 7],
  ['data to the card', '00A4000002DF04', '9000', 10],
  ['data from the card', '00B2032806', '0304322E30309000', 14],
  ['refused before any data', '00B2032806', '6982', 7],
])('counts %s', (_, command, answer, bytes) => {
  expect(lineBytes(fromHex(command), fromHex(answer))).toBe(bytes);
});

it('adds up what goes over a channel', async () => {
  await using channel = await simReaders().waitForCard();
  const meter = meterLine(channel);
  await meter.channel.transmit(fromHex('00A404000F7378312E73682EC9E7BBE1B1A3D5CF'));
  await meter.channel.transmit(fromHex('00B2032806'));
  expect(meter.count()).toEqual({ commands: 2, bytes: 23 + 14 });
});
