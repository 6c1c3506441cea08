import { describe, expect, it } from 'vitest';
import type { Framer } from '../../../drivers/framer.ts';
import { type HidPacking, unpackReport } from '../../../drivers/hid/packing.ts';
import { kmyFramer } from '../../../drivers/pinpad/kmy/framer.ts';
import { plainFramer } from '../../../drivers/pinpad/plain/framer.ts';
import { zt598Framer } from '../../../drivers/pinpad/zt598/framer.ts';
import { alparFramer } from '../../../drivers/units/alpar/framer.ts';
import { acsFrame, acsFramer } from '../../../drivers/units/ccid-acs/framer.ts';
import { gemplusFrame, gemplusFramer } from '../../../drivers/units/ccid-gemplus/framer.ts';
import { crt02Framer } from '../../../drivers/units/crt-02/framer.ts';
import { crtF2Framer } from '../../../drivers/units/crt-f2/framer.ts';
import { sdtFramer } from '../../../drivers/units/sdt/framer.ts';
import ccid from '../../../fixtures/vectors/readers/ccid-messages.json' with { type: 'json' };
import hid from '../../../fixtures/vectors/readers/hid-packing.json' with { type: 'json' };
import plain from '../../../fixtures/vectors/readers/pinpad-plain.json' with { type: 'json' };
import faults from '../../../fixtures/vectors/readers/stream-faults.json' with { type: 'json' };
import { bytes, chunkings, feed, hex, type Told, told } from './framer-rig.ts';

type AnyFramer = Framer<{ readonly kind: string }>;

const framers: Readonly<Record<string, () => AnyFramer>> = {
  'crt-f2': crtF2Framer,
  'crt-02': crt02Framer,
  alpar: alparFramer,
  'ccid-gem': gemplusFramer,
  'ccid-acs': acsFramer,
  sdt: sdtFramer,
  'epp-kmy': kmyFramer,
};
const made = (profile: string) => (framers[profile] as () => AnyFramer)();

/** The words of the vectors: `frame` and `status` say which bytes, or what of them. */
const words: Readonly<Record<string, (event: Told) => string>> = {
  skipped: ({ bytes }) => `skip ${bytes}`,
  ack: () => 'ACK',
  nak: () => 'NAK',
  'time-request': () => 'time-request',
  notice: ({ present }) => `slot-change ${present ? 'present' : 'gone'}`,
  status: ({ code }) => `status ${hex(Uint8Array.of(Number(code)))}`,
  key: ({ code }) => `key ${hex(Uint8Array.of(Number(code)))}`,
};

describe('faults of a stream', () => {
  it.each(faults.vectors)('$id: $title', ({ profile, chunks, expect: expected }) => {
    const events = feed(made(profile), chunks.map(bytes));
    const heard = events.map((event, at) => {
      const { kind } = event;
      // A frame is compared by its bytes where the vector gives them, a wrong one by its name.
      if (kind === 'frame' || kind === 'bad-check') return fits(event, expected[at] ?? '', profile, chunks.join(''));
      return words[String(kind)]?.(event) ?? kind;
    });
    expect(heard).toEqual(expected.filter((word) => word !== 'wait'));
  });

  it('sf-05, given up, leaves the next start clean', () => {
    const framer = made('crt-f2');
    expect(framer.push(bytes('F2000100'))).toEqual([]);
    expect(framer.begun).toBe(true);
    expect(told(framer.drop())).toEqual([{ kind: 'skipped', bytes: 'F2000100' }]);
    expect(framer.begun).toBe(false);
    expect(feed(framer, [bytes('F20000105051393230301122334455667788900003F3')])).toHaveLength(1);
  });
});

/** `expected`, where the event is what it says; else what the event is. */
function fits(event: Told, expected: string, profile: string, all: string): unknown {
  if (event['kind'] === 'bad-check') return expected === 'bad-lrc' || expected === 'bad-bcc' ? expected : event;
  const [, whole] = /^frame ([0-9A-F]+)$/.exec(expected) ?? [];
  if (whole !== undefined) {
    const [alone] = feed(made(profile), [bytes(whole)]);
    return JSON.stringify(alone) === JSON.stringify(event) && all.includes(whole) ? expected : event;
  }
  if (expected === `frame status ${hex(Uint8Array.of(Number(event['status'])))}`) return expected;
  return expected === 'frame' ? expected : event;
}

