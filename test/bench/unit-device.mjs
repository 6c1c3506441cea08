// The device's end of a line for units.mjs: an emulated unit with a card and its PSAM on a pseudo-terminal, at a fixed speed. Prints the
// path. A process of its own: the driver's time is not spent on it.
import { SimulatedCard } from '../../dist/src/simulator/card.js';
import { inventFile } from '../../dist/src/simulator/invent.js';
import { SimulatedPsam } from '../../dist/src/simulator/psam.js';
import { emulateUnit } from '../../dist/src/simulator/units/devices.js';
import { pacedLine } from '../../dist/src/simulator/wire/pace.js';
import { servePty } from '../../dist/src/simulator/wire/pty.js';

const [protocol, baud] = process.argv.slice(2);
const file = await inventFile({ generation: '2.0', seed: 20 });
const unit = await emulateUnit(protocol, { card: new SimulatedCard(file.card), sams: [new SimulatedPsam(file.psam)] });
const slot = await servePty(
  pacedLine({
    line: { baud: Number(baud), bits: unit.line.bits },
    attach: (wire) =>
      unit.attach({ send: (bytes) => wire.send(bytes), setSpeed: () => {}, unplug: () => wire.unplug() }),
    receive: (bytes) => unit.receive(bytes),
    detach: () => unit.detach(),
  }),
);
process.stdout.write(`${JSON.stringify({ path: slot.path, bits: unit.line.bits })}\n`);
process.stdin.resume().on('end', () => void slot.close());
