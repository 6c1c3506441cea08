import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { fromHex, toHex } from '../../apdu/bytes.ts';
import { asVpcdCard } from '../../src/simulator/serve.ts';
import { serveVpcd } from '../../src/simulator/vpcd.ts';
import { poweredCard, SELECT_SSSE } from './cards.ts';

/** One frame to the card's side of the virtual reader; its answer, if one comes. */
async function ask(socket: Socket, hex: string): Promise<string> {
  const body = fromHex(hex);
  socket.write(Uint8Array.from([body.length >> 8, body.length & 0xff, ...body]));
  const [chunk] = (await once(socket, 'data')) as [Uint8Array];
  return toHex(Uint8Array.from(chunk.subarray(2)));
}

it('a simulated card answers on the virtual reader, and forgets its selection without power', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const card = await poweredCard();
  card.powerOff();
  await using _slot = serveVpcd(asVpcdCard(card), { port });
  const [socket] = (await once(server, 'connection')) as [Socket];
  try {
    socket.write(Uint8Array.of(0, 1, 1));
    expect(await ask(socket, '04')).toBe(toHex(card.atr));
    expect(await ask(socket, SELECT_SSSE)).toBe('611E');
    socket.write(Uint8Array.of(0, 1, 0));
    socket.write(Uint8Array.of(0, 1, 1));
    expect(await ask(socket, '00B2032806')).toBe('6A82');
  } finally {
    socket.destroy();
    server.close();
  }
});
