// MACs of the card: ours against the bare calls of node:crypto that compute the same (crypto.md 3), over 64 bytes.
// Run after a build: node test/bench/crypto.mjs [pairs]. Prints ratios of this one run; nothing here passes or fails by time.
import { createCipheriv, randomBytes } from 'node:crypto';
import { desMac, sm4Mac } from '../../dist/src/crypto/mac.js';
import { withProvider } from '../../dist/src/crypto/providers/select.js';

const WARM_UP = 200;
const BATCH = 100;
const MESSAGE = 64;
const pairs = Number(process.argv[2] ?? 1000);

// Plain arrays, as the program has them. The bare calls get everything as they want it, made once here.
const key = new Uint8Array(randomBytes(16));
const message = new Uint8Array(randomBytes(MESSAGE));
const leftThrice = Buffer.concat([key.subarray(0, 8), key.subarray(0, 8), key.subarray(0, 8)]);
const zeros8 = Buffer.alloc(8);
const zeros16 = Buffer.alloc(16);

/** Retail MAC in the cheaper form: CBC under the left half, and the last block under both. */
function bareRetailMac() {
  const head = createCipheriv('des-ede3-cbc', leftThrice, zeros8);
  head.setAutoPadding(false);
  const chain = head.update(message.subarray(0, -8)).subarray(-8);
  for (let at = 0; at < 8; at++) chain[at] ^= message[MESSAGE - 8 + at];
  const tail = createCipheriv('des-ede', key, null);
  tail.setAutoPadding(false);
  return tail.update(chain);
}

function bareSm4Mac() {
  const cipher = createCipheriv('sm4-cbc', key, zeros16);
  cipher.setAutoPadding(false);
  return cipher.update(message).subarray(-16);
}

const contests = [
  ['retail MAC', bareRetailMac, () => desMac(key, message)],
  ['SM4-MAC', bareSm4Mac, () => sm4Mac(key, message)],
];

process.stdout.write(
  `MACs over ${MESSAGE} bytes, ${pairs} pairs of batches of ${BATCH}; throughput, bare platform calls = 1\n`,
);
for (const [name, bare, ours] of contests) {
  if (!bare().equals(ours())) throw new Error(`${name}: the two do not compute the same`);
  report(
    name,
    'ours',
    compete(bare, ours, (run) => run()),
  );
  report(
    name,
    'ours, portable',
    compete(bare, ours, (run) => withProvider('portable', run)),
  );
}

function report(name, who, { bare, ours, ratio }) {
  process.stdout.write(
    `  ${name.padEnd(10)}  bare ${nanoseconds(bare)}  ${who.padEnd(14)} ${nanoseconds(ours)}  ${ratio.toFixed(2)}\n`,
  );
}

/** Medians of neighbouring batches, either first in turn: a busy moment of the machine falls on both. */
function compete(bare, ours, within) {
  const times = { bare: [], ours: [], ratio: [] };
  for (let pair = -WARM_UP; pair < pairs; pair++) {
    const bareFirst = pair % 2 === 0;
    const early = bareFirst ? measure(bare) : 0;
    const time = within(() => measure(ours));
    const bareTime = bareFirst ? early : measure(bare);
    if (pair < 0) continue;
    times.bare.push(bareTime);
    times.ours.push(time);
    times.ratio.push(bareTime / time);
  }
  return { bare: median(times.bare) / BATCH, ours: median(times.ours) / BATCH, ratio: median(times.ratio) };
}

/** Nanoseconds of a batch. */
function measure(work) {
  let bytes = 0;
  const start = process.hrtime.bigint();
  for (let pass = 0; pass < BATCH; pass++) bytes += work().length;
  const time = Number(process.hrtime.bigint() - start);
  if (bytes === 0) throw new Error('no MAC was made');
  return time;
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

function nanoseconds(value) {
  return `${value.toFixed(0).padStart(6)} ns`;
}
