// Framers: megabytes a second of processor time of mixed frames and noise through each, beside a bare XOR pass over the same bytes.
// Run after a build: node test/bench/framers.mjs [rounds]. Figures of this one run; nothing here passes or fails by time.
import { kmyFrame, kmyFramer } from '../../dist/drivers/pinpad/kmy/framer.js';
import { plainFramer } from '../../dist/drivers/pinpad/plain/framer.js';
import { zt598Frame, zt598Framer } from '../../dist/drivers/pinpad/zt598/framer.js';
import { alparFrame, alparFramer } from '../../dist/drivers/units/alpar/framer.js';
import { acsFrame, acsFramer } from '../../dist/drivers/units/ccid-acs/framer.js';
import { gemplusFrame, gemplusFramer } from '../../dist/drivers/units/ccid-gemplus/framer.js';
import { crt02Frame, crt02Framer } from '../../dist/drivers/units/crt-02/framer.js';
import { crtF2Frame, crtF2Framer } from '../../dist/drivers/units/crt-f2/framer.js';
import { nibbleFramer, posBoxFrame, tabletBoxFrame } from '../../dist/drivers/units/nibble-split/framer.js';
import { sdtFrame, sdtFramer } from '../../dist/drivers/units/sdt/framer.js';

const rounds = Number(process.argv[2] ?? 15);
const WARM_UP = 5;
const SIZE = 8 << 20;
/** What a port may hand over at once: much, a read of a serial port, a HID report. */
const CHUNKS = [65_536, 1024, 64];

/** The answers of a reading: short ones, records, long ones. */
const ANSWERS = [2, 10, 23, 64, 130, 257];

const ccid = (data) => Uint8Array.of(0x80, data.length & 0xff, data.length >> 8, 0, 0, 0, 7, 0, 0, 0, ...data);
const protocols = {
  'ccid-gemplus': [gemplusFramer, (data) => gemplusFrame(ccid(data))],
  'ccid-acs': [acsFramer, (data) => acsFrame(ccid(data))],
  alpar: [alparFramer, (data) => alparFrame(0, data)],
  'crt-f2': [crtF2Framer, (data) => crtF2Frame(Uint8Array.of(0x50, 0x51, 0x39, 0x32, 0x30, 0x30, ...data))],
  'crt-02': [crt02Framer, (data) => crt02Frame(Uint8Array.of(0x37, 0x31, 0x59, 0, data.length & 0xff, ...data))],
  'kmy ascii': [kmyFramer, (data) => kmyFrame(4, data.subarray(0, 254))],
  'kmy binary': [() => kmyFramer({ variant: 'binary' }), (data) => kmyFrame(4, data.subarray(0, 254), 'binary')],
  zt598: [zt598Framer, (data) => zt598Frame(Uint8Array.of(0x60, ...Buffer.from(Buffer.from(data).toString('hex'))))],
  plain: [
    () => plainFramer('stx-etx', 6),
    (data) => Uint8Array.of(0x02, ...data.subarray(0, 6).map((byte) => 0x30 + (byte % 10)), 0x03),
  ],
  sdt: [sdtFramer, (data) => sdtFrame(Uint8Array.of(0, 0, 0x90, ...data))],
  'nibble +30': [() => nibbleFramer('split-plus-30'), (data) => tabletBoxFrame(data)],
  'nibble hex': [() => nibbleFramer('ascii-hex'), (data) => posBoxFrame(0x45, data)],
};

const print = (line) => process.stdout.write(`${line}\n`);
print(
  `Framers: MB/s of processor time, median of ${rounds} rounds over ${SIZE >> 20} MiB; each frame followed by 1 to 64 bytes of noise`,
);
print(
  `${'chunks of'.padEnd(14)}${CHUNKS.map((size) => String(size).padStart(10)).join('')}     XOR   whole pass   noise alone`,
);
for (const [name, [framer, encode]] of Object.entries(protocols)) {
  const random = generator(0x5eed);
  const mixed = stream(random, encode);
  const speeds = CHUNKS.map((size) => speed(() => feed(framer(), mixed, size)));
  const xor = speed(() => xorPass(mixed));
  const noise = noiseOf(random, SIZE);
  const alone = speed(() => feed(framer(), noise, CHUNKS[0]));
  const figures = speeds.map((figure) => figure.toFixed(0).padStart(10)).join('');
  const ratio = `${(xor / speeds[0]).toFixed(1)} times`;
  print(
    `${name.padEnd(14)}${figures}${xor.toFixed(0).padStart(8)}${ratio.padStart(13)}${alone.toFixed(0).padStart(14)}`,
  );
}

function stream(random, encode) {
  const bytes = new Uint8Array(SIZE);
  for (let at = 0, turn = 0; at < SIZE; turn++) {
    const piece =
      turn % 2 === 1 ? noiseOf(random, 1 + random(64)) : encode(noiseOf(random, ANSWERS[random(ANSWERS.length)]));
    bytes.set(piece.subarray(0, SIZE - at), at);
    at += piece.length;
  }
  return bytes;
}

function feed(framer, bytes, size) {
  let events = 0;
  for (let at = 0; at < bytes.length; at += size) events += framer.push(bytes.subarray(at, at + size)).length;
  return events;
}

function xorPass(bytes) {
  let sum = 0;
  for (const byte of bytes) sum ^= byte;
  return sum + 1;
}

/** Megabytes a second of processor time, which other programs do not spend. */
function speed(pass) {
  const times = [];
  for (let round = -WARM_UP; round < rounds; round++) {
    const start = process.cpuUsage();
    if (pass() === 0) throw new Error('nothing was found');
    const { user, system } = process.cpuUsage(start);
    if (round >= 0) times.push(user + system);
  }
  return SIZE / times.sort((a, b) => a - b)[times.length >> 1];
}

function noiseOf(random, length) {
  return Uint8Array.from({ length }, () => random(256));
}

function generator(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * below);
  };
}
