// Lab cards in a thread of their own. A PC/SC library that calls the service on the main thread (npm smartcard does, to
// disconnect) may wait there for a lock that the service holds while it asks the card for its ATR: a card on the same
// thread could never answer, and both would wait for ever.
import { connect } from 'node:net';
import { parentPort } from 'node:worker_threads';
import { serveVpcd } from '../../dist/src/simulator/vpcd.js';
import { labCard } from './lab-card.mjs';

const hands = new Map();

const acts = {
  serve({ id, port, atr, memory }) {
    hands.set(id, serveVpcd(labCard(atr, memory), { port }));
  },
  cut({ id, port, atr }) {
    hands.set(id, cutFrameCard(port, atr));
  },
  insert({ id }) {
    hands.get(id)?.insert();
  },
  remove({ id }) {
    hands.get(id)?.remove();
  },
  async close({ id }) {
    await hands.get(id)?.close();
    hands.delete(id);
    parentPort.postMessage(id);
  },
};

parentPort.on('message', (message) => acts[message.act](message));

/** Ten bytes announced, one sent, then the line is dead. (With two, the service gives them out as a whole answer.) */
function cutFrameCard(port, atr) {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  let rest = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length > 2 && rest.length >= 2 + rest.readUInt16BE()) {
      const length = rest.readUInt16BE();
      if (length > 1) socket.end(Uint8Array.of(0, 10, 0x90));
      else if (rest[2] === 0x04) socket.write(Uint8Array.of(0, atr.length, ...atr));
      rest = rest.subarray(2 + length);
    }
  });
  return { insert() {}, remove: () => socket.destroy(), close: async () => void socket.destroy() };
}
