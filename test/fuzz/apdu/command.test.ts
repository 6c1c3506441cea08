import { test } from 'vitest';
import { equalBytes } from '../../../apdu/bytes.ts';
import {
  type CommandCase,
  type DecodedCommand,
  decodeCommand,
  encodeCommand,
  firstTpdu,
} from '../../../apdu/command.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { CommandApdu } from '../../../apdu/types.ts';
import { mutate, type Rng } from '../seeds.ts';
import { attack, outcome } from './attack.ts';

const EDGES = [1, 2, 254, 255, 256, 257, 65_534, 65_535];

function command(rng: Rng): CommandApdu {
  const header = {
    cla: rng.int(256),
    ins: rng.pick([0xa4, 0xb2, 0xc0, 0x20, 0x82]),
    p1: rng.int(256),
    p2: rng.int(256),
  };
  const nc = rng.int(400) === 0 ? rng.pick(EDGES) : 1 + rng.int(40);
  const le = rng.int(4) === 0 ? rng.pick([...EDGES, 65_536]) : 1 + rng.int(256);
  return {
    ...header,
    ...(rng.int(2) === 0 ? {} : { data: rng.bytes(nc) }),
    ...(rng.int(2) === 0 ? {} : { le }),
  };
}

function hostileCommand(rng: Rng): Uint8Array {
  const kind = rng.int(10);
  if (kind === 0) return rng.bytes(rng.int(16));
  if (kind === 1) return Uint8Array.of(0, 0xb0, 0, 0, 0, ...rng.bytes(rng.int(12)));
  const good = kind < 5 ? extended(rng) : encodeCommand(command(rng));
  return kind < 8 ? good : mutate(rng, good);
}

/** The extended form also where the short one would do. */
function extended(rng: Rng): Uint8Array {
  const { cla, ins, p1, p2, data, le } = command(rng);
  const lc = data ? [data.length >> 8, data.length & 0xff] : [];
  const tail = le === undefined ? [] : [(le >> 8) & 0xff, le & 0xff];
  if (!data && !le) return Uint8Array.of(cla, ins, p1, p2);
  const bytes = new Uint8Array(5 + lc.length + (data?.length ?? 0) + tail.length);
  bytes.set([cla, ins, p1, p2, 0, ...lc]);
  if (data) bytes.set(data, 7);
  bytes.set(tail, bytes.length - tail.length);
  return bytes;
}

/** The case by the length alone (iso7816.md 6), in another way than the codec. */
function caseOf(bytes: Uint8Array): CommandCase | undefined {
  const { length } = bytes;
  const [, , , , lc = 0, high = 0, low = 0] = bytes;
  const long = high * 256 + low;
  const forms: [CommandCase, boolean][] = [
    ['1', length === 4],
    ['2S', length === 5],
    ['3S', lc > 0 && length === 5 + lc],
    ['4S', lc > 0 && length === 6 + lc],
    ['2E', lc === 0 && length === 7],
    ['3E', lc === 0 && long > 0 && length === 7 + long],
    ['4E', lc === 0 && long > 0 && length === 9 + long],
  ];
  return forms.find(([, fits]) => fits)?.[0];
}

function same(a: CommandApdu, b: CommandApdu): boolean {
  const data = a.data && b.data ? equalBytes(a.data, b.data) : a.data === b.data;
  return data && a.cla === b.cla && a.ins === b.ins && a.p1 === b.p1 && a.p2 === b.p2 && a.le === b.le;
}

function badInstruction({ ins }: DecodedCommand): boolean {
  return ins >> 4 === 6 || ins >> 4 === 9;
}

test('bytes are read as the case their length says, or refused; writing and reading again gives the same', async () => {
  await attack('command', 150_000, hostileCommand, (input) => {
    const read = outcome(() => decodeCommand(input), 'command-malformed', input.length);
    const expected = caseOf(input);
    if (read instanceof SscardError) return expected ? `refused, but it is case ${expected}` : undefined;
    if (read.case !== expected) return `read as case ${read.case}, not ${expected}`;
    const tpdu = firstTpdu(input);
    if ((tpdu === undefined) !== (read.data?.length ?? 0) > 255) return 'data were cut for T=0';
    if (badInstruction(read)) return undefined;
    const written = encodeCommand(read);
    if (read.case.endsWith('S') || read.case === '1')
      return equalBytes(written, input) ? undefined : 'a short form was not written as it was';
    return same(decodeCommand(written), read) ? undefined : 'not read again as it was';
  });
});

test('a command is written and read as it was', async () => {
  let sent: CommandApdu | undefined;
  const make = (rng: Rng) => {
    sent = command(rng);
    return encodeCommand(sent);
  };
  await attack('command round trip', 100_000, make, (input) => {
    return sent && same(decodeCommand(input), sent) ? undefined : 'not read as it was written';
  });
});
