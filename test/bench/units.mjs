// `read` over each serial unit on a line that takes its time: card connected, basic information read, card let go. Wall time against the
// time that the bytes need on the line; and against a bare program that sends the same bytes, waits for as many as came, and knows
// nothing of protocols or cards: what is beyond that is ours. Needs a build.
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
const say = (text) => process.stdout.write(`${text}\n`);
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Writes down what is sent, and how many bytes come before the next sending. */
function recorded(ports, record) {
  return {
    ...ports,
    async open(name, settings, listener, waiting) {
      const received = (bytes) => {
        const last = record.steps.at(-1);
        if (last !== undefined) last.come += bytes.length;
        listener.received(bytes);
      };
      const port = await ports.open(name, settings, { received, lost: (cause) => listener.lost(cause) }, waiting);
      const write = port.write.bind(port);
      port.write = (bytes) => {
        record.steps.push({ sent: bytes.slice(), come: 0 });
        return write(bytes);
      };
      return port;
    },
  };
}

async function withDevice(protocol, baud, work) {
  const child = spawn(process.execPath, [device, protocol, String(baud)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const result = await work(JSON.parse(line));
  child.stdin.end();
  await once(child, 'exit');
  return result;
}

/** Our driver. @returns milliseconds of each round, and the steps of the last */
function ours(protocol, baud) {
  return withDevice(protocol, baud, async ({ path, bits }) => {
    const record = { steps: [] };
    const readers = unitReaders({ protocol, ports: recorded(serialPorts(), record), port: path, baud });
    const times = [];
    for (let round = 0; round <= rounds; round++) {
      record.steps = [];
      const begin = performance.now();
      const card = await openCard(await readers.waitForCard());
      await card.social.readBasic();
      await card.close();
      // The first round opens the port and makes the unit's acquaintance.
      if (round > 0) times.push(performance.now() - begin);
      else record.first = record.steps;
    }
    await readers[Symbol.asyncDispose]();
    return { times, bits, first: record.first, steps: record.steps };
  });
}

/** The same bytes by a program that only counts. */
function bare(protocol, baud, { first, steps }) {
  return withDevice(protocol, baud, async ({ path }) => {
    let come = 0;
    let enough = () => {};
    let wanted = 0;
    const received = (bytes) => {
      come += bytes.length;
      if (come >= wanted) enough();
    };
    const port = await serialPorts().open(path, { baud }, { received, lost: () => {} });
    const play = async (list) => {
      for (const step of list) {
        come = 0;
        wanted = step.come;
        const answered = new Promise((resolve) => {
          enough = resolve;
        });
        await port.write(step.sent);
        if (wanted > 0) await answered;
      }
    };
    await play(first);
    const times = [];
    for (let round = 0; round < rounds; round++) {
      const begin = performance.now();
      await play(steps);
      times.push(performance.now() - begin);
    }
    await port.close();
    return times;
  });
}

say(`medians of ${rounds} rounds, ms    line   bare   ours   ours/line   above the bare program, per exchange`);
for (const protocol of emulatedProtocols) {
  for (const baud of speeds) {
    const run = await ours(protocol, baud);
    const [wall, least] = [median(run.times), median(await bare(protocol, baud, run))];
    const bytes = run.steps.reduce((sum, { sent, come }) => sum + sent.length + come, 0);
    const onLine = (1000 * run.bits * bytes) / baud;
    const exchanges = run.steps.filter(({ sent }) => sent.length > 1).length;
    const own = wall - least;
    const allowed = 0.05 * onLine + (baud > 38_400 ? 0.5 * exchanges : 0);
    const figures = [onLine, least, wall].map((value) => value.toFixed(1).padStart(7)).join('');
    const verdict = own <= allowed ? 'kept' : 'MISSED';
    const tail = `${(wall / onLine).toFixed(3).padStart(9)}   ${(own / exchanges).toFixed(3)} ms in ${exchanges}, ${verdict}`;
    say(`${protocol.padEnd(14)}${String(baud).padStart(9)}    ${figures}${tail}`);
  }
}
