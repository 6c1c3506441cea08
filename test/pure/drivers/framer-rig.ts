import type { Framer, FramerEvent } from '../../../drivers/framer.ts';

/** An event with bytes as hex, so that a failure can be read. */
export type Told = Readonly<Record<string, unknown>>;

export const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase();
export const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

export function told(events: readonly object[]): Told[] {
  const shown = (value: unknown) => (value instanceof Uint8Array ? hex(value) : value);
  return events.map((event) => Object.fromEntries(Object.entries(event).map(([key, value]) => [key, shown(value)])));
}

/** What a framer gives for chunks, noise of neighbouring pushes joined: where it is cut depends on the chunks. */
export function feed<E extends { readonly kind: string }>(framer: Framer<E>, chunks: readonly Uint8Array[]): Told[] {
  const events: (E | FramerEvent)[] = chunks.flatMap((chunk) => [...framer.push(chunk)]);
  return joined(told(events));
}

function joined(events: readonly Told[]): Told[] {
  const out: Told[] = [];
  for (const event of events) {
    const before = out.at(-1);
    if (event['kind'] === 'skipped' && before?.['kind'] === 'skipped') {
      out[out.length - 1] = { kind: 'skipped', bytes: `${before['bytes']}${event['bytes']}` };
    } else out.push(event);
  }
  return out;
}

/** The same bytes whole, in two pieces at every place, and one at a time. */
export function chunkings(all: Uint8Array): Uint8Array[][] {
  const halves = Array.from({ length: Math.max(0, all.length - 1) }, (_, at) => [
    all.slice(0, at + 1),
    all.slice(at + 1),
  ]);
  return [[all], ...halves, [...all].map((byte) => Uint8Array.of(byte))];
}
