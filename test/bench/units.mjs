// `read` over each serial unit on a line that takes its time: card connected, basic information read, card let go. Wall time against the
// time that the bytes need on the line. What is beyond is the driver's, the emulator's and the system's. Needs a build.
//
//   node test/bench/units.mjs [rounds]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { serialPorts } from '../../dist/drivers/serial/ports.js';
import { unitReaders } from '../../dist/drivers/units/readers.js';
import { openCard } from '../../dist/src/card.js';
import { emulatedProtocols } from '../../dist/src/simulator/units/devices.js';

const rounds = Number(process.argv[2] ?? 9);
const speeds = [9_600, 19_200, 38_400, 57_600, 115_200];
const device = fileURLToPath(new URL('unit-device.mjs', import.meta.url));

/** Counts bytes both ways, and frames to the unit; a single byte is a signal. */
function counted(ports, counts) {
  return {
    ...ports,
    async open(name, settings, listener, waiting) {
      const heard = {
        received: (bytes) => {
          counts.bytes += bytes.length;
          listener.received(bytes);
        },
        lost: (cause) => listener.lost(cause),
      };
      const port = await ports.open(name, settings, heard, waiting);
      const write = port.write.bind(port);
      port.write = (bytes) => {
        counts.bytes += bytes.length;
        if (bytes.length > 1) counts.frames++;
        return write(bytes);
      };
      return port;
    },
  };
}

async function measure(protocol, baud) {
  const child = spawn(process.execPath, [device, protocol, String(baud)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const { path, bits } = JSON.parse(line);
  const counts = { bytes: 0, frames: 0 };
  const readers = unitReaders({ protocol, ports: counted(serialPorts(), counts), port: path, baud });
  const samples = [];
  for (let round = 0; round <= rounds; round++) {
    Object.assign(counts, { bytes: 0, frames: 0 });
    const begin = performance.now();
    const card = await openCard(await readers.waitForCard());
    await card.social.readBasic();
    await card.close();
    const wall = performance.now() - begin;
    // The first round opens the port and makes the unit's acquaintance.
    if (round > 0) samples.push({ wall, onLine: (1000 * bits * counts.bytes) / baud, frames: counts.frames });
  }
  await readers[Symbol.asyncDispose]();
  child.stdin.end();
  await once(child, 'exit');
  samples.sort((a, b) => a.wall / a.onLine - b.wall / b.onLine);
  return samples[Math.floor(samples.length / 2)];
}

console.log(`medians of ${rounds} rounds      line ms  wall ms   ratio   beyond 5 %, per exchange`);
for (const protocol of emulatedProtocols) {
  for (const baud of speeds) {
    const { wall, onLine, frames } = await measure(protocol, baud);
    const beyond = (wall - 1.05 * onLine) / frames;
    const [limit, met] = baud > 38_400 ? ['at most 0.5 ms', beyond <= 0.5] : ['at most 0', beyond <= 0];
    const figures = [onLine.toFixed(1), wall.toFixed(1), (wall / onLine).toFixed(3)].map((text) => text.padStart(9)).join('');
    const tail = `${beyond.toFixed(3).padStart(9)} ms (${limit})${met ? '' : '  MISSED'}`;
    console.log(`${protocol.padEnd(14)}${String(baud).padStart(7)}${figures}${tail}`);
  }
}
