// BER-TLV decoding: ours against the npm packages node-tlv and ber-tlv, on the same EMV records, each to the whole tree.
// Run after a build: node test/bench/tlv.mjs [rounds]. Prints ratios of this one run; nothing here passes or fails by time.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { decodeBerTlv } from '../../dist/apdu/ber-tlv.js';
import { toHex } from '../../dist/apdu/bytes.js';

const require = createRequire(import.meta.url);
const NodeTlv = require('node-tlv');
const { TlvFactory } = require('ber-tlv');

const WARM_UP = 20;
const rounds = Number(process.argv[2] ?? 60);
const passes = 60;
const folder = new URL('../../fixtures/vectors/emv/', import.meta.url);

/** Every answer in the vector files that is one template: FCIs, records, GPO and GENERATE AC answers. */
const records = [
  ...new Set(
    readdirSync(folder)
      .sort()
      .flatMap((name) => readFileSync(new URL(name, folder), 'utf8').match(/"(?:6F|70|77)[0-9A-F]{8,}"/g) ?? []),
  ),
].map((text) => Buffer.from(text.slice(1, -1).replace(/9000$/, ''), 'hex'));

// Both take a Buffer as it comes, which is the quicker of the two forms they accept.
const decoders = {
  sscard: (record) => decodeBerTlv(record),
  'node-tlv': (record) => NodeTlv.parse(record),
  'ber-tlv': (record) => TlvFactory.parse(record),
};

/** `TAG=VALUE` of every object, depth first, to be sure that all three decode the same. */
const leaves = {
  sscard: (list) =>
    list.flatMap(({ tag, value, children }) =>
      children ? leaves.sscard(children) : [leaf(tag.toString(16), toHex(value))],
    ),
  'node-tlv': (item) =>
    item.isConstructed ? item.getChild().flatMap(leaves['node-tlv']) : [leaf(item.getTag(), item.getValue())],
  'ber-tlv': (list) =>
    list.flatMap(({ tag, value, items }) =>
      items?.length ? leaves['ber-tlv'](items) : [leaf(tag, value.toString('hex'))],
    ),
};

const print = (line) => process.stdout.write(`${line}\n`);
const names = Object.keys(decoders);
const whole = records.filter((record) => {
  const trees = names.map((name) => leaves[name](decoders[name](record)).join());
  return trees.every((tree) => tree === trees[0] && tree !== '');
});
if (whole.length < 10) throw new Error(`only ${whole.length} of ${records.length} records are read alike by all three`);

const times = Object.fromEntries(names.map((name) => [name, []]));
for (let round = -WARM_UP; round < rounds; round++)
  // Interleaved, so that a busy moment of the machine falls on all of them.
  for (const name of names) {
    const time = measure(decoders[name]);
    if (round >= 0) times[name].push(time);
  }

const bytes = whole.reduce((sum, record) => sum + record.length, 0);
const perRecord = Object.fromEntries(names.map((name) => [name, median(times[name]) / passes / whole.length]));
print(`BER-TLV: ${whole.length} records, ${bytes} bytes, median of ${rounds} interleaved rounds of ${passes} passes`);
for (const name of names) print(`  ${name.padEnd(10)} ${perRecord[name].toFixed(0).padStart(7)} ns per record`);
for (const name of names.slice(1))
  print(`  ${name} takes ${(perRecord[name] / perRecord.sscard).toFixed(1)} times as long`);

/** Nanoseconds for all passes over all records. */
function measure(decode) {
  let kept = 0;
  const start = process.hrtime.bigint();
  for (let pass = 0; pass < passes; pass++) for (const record of whole) if (decode(record)) kept++;
  const time = Number(process.hrtime.bigint() - start);
  if (kept !== passes * whole.length) throw new Error('a record was lost');
  return time;
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

function leaf(tag, value) {
  return `${tag.toUpperCase()}=${value.toUpperCase()}`;
}
