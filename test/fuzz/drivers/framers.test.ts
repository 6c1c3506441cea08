import { test } from 'vitest';
import { concat, equalBytes, toHex } from '../../../apdu/bytes.ts';
import { type HidPacking, hidPackings, packReports, unpackReport } from '../../../drivers/hid/packing.ts';
import { plainFramer } from '../../../drivers/pinpad/plain/framer.ts';
import { attack } from '../apdu/attack.ts';
import { mutate, type Rng, random } from '../seeds.ts';
import { type AnyEvent, type Protocol, protocols } from './protocols.ts';

/** What a line may carry: frames, signals, damaged ones, cut ones, lies about lengths, noise; in any order. */
function stream(rng: Rng, protocol: Protocol): Uint8Array {
  return concat(Array.from({ length: 1 + rng.int(5) }, () => piece(rng, protocol)));
}

function piece(rng: Rng, { frame, lies, signals }: Protocol): Uint8Array {
  switch (rng.int(8)) {
    case 0:
    case 1:
      return frame(rng);
    case 2:
      return mutate(rng, frame(rng));
    case 3:
      return rng.bytes(rng.int(12));
    case 4:
      return Uint8Array.from(rng.pick(lies));
    case 5:
      return concat([Uint8Array.from(rng.pick(lies)), frame(rng)]);
    case 6: {
      const whole = frame(rng);
      return whole.subarray(0, rng.int(whole.length));
    }
    default:
      return signals.length === 0 ? frame(rng) : rng.pick(signals);
  }
}

function* cuts(bytes: Uint8Array, next: () => number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const to = at + next();
    yield bytes.subarray(at, to);
    at = to;
  }
}

interface Heard {
  readonly events: readonly AnyEvent[];
  /** The most bytes that waited. */
  readonly waited: number;
}

function hear(protocol: Protocol, chunks: Iterable<Uint8Array>): Heard {
  const framer = protocol.framer();
  const events: AnyEvent[] = [];
  let waited = 0;
  let pushed = 0;
  let told = 0;
  const take = (more: readonly AnyEvent[]) => {
    for (const event of more) {
      events.push(event);
      if (event.bytes !== undefined) told += event.bytes.length;
    }
  };
  for (const chunk of chunks) {
    pushed += chunk.length;
    take(framer.push(chunk));
    // What frames and signals took is not known here; after nothing but noise it is exact, and never too little.
    if (framer.begun && events.every(({ bytes }) => bytes !== undefined)) waited = Math.max(waited, pushed - told);
  }
  take(framer.drop());
  if (framer.begun) throw new Error('something is begun after it was given up');
  return { events, waited };
}

/** Noise joined: where it is cut depends on the chunks. Then one line of text, to be compared. */
function shown(events: readonly AnyEvent[]): string {
  let text = '';
  let noise = false;
  for (const event of events) {
    const { kind, bytes } = event;
    if (kind === 'skipped' && noise) text += toHex(bytes as Uint8Array);
    else if (kind === 'skipped') text += ` skipped ${toHex(bytes as Uint8Array)}`;
    else text += ` ${JSON.stringify(event, (_, value) => (value instanceof Uint8Array ? toHex(value) : value))}`;
    noise = kind === 'skipped';
  }
  return text;
}

/** Walks the input along the events. @returns what is wrong */
function account(protocol: Protocol, input: Uint8Array, events: readonly AnyEvent[]): string | undefined {
  let at = 0;
  for (const event of events) {
    const forms = event.bytes === undefined ? protocol.forms(event) : [event.bytes];
    const form = forms.find((one) => same(one, input.subarray(at, at + one.length), protocol.folds === true));
    if (form === undefined) return `byte ${at} is not what ${shown([event])} was`;
    at += form.length;
  }
  return at === input.length ? undefined : `${input.length - at} bytes are in no event`;
}

function same(a: Uint8Array, b: Uint8Array, folds: boolean): boolean {
  if (!folds) return equalBytes(a, b);
  const upper = (byte: number) => (byte >= 0x61 && byte <= 0x66 ? byte - 0x20 : byte);
  return a.length === b.length && a.every((byte, at) => upper(byte) === upper(b[at] as number));
}

/** A good frame must not lie in what was thrown away. */
function lost(protocol: Protocol, events: readonly AnyEvent[]): string | undefined {
  let run: Uint8Array[] = [];
  for (const event of [...events, { kind: 'end' }]) {
    if (event.bytes !== undefined) {
      run.push(event.bytes);
      continue;
    }
    const thrown = concat(run);
    run = [];
    for (let at = 0; at < thrown.length; at++)
      if (protocol.framer().push(thrown.subarray(at))[0]?.kind === 'frame')
        return `a frame was thrown away with ${toHex(thrown)}`;
  }
  return undefined;
}