describe('CCID messages on serial lines', () => {
  // NotifySlotChange travels outside of frames.
  const messages = ccid.vectors.filter(({ id }) => id !== 'ccid-25' && id !== 'ccid-26');

  it.each(messages)('$id as Gemplus carries it', ({ hex: message }) => {
    for (const chunks of chunkings(gemplusFrame(bytes(message))))
      expect(feed(gemplusFramer(), chunks)).toEqual([{ kind: 'frame', message }]);
  });

  it.each(messages)('$id as ACS carries it, in any marks', ({ hex: message }) => {
    for (const face of [1, 2, 3, 4] as const)
      for (const chunks of chunkings(acsFrame(bytes(message), face)))
        expect(feed(acsFramer(), chunks)).toEqual([{ kind: 'frame', message, interface: face }]);
  });

  it('ccid-25 is a notice of both', () => {
    expect(feed(gemplusFramer(), [bytes('5003')])).toEqual([{ kind: 'notice', present: true }]);
    expect(feed(acsFramer(), [bytes('0250035303')])).toEqual([{ kind: 'notice', bits: 3 }]);
  });

  it('ccid-26 is a notice of two slots', () => {
    expect(feed(acsFramer(), [bytes('02500E5E03')])).toEqual([{ kind: 'notice', bits: 0x0e }]);
  });
});

describe('plain keypads', () => {
  const answers = plain.vectors.flatMap(({ answers = [] }) => answers);
  const digits = plain.vectors.at(-1)?.clean;

  it.each([
    ['fixed', answers[0]],
    ['cr', answers[1]],
    ['stx-etx', answers[2]],
    ['fixed', answers[3]],
  ] as const)('%s: %s', (answer, sent = '') => {
    for (const chunks of chunkings(bytes(sent)))
      expect(feed(plainFramer(answer, 6), chunks)).toEqual([{ kind: 'pin', digits }]);
  });
});

describe('frames in HID reports', () => {
  const vectors = hid.vectors.map((vector) => ({ ...vector, packing: vector.profile as HidPacking }));

  it.each(vectors)('$id gives the frame, and padding', ({ frame, packing, reportsToWrite }) => {
    // A device without numbers gives none when it is read.
    const read = reportsToWrite.map((report) => bytes(packing === 'rid-64' ? report : report.slice(2)));
    const stream = read.map((report) => unpackReport(report, packing) ?? bytes(''));
    const [first, ...rest] = feed(crt02Framer(), stream);
    expect(first).toEqual({ kind: 'frame', text: frame.slice(6, -4) });
    for (const event of rest) expect(event).toEqual({ kind: 'skipped', bytes: expect.stringMatching(/^(00)*$/) });
  });
});

describe('a ZT598 frame that does not say its length', () => {
  const body = `60${'30'.repeat(20)}0331`;
  // 30 30 30, body, 03: pairs of 30 and of 03 go out, and 30^60^31 is 61.
  const frame = `02303030${body}033631`;

  it('ends at the end mark whose check fits', () => {
    for (const chunks of chunkings(bytes(frame)))
      expect(feed(zt598Framer(), chunks)).toEqual([{ kind: 'frame', body }]);
  });

  it('may count in four digits more, which are no data', () => {
    // 30 six times and an uneven 30 of the count go out: 32^60^31^03.
    const counted = bytes('02303030303030326031033630');
    expect(feed(zt598Framer(), [counted])).toEqual([{ kind: 'frame', body: '6031' }]);
  });

  it('and never ends, is wrong as far as one may go', () => {
    const events = feed(zt598Framer(), [bytes(`02303030${'3F'.repeat(5000)}`)]);
    expect(events.map(({ kind }) => kind)).toEqual(['bad-check', 'skipped']);
    expect(String(events[0]?.['bytes']).length / 2).toBeLessThan(4200);
  });
});
