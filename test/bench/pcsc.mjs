// What one APDU through the real PC/SC service costs: `node test/bench/pcsc.mjs` (root; after `npm run build` and
// `node test/pcsc/build-bindings.mjs`). A C client, the bare foreign-function call, our driver over its three bindings,
// and npm smartcard and pcsclite by themselves send the same 16 bytes to the same echo card, which lives in a process of
// its own, in turns, and the medians are printed as ratios. One run for each cure of the virtual reader's 40 ms.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const built = `${root}.test-run/pcsc`;
const require = createRequire(import.meta.url);
const ROUNDS = Number(process.env.ROUNDS ?? 60);
const CALLS = Number(process.env.CALLS ?? 100);
const ECHO = Buffer.from('80EC00000A0102030405060708090A10', 'hex');
const NAME = 'Bench 00 00';
const LONGEST = 65_544;
// Below the source ports of the namespace: a dialling card cannot be connected to itself.
const PORT = 10_000;

function serveEcho({ serveVpcd }) {
  const answer = Buffer.concat([ECHO, Buffer.from([0x90, 0x00])]);
  const nothing = () => {};
  const card = {
    atr: () => Buffer.from([0x3b, 0x00]),
    powerOn: nothing,
    powerOff: nothing,
    reset: nothing,
    process: () => answer,
  };
  serveVpcd(card, { port: PORT });
}

function outside() {
  for (const [cure, nodelay] of [
    ['cure 1, quick acknowledgements', 'route'],
    ['cure 2, no delay at the reader', 'shim'],
  ]) {
    process.stdout.write(`\n${cure}: ${ROUNDS} rounds of ${CALLS} exchanges\n`);
    const { status } = spawnSync(
      `${root}test/pcsc/namespace.sh`,
      [process.execPath, fileURLToPath(import.meta.url), 'inside'],
      {
        stdio: 'inherit',
        env: { ...process.env, NODELAY: nodelay },
      },
    );
    if (status !== 0) process.exit(1);
  }
}

