// An emulated Gemplus unit on a pseudo-terminal, in a process of its own: a PC/SC library that waits on the main thread would wait
// for a unit that cannot answer. Every byte of both directions is kept.
import { readFileSync } from 'node:fs';
import { SimulatedCard } from '../../dist/src/simulator/card.js';
import { t1Card } from '../../dist/src/simulator/t1-card.js';
import { GemplusUnit } from '../../dist/src/simulator/units/gemplus.js';
import { servePty } from '../../dist/src/simulator/wire/pty.js';

const demo = JSON.parse(readFileSync(new URL('../../dist/src/simulator/demo-card.json', import.meta.url), 'utf8'));
const kept = { fromHost: '', toHost: '' };

/** The same device, with what it hears and says written down. */
function recorded(device) {
  const hex = (bytes) => Buffer.from(bytes).toString('hex').toUpperCase();
  return {
    line: device.line,
    attach: (wire) =>
      device.attach({
        send(bytes) {
          kept.toHost += hex(bytes);
          wire.send(bytes);
        },
        setSpeed: (baud) => wire.setSpeed(baud),
        unplug: () => wire.unplug(),
      }),
    receive(bytes) {
      kept.fromHost += hex(bytes);
      device.receive(bytes);
    },
    detach: () => device.detach(),
  };
}

let unit;
let slot;
const acts = {
  async serve({ link, model, protocol, pin, speed }) {
    const image = structuredClone(demo.card);
    image.pin.digits = pin;
    // T0 with the bit of TA1, TA1, and the rest as it is.
    if (speed !== undefined) image.atr = `3B7D${speed.toString(16).padStart(2, '0')}${image.atr.slice(4)}`;
    const card = new SimulatedCard(image);
    unit = new GemplusUnit({ card: protocol === 1 ? t1Card(card) : card }, { model });
    slot = await servePty(recorded(unit), { link });
  },
  act: ({ what }) => unit.act(...what),
  insert: () => unit.insert(),
  remove: () => unit.remove(),
  misbehave: ({ orders }) => unit.misbehave(...orders),
  bytes: () => kept,
  close: () => slot.close(),
};

process.on('message', async ({ id, act, ...rest }) => {
  const result = await acts[act](rest);
  process.send({ id, result });
});
process.on('disconnect', () => process.exit());
