// The offline path of the debit side: ours against the bare platform calls that compute the same, and against `node-emv`
// (the package `emv`, which the figures name too, is not in the registry any more). Run after a build:
//   node test/bench/emv.mjs [pairs]
// Prints ratios of this one run, each side in turn within a pair; nothing here passes or fails by time.
import { constants, createHash, createPublicKey, publicDecrypt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { decodeBerTlv } from '../../dist/apdu/ber-tlv.js';
import { readObjects, readTemplate } from '../../dist/apdu/objects.js';
import { recoverCardKey, recoverIssuerKey } from '../../dist/src/crypto/rsa-offline.js';
import { parseAfl } from '../../dist/src/financial/afl.js';
import { authenticateOffline } from '../../dist/src/financial/authentication/authenticate.js';
import { verifyCombinedAnswer } from '../../dist/src/financial/authentication/cda.js';
import { CaKeys } from '../../dist/src/financial/ca-keys.js';
import { parseFci } from '../../dist/src/financial/fci.js';
import { initiate } from '../../dist/src/financial/initiate.js';
import { readApplicationData } from '../../dist/src/financial/read-data.js';
import { Session } from '../../dist/src/financial/session.js';

const pairs = Number(process.argv[2] ?? 300);
const BATCH = 20;
const WARM_UP = 200;
const nodeEmv = createRequire(import.meta.url)('node-emv');

const vector = (name) => JSON.parse(readFileSync(new URL(`../../fixtures/vectors/emv/${name}.json`, import.meta.url)));
const bytes = (hex) => new Uint8Array(Buffer.from(hex, 'hex'));
const hexOf = (data) => Buffer.from(data).toString('hex').toUpperCase();

// The published card with a combined signature: everything that its terminal has to compute is in this trace.
const { exchanges } = vector('amex-contact-cda');
const { modulus, exponent } = vector('authority-keys').keys.find(({ rid }) => rid === 'A000000025');
const authority = { modulus: bytes(modulus), exponent: bytes(exponent) };
const rid = bytes('A000000025');
const today = { year: 2008, month: 1, day: 31 };
const caKeys = CaKeys.of([{ rid, index: 0xa1, key: { algorithm: 'rsa', ...authority }, test: false }]).withTestKeys(
  true,
);
const answers = new Map(exchanges.map(({ c, r }) => [c, bytes(r)]));
const transmitter = { transmit: async (command) => answers.get(hexOf(command)) };
const records = exchanges.filter(({ c }) => c.startsWith('00B2')).map(({ r }) => bytes(r).slice(0, -2));
const objects = records.flatMap((record) => decodeBerTlv(record)[0].children);
const value = (tag) => objects.find((one) => one.tag === tag).value;
const generateAc = exchanges.at(-1);
const cdol1Values = bytes(generateAc.c).subarray(5, -1);

/** Selection, reading, authentication, combined signature: the terminal's side of the whole offline transaction. */
async function transaction() {
  const session = new Session({ transmitter, waiting: {} }, new Map([[0x9f35, bytes('EA')]]));
  const fci = parseFci(answers.get(exchanges[1].c).subarray(0, -2));
  const initiated = await initiate(session, fci);
  const read = await readApplicationData(session, initiated.afl);
  const { cardKey } = await authenticateOffline(session, { method: 'cda', records: read, caKeys, rid, today });
  const answer = readTemplate(answers.get(generateAc.c).subarray(0, -2), 0x77);
  const unpredictableNumber = cdol1Values.subarray(-4);
  const sent = { pdolValues: initiated.pdolValues, cdol1Values, cdol2Values: new Uint8Array() };
  return verifyCombinedAnswer(cardKey, {
    content: answer.value,
    objects: answer.children,
    unpredictableNumber,
    ...sent,
  });
}

const jwk = ({ modulus: n, exponent: e }) =>
  createPublicKey({ key: { kty: 'RSA', n: base64url(n), e: base64url(e) }, format: 'jwk' });
const base64url = (data) => Buffer.from(data).toString('base64url');
const raise = (key, data) => publicDecrypt({ key: jwk(key), padding: constants.RSA_NO_PADDING }, data);
const sha1 = (...parts) => {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

// Keys as they come out of the certificates, made once here.
const month = { year: 2008, month: 1 };
const pan = '374245001741007';
const issuerParts = { certificate: value(0x90), remainder: value(0x92), exponent: value(0x9f32) };
const issuer = recoverIssuerKey(authority, issuerParts, pan, month).value.key;
// The second record is the one that the file locator marks; tag 9F4A adds the interchange profile.
const staticData = new Uint8Array(Buffer.concat([decodeBerTlv(records[1])[0].value, bytes('5D80')]));
const cardParts = { certificate: value(0x9f46), remainder: value(0x9f48), exponent: value(0x9f47) };
const card = recoverCardKey(issuer, cardParts, pan, month, staticData).value.key;
const signature = readObjects(answers.get(generateAc.c).subarray(0, -2))[0].children.find(
  ({ tag }) => tag === 0x9f4b,
).value;

/** The three public operations and the hashes that it contains, and nothing else. */
async function bareTransaction() {
  const one = raise(authority, issuerParts.certificate);
  sha1(one.subarray(1, -21), issuerParts.remainder, issuerParts.exponent);
  const two = raise(issuer, cardParts.certificate);
  sha1(two.subarray(1, -21), cardParts.remainder, cardParts.exponent, staticData);
  const three = raise(card, signature);
  sha1(three.subarray(1, -21), cdol1Values.subarray(-4));
  return sha1(bytes('EA'), cdol1Values, answers.get(generateAc.c));
}

const recovery = () => {
  recoverIssuerKey(authority, issuerParts, pan, month);
  return recoverCardKey(issuer, cardParts, pan, month, staticData);
};
const bareRecovery = () => {
  raise(authority, issuerParts.certificate);
  return raise(issuer, cardParts.certificate);
};

// What both packages do: objects of the answers to SELECT and READ RECORD, the list of files.
const shared = [exchanges[1].r, ...exchanges.filter(({ c }) => c.startsWith('00B2')).map(({ r }) => r)].map((r) =>
  r.slice(0, -4),
);
const sharedBytes = shared.map(bytes);
const quiet = (work) => {
  const { log } = console;
  console.log = () => {};
  try {
    return work();
  } finally {
    console.log = log;
  }
};
const theirDecoding = () => quiet(() => shared.map((hex) => nodeEmv.parse(hex, () => {})));
const ourDecoding = () => {
  parseFci(sharedBytes[0]);
  for (const record of sharedBytes) readObjects(record);
  parseAfl(bytes('0801010008020201080405001002030018030300'));
};

const came = await transaction();
if (came.kind !== 'verified') throw new Error(`the transaction does not verify: ${came.reason}`);
if (recovery().kind !== 'valid') throw new Error('the certificates do not hold');

process.stdout.write(`${pairs} pairs of batches of ${BATCH}; time of ours, the other side = 1\n`);
await report('whole offline CDA transaction, terminal side', 'at most 4', bareTransaction, transaction);
await report('recovery of two certificates', 'at most 1.10', bareRecovery, recovery);
await report('selection, records, decoding, against node-emv', 'at most 0.20', theirDecoding, ourDecoding);

async function report(name, figure, bare, ours) {
  for (let n = 0; n < WARM_UP; n++) {
    await bare();
    await ours();
  }
  const ratios = [];
  let [least, lowest] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let n = 0; n < pairs; n++) {
    const [b, o] = [await timed(bare), await timed(ours)];
    ratios.push(o / b);
    least = Math.min(least, b);
    lowest = Math.min(lowest, o);
  }
  const median = ratios.sort((a, b) => a - b)[Math.floor(pairs / 2)];
  process.stdout.write(
    `  ${name}: ${median.toFixed(3)} (figure: ${figure}); ${(least * 1000).toFixed(1)} and ${(lowest * 1000).toFixed(1)} µs\n`,
  );
}

/** CPU time of this process, in milliseconds: other programs of the machine do not count. */
async function timed(work) {
  const start = process.cpuUsage();
  for (let n = 0; n < BATCH; n++) await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000 / BATCH;
}