async function inside() {
  const folder = mkdtempSync(join(tmpdir(), 'sscard-bench-'));
  const driver = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so';
  const hex = `0x${PORT.toString(16)}`;
  writeFileSync(
    join(folder, 'reader'),
    `FRIENDLYNAME "Bench"\nDEVICENAME /dev/null:${hex}\nLIBPATH ${driver}\nCHANNELID ${hex}\n`,
  );
  const env = process.env.NODELAY === 'shim' ? { ...process.env, LD_PRELOAD: `${built}/nodelay.so` } : process.env;
  const service = spawn('/usr/sbin/pcscd', ['--foreground', '--config', folder], { stdio: 'ignore', env });
  while (!existsSync('/run/pcscd/pcscd.comm')) await pause(5);
  const card = spawn(process.execPath, [fileURLToPath(import.meta.url), 'card'], { stdio: 'inherit' });
  try {
    await measure();
  } finally {
    card.kill('SIGKILL');
    service.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure() {
  const { pcscReaders } = await import(`${root}dist/drivers/pcsc/readers.js`);
  const first = await pcscReaders().waitForCard({ timeout: 10_000 });
  await first.close('leave');
  const clients = {
    'C client': await cClient(),
    'koffi, bare asynchronous call': await bareKoffi(),
    'koffi, bare synchronous call': await bareKoffiSync(),
    'sscard over koffi': await ours(pcscReaders, 'koffi'),
    'sscard over smartcard': await ours(pcscReaders, 'smartcard'),
    'sscard over pcsclite': await ours(pcscReaders, 'pcsclite'),
    'npm smartcard by itself': await bareSmartcard(),
    'npm pcsclite by itself': await barePcsclite(),
  };
  const names = Object.keys(clients).filter((name) => name.includes(process.env.ONLY ?? ''));
  const costs = Object.fromEntries(names.map((name) => [name, []]));
  // Short turns, all connections open: what else the machine does falls on everybody alike.
  for (let round = -10; round < ROUNDS; round++) {
    // Each round begins with another one: no client always follows the same neighbour.
    for (let at = 0; at < names.length; at++) {
      const name = names[(at + round + names.length * 10) % names.length];
      const cost = await clients[name](CALLS);
      if (round >= 0) costs[name].push(cost);
    }
  }
  const delays = Object.fromEntries(names.map((name) => [name, '']));
  for (const name of names) if (name !== 'C client') delays[name] = await loopDelay(clients[name]);
  print(names, costs, delays);
  process.exit(0);
}

function print(names, costs, delays) {
  const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
  const ratio = (name, of) => {
    // Turn by turn, against the same round of the other.
    const pairs = costs[name].map((cost, round) => cost / (costs[of]?.[round] ?? Number.NaN));
    return median(pairs).toFixed(2).padStart(6);
  };
  process.stdout.write(`${'client'.padEnd(30)}  median  of C  of bare call  longest block of the event loop\n`);
  for (const name of names) {
    const cost = `${(median(costs[name]) / 1e3).toFixed(0).padStart(5)} us`;
    const [c, bare] = [ratio(name, 'C client'), ratio(name, 'koffi, bare asynchronous call')];
    process.stdout.write(`${name.padEnd(30)} ${cost} ${c}  ${bare}        ${delays[name]}\n`);
  }
}

/** Apart from the timing: watching the loop wakes it up a thousand times a second. */
async function loopDelay(client) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await client(500);
  delay.disable();
  // The histogram holds whole intervals: one millisecond of each is the timer's own.
  return `${Math.max(0, delay.max / 1e6 - 1).toFixed(1)} ms`;
}

/** @param exchange sends ECHO once; resolves with the answer */
const timed = (exchange) => async (calls) => {
  const begin = process.hrtime.bigint();
  for (let count = 0; count < calls; count++) {
    const answer = await exchange();
    if (answer.length !== 18) throw new Error(`an answer of ${answer.length} bytes`);
  }
  return Number(process.hrtime.bigint() - begin) / calls;
};

async function cClient() {
  const client = spawn(`${built}/pcsc-client`, [NAME], { stdio: ['pipe', 'pipe', 'inherit'] });
  client.stdout.setEncoding('utf8');
  return (calls) =>
    new Promise((resolve) => {
      client.stdout.once('data', (text) => resolve(Number(text)));
      client.stdin.write(`${calls}\n`);
    });
}

async function ours(pcscReaders, binding) {
  const channel = await pcscReaders({ binding }).waitForCard({ reader: NAME, share: 'shared' });
  return timed(() => channel.transmit(ECHO));
}

function koffiFunctions() {
  const koffi = require('koffi');
  const library = koffi.load('libpcsclite.so.1');
  const fn = (name, ...types) => library.func(name, 'long', types);
  return {
    establish: fn('SCardEstablishContext', 'ulong', 'void *', 'void *', 'void *'),
    connect: fn('SCardConnect', 'long', 'void *', 'ulong', 'ulong', 'void *', 'void *'),
    transmit: fn('SCardTransmit', 'long', 'void *', 'void *', 'ulong', 'void *', 'void *', 'void *'),
  };
}

/** @param call performs the exchange; gets the functions and what to hand them */
async function withKoffi(call) {
  const { establish, connect, transmit } = koffiFunctions();
  const [context, card, protocol, length] = [0, 1, 2, 3].map(() => Buffer.alloc(8));
  if (establish(2, null, null, context) !== 0) throw new Error('no service');
  if (connect(Number(context.readBigInt64LE()), Buffer.from(`${NAME}\0`), 2, 1, card, protocol) !== 0)
    throw new Error('no card');
  const handle = Number(card.readBigInt64LE());
  const pci = Buffer.alloc(16);
  pci[0] = 1;
  pci[8] = 16;
  const answer = Buffer.alloc(LONGEST);
  return timed(() => call(transmit, handle, pci, answer, length));
}

const bareKoffi = () =>
  withKoffi(
    (transmit, handle, pci, answer, length) =>
      new Promise((resolve, reject) => {
        length.writeUInt32LE(LONGEST);
        transmit.async(handle, pci, ECHO, ECHO.length, null, answer, length, (error, code) => {
          if (error || code !== 0) reject(error ?? new Error(String(code)));
          else resolve(Uint8Array.from(answer.subarray(0, length.readUInt32LE())));
        });
      }),
  );

const bareKoffiSync = () =>
  withKoffi(async (transmit, handle, pci, answer, length) => {
    length.writeUInt32LE(LONGEST);
    if (transmit(handle, pci, ECHO, ECHO.length, null, answer, length) !== 0) throw new Error('transmit');
    return Uint8Array.from(answer.subarray(0, length.readUInt32LE()));
  });

async function bareSmartcard() {
  const { Context } = require('smartcard');
  const context = new Context();
  const card = await context
    .listReaders()
    .find(({ name }) => name === NAME)
    .connect(2, 1);
  // The card dies with its context when that is collected.
  return timed(() => context && card.transmit(ECHO, { maxRecvLength: LONGEST }));
}

async function barePcsclite() {
  const pcsc = require('pcsclite')();
  pcsc.on('error', () => {});
  const reader = await new Promise((resolve) => {
    pcsc.on('reader', (found) => {
      found.on('error', () => {});
      if (found.name === NAME) found.once('status', () => resolve(found));
    });
  });
  const call = (name, ...args) =>
    new Promise((resolve, reject) =>
      reader[name](...args, (error, result) => (error ? reject(error) : resolve(result))),
    );
  const protocol = await call('connect', { share_mode: 2, protocol: 1 });
  return timed(() => call('transmit', ECHO, LONGEST, protocol));
}

if (process.argv[2] === 'card') await import(`${root}dist/src/simulator/vpcd.js`).then(serveEcho);
else if (process.argv[2] === 'inside') await inside();
else outside();