test('every byte of a serial line is in one event, the same however it is cut', async () => {
  let protocol = protocols[0] as Protocol;
  const frames = new Map(protocols.map(({ name }) => [name, 0]));
  let turn = 0;
  await attack(
    'serial frames',
    150_000,
    (rng) => {
      protocol = rng.pick(protocols);
      return stream(rng, protocol);
    },
    (input, rng) => {
      const { name, longest } = protocol;
      const whole = hear(protocol, [input]);
      const bytewise = hear(
        protocol,
        cuts(input, () => 1),
      );
      const pieces = hear(
        protocol,
        cuts(input, () => 1 + rng.int(40)),
      );
      const text = shown(whole.events);
      if (shown(bytewise.events) !== text)
        return `${name}: a byte at a time gives${shown(bytewise.events)}, whole${text}`;
      if (shown(pieces.events) !== text) return `${name}: pieces give${shown(pieces.events)}, whole${text}`;
      if (bytewise.waited >= longest) return `${name}: ${bytewise.waited} bytes waited`;
      frames.set(name, (frames.get(name) ?? 0) + whole.events.filter(({ kind }) => kind === 'frame').length);
      const wrong = account(protocol, input, whole.events) ?? afterwards(protocol, input, rng);
      if (wrong !== undefined) return `${name}: ${wrong}`;
      return turn++ % 8 === 0 ? lost(protocol, whole.events) : undefined;
    },
  );
  for (const [name, count] of frames)
    if (count < 5000) throw new Error(`${name}: only ${count} frames were found in all`);
});

/** The line serves the next frame after anything. */
function afterwards(protocol: Protocol, input: Uint8Array, rng: Rng): string | undefined {
  const framer = protocol.framer();
  framer.push(input);
  framer.drop();
  const next = protocol.frame(rng);
  const events = framer.push(next);
  return events.length === 1 && events[0]?.bytes === undefined
    ? account(protocol, next, events)
    : `then${shown(events)}`;
}

/** What a device, a cable or a system does to reports: short, long, of another number, out of order, repeated. */
function disturbed(rng: Rng, reports: readonly Uint8Array[]): Uint8Array[] {
  return reports.flatMap((report) => {
    switch (rng.int(8)) {
      case 0:
        return [report.subarray(0, rng.int(report.length))];
      case 1:
        return [concat([report, rng.bytes(rng.int(70))])];
      case 2:
        return [report, report];
      case 3:
        return [mutate(rng, report)];
      case 4:
        return [rng.bytes(64), report];
      default:
        return [report];
    }
  });
}

const asRead = (written: Uint8Array, packing: HidPacking) => (packing === 'rid-64' ? written : written.subarray(1));
const unpacked = (reports: readonly Uint8Array[], packing: HidPacking) =>
  reports.map((report) => unpackReport(report, packing) ?? new Uint8Array(0));

test('frames in HID reports are found again, and reports of any kind are taken', async () => {
  const protocol = protocols.find(({ name }) => name === 'crt-02') as Protocol;
  await attack(
    'HID reports',
    50_000,
    (rng) => stream(rng, protocol),
    (input, rng) => {
      const packing = rng.pick(hidPackings);
      const reports = packReports(input, packing).map((report) => asRead(report, packing));
      const all = concat(unpacked(reports, packing));
      if (!equalBytes(all.subarray(0, input.length), input)) return `${packing}: other bytes come back`;
      if (all.subarray(input.length).some((byte) => byte !== 0)) return `${packing}: padding that is not zero`;
      if (packing === 'len1-64' && all.length !== input.length) return `${packing}: padding comes back`;
      for (const read of [reports, disturbed(rng, reports)]) {
        const chunks = unpacked(read, packing);
        const { events } = hear(protocol, chunks);
        const bytes = concat(chunks);
        if (shown(events) !== shown(hear(protocol, [bytes]).events)) return `${packing}: reports give other events`;
        const wrong = account(protocol, bytes, events);
        if (wrong !== undefined) return `${packing}: ${wrong}`;
      }
      return undefined;
    },
  );
});

test('a plain keypad says the same however its bytes are cut', async () => {
  await attack(
    'plain keypads',
    10_000,
    (rng) =>
      rng.bytes(rng.int(60)).map((byte) => rng.pick([0x30 + (byte % 10), 0xb0 + (byte % 10), 0x02, 0x03, 0x0d, byte])),
    (input, rng) => {
      const answer = rng.pick(['fixed', 'cr', 'stx-etx'] as const);
      const heard = (chunks: Iterable<Uint8Array>) => {
        const framer = plainFramer(answer, 6);
        const events = [...chunks].flatMap((chunk) => [...framer.push(chunk)]);
        return shown(events.filter(({ kind }) => kind === 'pin'));
      };
      const whole = heard([input]);
      const bytewise = heard(cuts(input, () => 1));
      return whole === bytewise ? undefined : `${answer}: a byte at a time gives${bytewise}, whole${whole}`;
    },
  );
});

test('a line that talks on for ever does not fill the memory', () => {
  const rng = random(0x5eed);
  for (const protocol of protocols) {
    const framer = protocol.framer();
    let waiting = 0;
    for (let round = 0; round < 2000; round++) {
      const chunk = Uint8Array.from(rng.pick(protocol.lies));
      waiting += chunk.length;
      const events = framer.push(chunk) as readonly AnyEvent[];
      for (const event of events)
        waiting -= event.bytes?.length ?? Math.min(...protocol.forms(event).map(({ length }) => length));
      if (waiting > 2 * protocol.longest) throw new Error(`${protocol.name}: ${waiting} bytes wait`);
    }
  }
});
