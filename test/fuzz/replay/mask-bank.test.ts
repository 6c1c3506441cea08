import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { encodeBerTlv } from '../../../apdu/ber-tlv.ts';
import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';
import { encodeCommand } from '../../../apdu/command.ts';
import { createMasker, type Masker } from '../../../src/trace/mask.ts';
import { mutate, type Rng, random, report, seeds } from '../seeds.ts';

const CARDS = 2_000;
const PROFILE = 'upi-test-card-0031-profile';
const vector = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/vectors/emv/${name}.json`, import.meta.url), 'utf8'));

/** What must never be seen of one card, as hex: any run of so many digits of it. */
interface Secret {
  readonly what: string;
  readonly hex: string;
  /** Hex digits in a row that tell too much: of an account number one more than the six that may be shown. */
  readonly run: number;
}

/** One card: answers by command, and what is secret in them. */
interface Card {
  readonly exchanges: readonly (readonly [command: Uint8Array, answer: Uint8Array])[];
  readonly secrets: readonly Secret[];
}

/** Digits without zeros and of no pattern, so that no run of them stands anywhere by chance. */
const digits = (rng: Rng, count: number) => Array.from({ length: count }, () => 1 + rng.int(9)).join('');
/** Bytes that hold no decimal digit: a run of digits is never made of them. */
const noDigits = (rng: Rng, count: number) =>
  Uint8Array.from({ length: count }, () => ((10 + rng.int(6)) << 4) | (10 + rng.int(5)));
const ascii = (text: string) => new TextEncoder().encode(text);
const tlv = (tag: number, value: Uint8Array) => encodeBerTlv([{ tag, value }]);
const record = (tag: number, parts: readonly Uint8Array[]) => tlv(tag, concat(parts));
const evenHex = (text: string) => fromHex(text.length % 2 === 0 ? text : `${text}F`);
const command = (cla: number, ins: number, p1: number, p2: number, data?: Uint8Array) =>
  encodeCommand({ cla, ins, p1, p2, le: 256, ...(data && data.length > 0 && { data }) });
const OK = fromHex('9000');

function shuffled<T>(rng: Rng, list: readonly T[]): T[] {
  return list
    .map((one) => [rng.int(1 << 30), one] as const)
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one);
}

/** A card with everything secret in every place where cards have it, and lists that ask the terminal for it. */
function invented(rng: Rng): Card {
  const pan = digits(rng, 13 + rng.int(7));
  const track2 = `${pan}D3012220${digits(rng, 6)}`;
  const person = ascii(`320499${digits(rng, 11)}X`);
  const name = ascii(`ZHANG SAN ${String.fromCharCode(65 + rng.int(26))}`);
  const balance = fromHex(digits(rng, 12));
  const pin = fromHex(`26${digits(rng, 6)}FFFFFFFF`);
  const account = evenHex(pan);
  const issuerData = concat([fromHex('07010103A00000010A01'), balance.subarray(1), noDigits(rng, 4)]);
  const sm2 = concat([fromHex('14'), account, new Uint8Array(10 - account.length).fill(0xff), noDigits(rng, 137)]);
  const asked = (tags: string) => fromHex(tags);
  const pdol = asked('9F1A025A0A57139F0206');
  const pdolValues = concat([fromHex('0156'), padded(account, 10), padded(evenHex(track2), 19), new Uint8Array(6)]);
  const cdol = asked('9F02069F7906990857139F3704');
  const cdolValues = concat([new Uint8Array(6), balance, pin, padded(evenHex(track2), 19), noDigits(rng, 4)]);
  const ddol = asked('9F37045A0A');
  const ddolValues = concat([noDigits(rng, 4), padded(account, 10)]);
  const records = [
    shuffled(rng, [
      tlv(0x5a, padded(account, rng.int(2) === 0 ? account.length : 10)),
      tlv(0x5f24, fromHex('301231')),
      tlv(0x9f08, fromHex('0030')),
      tlv(0x5f34, fromHex('01')),
    ]),
    shuffled(rng, [tlv(0x57, evenHex(track2)), tlv(0x5f20, name), tlv(0x9f1f, ascii(`${pan}99`)), tlv(0x9f61, person)]),
    shuffled(rng, [tlv(0x8c, cdol), tlv(0x8d, cdol), tlv(0x9f49, ddol), tlv(0x9f0b, padded(name, 27))]),
    shuffled(rng, [tlv(0x9f46, sm2), tlv(0x56, ascii(pan)), tlv(0x9f20, evenHex(pan)), tlv(0xdf3a, account)]),
    [
      tlv(0x9f5d, balance),
      tlv(0x90, concat([fromHex('12'), account, noDigits(rng, 64)])),
      tlv(0x93, padded(account, 67)),
    ],
  ];
  const control = record(0x6f, [
    tlv(0x84, fromHex('A000000333010101')),
    record(0xa5, [
      tlv(0x50, ascii('PBOC DEBIT')),
      tlv(0x87, fromHex('01')),
      tlv(0x9f38, pdol),
      record(0xbf0c, [tlv(0x9f4d, fromHex('0B0A')), tlv(0xdf11, account)]),
    ]),
  ]);
  const log = concat([fromHex('26031510111200'), balance, account, person]);
  const cryptogram = concat([fromHex('800001'), noDigits(rng, 8), issuerData]);
  const exchanges: [Uint8Array, Uint8Array][] = [
    [command(0x00, 0xa4, 4, 0, fromHex('A000000333010101')), control],
    [
      command(0x80, 0xa8, 0, 0, tlv(0x83, pdolValues)),
      rng.int(2) === 0
        ? tlv(0x80, fromHex('7C0008010500'))
        : record(0x77, [
            tlv(0x82, fromHex('7C00')),
            tlv(0x57, evenHex(track2)),
            tlv(0x9f10, issuerData),
            tlv(0x9f5d, balance),
          ]),
    ],
    ...records.map((parts, at): [Uint8Array, Uint8Array] => [command(0x00, 0xb2, at + 1, 0x0c), record(0x70, parts)]),
    [command(0x00, 0x88, 0, 0, ddolValues), tlv(0x80, padded(account, 96))],
    [command(0x00, 0x20, 0, 0x80, pin), new Uint8Array()],
    [command(0x80, 0xae, 0x80, 0, cdolValues), tlv(0x80, cryptogram)],
    [command(0x80, 0xae, 0x40, 0, cdolValues), record(0x77, [tlv(0x9f27, fromHex('40')), tlv(0x9f10, issuerData)])],
    [command(0x80, 0xca, 0x9f, 0x79), tlv(0x9f79, balance)],
    [command(0x00, 0xb2, 1, 0x5c), log],
    [command(0x84, 0x24, 0, 2, pin), new Uint8Array()],
    [command(0x04, 0xdc, 1, 0x0c, record(0x70, [tlv(0x5a, account)])), new Uint8Array()],
    [command(0x80, 0xca, 0x9f, 0x79), tlv(0xdf79, balance)],
  ];
  const secrets = [
    { what: 'account number', hex: pan, run: 7 },
    { what: 'account number as text', hex: toHex(ascii(pan)), run: 14 },
    { what: 'track 2', hex: track2.slice(pan.length), run: 9 },
    { what: 'identity number', hex: toHex(person.subarray(6)), run: 10 },
    { what: 'name', hex: toHex(name.subarray(0, 9)), run: 10 },
    { what: 'balance', hex: toHex(balance.subarray(1)), run: 7 },
    { what: 'PIN', hex: toHex(pin).slice(2, 8), run: 6 },
  ];
  return { exchanges, secrets };
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  return concat([bytes, new Uint8Array(Math.max(0, length - bytes.length)).fill(0xff)]);
}

/** The published laboratory card with another account number in its records. */
function laboratory(rng: Rng): Card {
  const { application, expected } = vector(PROFILE);
  const pan = digits(rng, expected.pan.length);
  const renumbered = (hex: string) => fromHex(hex.replaceAll(expected.pan, pan));
  const records = Object.entries<string>(application.records).map(([place, hex]): [Uint8Array, Uint8Array] => {
    const [file = 0, number = 0] = place.split('.').map(Number);
    return [command(0x00, 0xb2, number, (file << 3) | 4), renumbered(hex)];
  });
  const control: [Uint8Array, Uint8Array] = [
    command(0x00, 0xa4, 4, 0, fromHex(application.aid)),
    fromHex(application.fciContact),
  ];
  const secrets = [
    { what: 'account number', hex: pan, run: 7 },
    { what: 'name', hex: toHex(ascii('FULL FUNCTIONAL')), run: 10 },
    { what: 'track 1', hex: toHex(ascii('0102030405060708090A0B')), run: 14 },
  ];
  return { exchanges: [control, ...shuffled(rng, records)], secrets };
}

/** The lines of a card's exchanges: whole answers, fetched ones, and answers that come in pieces. */
function linesOf(rng: Rng, masker: Masker, { exchanges }: Card, vary: (bytes: Uint8Array) => Uint8Array): string[] {
  const lines: string[] = [];
  const exchange = (sent: Uint8Array, answer: Uint8Array) => lines.push(masker.command(sent), masker.answer(answer));
  for (const [sent, whole] of exchanges) {
    const answer = vary(whole);
    const form = rng.int(4);
    if (form === 0 || answer.length === 0) exchange(sent, concat([answer, OK]));
    else {
      // In two pieces, the first of them perhaps with the answer to the command itself, perhaps none.
      const cut = form === 1 ? 0 : rng.int(answer.length);
      exchange(sent, concat([form === 3 ? answer.subarray(0, cut) : new Uint8Array(), Uint8Array.of(0x61, 0)]));
      if (form === 2) exchange(command(0x00, 0xc0, 0, 0), concat([answer.subarray(0, cut), Uint8Array.of(0x61, 0)]));
      exchange(command(0x00, 0xc0, 0, 0), concat([answer.subarray(form === 1 ? 0 : cut), OK]));
    }
  }
  return lines;
}

/** The first secret of which a line shows too much. Runs end at a hidden byte. */
function leak(lines: readonly string[], secrets: readonly Secret[]): string | undefined {
  for (const line of lines) {
    for (const shown of line.replaceAll(' ', '').split('*')) {
      for (const { what, hex, run } of secrets) {
        for (let at = 0; at + run <= hex.length; at++)
          if (shown.includes(hex.slice(at, at + run))) return `${what} (${hex}) in ${line}`;
      }
    }
  }
  return undefined;
}

it('the cards of this test show their secrets where nothing hides them', () => {
  const rng = random(1);
  for (const card of [invented(rng), laboratory(rng)]) {
    const open = card.exchanges.flatMap(([sent, answer]) => [toHex(sent), toHex(answer)]);
    for (const secret of card.secrets) expect(leak(open, [secret]), secret.what).toBeDefined();
  }
});

it.each([
  ['as it is', invented, (_: Rng) => (bytes: Uint8Array) => bytes],
  ['the laboratory card', laboratory, (_: Rng) => (bytes: Uint8Array) => bytes],
  ['answers bent', invented, (rng: Rng) => (bytes: Uint8Array) => (rng.int(2) === 0 ? mutate(rng, bytes) : bytes)],
  [
    'laboratory card, bent',
    laboratory,
    (rng: Rng) => (bytes: Uint8Array) => (rng.int(2) === 0 ? mutate(rng, bytes) : bytes),
  ],
])('no line shows an account number, track, name, identity number, balance or PIN: %s', (title, make, variation) => {
  const used = seeds();
  let lines = 0;
  for (const seed of used) {
    const rng = random(seed);
    for (let count = Math.ceil(CARDS / used.length); count > 0; count--) {
      const card = make(rng);
      const shown = linesOf(rng, createMasker(), card, variation(rng));
      lines += shown.length;
      const found = leak(shown, card.secrets);
      if (found !== undefined) throw new Error(`seed ${seed}: ${found}`);
    }
  }
  report(`mask of the financial application, ${title}`, lines, used);
  expect(lines).toBeGreaterThan(CARDS * 10);
});
