import { describe, expect, it } from 'vitest';
import type { Framer } from '../../../drivers/framer.ts';
import { kmyFrame, kmyFramer } from '../../../drivers/pinpad/kmy/framer.ts';
import { zt598Frame, zt598Framer } from '../../../drivers/pinpad/zt598/framer.ts';
import { alparFrame, alparFramer } from '../../../drivers/units/alpar/framer.ts';
import { acsFrame, acsFramer, acsNak } from '../../../drivers/units/ccid-acs/framer.ts';
import { gemplusFrame, gemplusFramer, gemplusNak } from '../../../drivers/units/ccid-gemplus/framer.ts';
import { crt02Frame, crt02Framer, crt02Signals } from '../../../drivers/units/crt-02/framer.ts';
import { crtF2Frame, crtF2Framer, crtF2Signals } from '../../../drivers/units/crt-f2/framer.ts';
import { nibbleFramer, posBoxFrame, tabletBoxFrame } from '../../../drivers/units/nibble-split/framer.ts';
import { sdtFrame, sdtFramer } from '../../../drivers/units/sdt/framer.ts';
import alpar from '../../../fixtures/vectors/readers/alpar.json' with { type: 'json' };
import acs from '../../../fixtures/vectors/readers/ccid-serial-acs.json' with { type: 'json' };
import gemplus from '../../../fixtures/vectors/readers/ccid-serial-gemplus.json' with { type: 'json' };
import crt02 from '../../../fixtures/vectors/readers/crt-02.json' with { type: 'json' };
import crtF2 from '../../../fixtures/vectors/readers/crt-f2.json' with { type: 'json' };
import kmy from '../../../fixtures/vectors/readers/epp-kmy.json' with { type: 'json' };
import zt598 from '../../../fixtures/vectors/readers/epp-zt598.json' with { type: 'json' };
import nibble from '../../../fixtures/vectors/readers/nibble-split.json' with { type: 'json' };
import sdt from '../../../fixtures/vectors/readers/sdt-idcard.json' with { type: 'json' };
import { bytes, chunkings, feed, hex, type Told, told } from './framer-rig.ts';

interface Vector {
  readonly id: string;
  readonly hex: string;
  readonly role?: string;
  readonly variant?: string;
  readonly profile?: string;
}

/** A frame with what it holds: what the framer gives of it, and how it is made again. */
interface Protocol {
  readonly name: string;
  readonly vectors: readonly Vector[];
  readonly framer: (vector: Vector) => Framer<{ readonly kind: string }>;
  /** Makes the bytes again from the event. */
  readonly encode: (event: Told, vector: Vector) => Uint8Array;
  /** What vectors that are no single frame give. */
  readonly others: Readonly<Record<string, readonly string[]>>;
}

const b = (value: unknown) => bytes(String(value));
const n = (value: unknown) => Number(value);

const protocols: readonly Protocol[] = [
  {
    name: 'ccid-gemplus',
    vectors: gemplus.vectors,
    framer: () => gemplusFramer(),
    encode: (event) => (event['kind'] === 'nak' ? gemplusNak : gemplusFrame(b(event['message']))),
    others: {
      'gem-06': ['notice true'],
      'gem-07': ['notice false'],
      'gem-08': ['time-request 133'],
      'gem-13': ['frame', 'time-request 133', 'notice true', 'frame'],
      'gem-14': ['bad-check'],
    },
  },
  {
    name: 'ccid-acs',
    // The host's own signal is nothing that a unit sends.
    vectors: acs.vectors.filter(({ id }) => id !== 'acs-08'),
    framer: () => acsFramer(),
    encode: (event) => acsFrame(b(event['message']), event['interface'] as 1),
    others: {
      'acs-02': ['status 0 1'],
      'acs-04': ['status 255 1'],
      'acs-05': ['status 254 1'],
      'acs-06': ['status 253 1'],
      'acs-07': ['status 252 1'],
      'acs-12': ['status 0 2'],
    },
  },
  {
    name: 'alpar',
    vectors: alpar.vectors,
    framer: () => alparFramer(),
    encode: (event) => {
      const frame = alparFrame(n(event['command']), b(event['data']));
      if (event['refused'] !== true) return frame;
      frame[0] = 0xe0;
      frame[frame.length - 1] = (frame.at(-1) ?? 0) ^ 0x60 ^ 0xe0;
      return frame;
    },
    others: {
      'alp-20': ['notice false'],
      'alp-21': ['notice true'],
      'alp-24': ['skipped'],
      'alp-26': ['skipped', 'frame'],
      'alp-27': ['bad-check'],
    },
  },
  {
    name: 'crt-f2',
    vectors: crtF2.vectors,
    framer: () => crtF2Framer(),
    encode: (event) => crtF2Frame(b(event['text']), n(event['address'])),
    others: { 'f2-02': ['ack'], 'f2-19': ['eot'], 'f2-20': ['nak'], 'f2-21': ['ack', 'frame'] },
  },
  {
    name: 'crt-02',
    vectors: crt02.vectors,
    framer: () => crt02Framer(),
    encode: (event) => crt02Frame(b(event['text'])),
    others: { 's2-02': ['ack'], 's2-03': ['skipped'], 's2-26': ['eot'] },
  },
  {
    name: 'epp-kmy',
    vectors: kmy.vectors,
    framer: ({ variant }) => kmyFramer({ variant: variant === 'binary' ? 'binary' : 'ascii' }),
    encode: (event, { variant }) =>
      kmyFrame(n(event['status']), b(event['data']), variant === 'binary' ? 'binary' : 'ascii'),
    others: { 'kmy-15': [...Array(6).fill('key 42'), 'key 13'] },
  },
  {
    name: 'epp-zt598',
    vectors: zt598.vectors,
    framer: () => zt598Framer(),
    encode: (event) => zt598Frame(b(event['body'])),
    others: { 'zt-19': ['key 50', 'key 42', 'key 13'] },
  },
  {
    name: 'sdt-idcard',
    vectors: sdt.vectors,
    framer: () => sdtFramer(),
    encode: (event) => sdtFrame(b(event['body'])),
    others: {},
  },
  {
    name: 'nibble-split',
    vectors: nibble.vectors,
    framer: ({ profile }) => nibbleFramer(profile === 'ascii-hex' ? 'ascii-hex' : 'split-plus-30'),
    encode: (event, { profile }) =>
      profile === 'ascii-hex'
        ? posBoxFrame(n(event['command']), b(event['data']), n(event['state']))
        : tabletBoxFrame(b(event['data'])),
    others: {},
  },
];

/** `kind`, and the small members behind it. */
function short(event: Told): string {
  const { kind, ...rest } = event;
  return [kind, ...Object.values(rest).filter((value) => typeof value !== 'string')].join(' ');
}

describe.each(protocols)('$name', ({ vectors, framer, encode, others }) => {
  it.each(vectors)('$id is taken apart, and made again', (vector) => {
    const events = feed(framer(vector), [bytes(vector.hex)]);
    const other = others[vector.id];
    if (other !== undefined) {
      const kinds = events.map((event) => (event['kind'] === 'frame' ? 'frame' : short(event)));
      expect(kinds).toEqual(other);
      return;
    }
    expect(events).toHaveLength(1);
    const [event = {}] = events;
    expect(['frame', 'nak']).toContain(event['kind']);
    expect(hex(encode(event, vector))).toBe(vector.hex);
  });

  it.each(vectors)('$id is the same in any pieces', (vector) => {
    const whole = feed(framer(vector), [bytes(vector.hex)]);
    for (const chunks of chunkings(bytes(vector.hex))) expect(feed(framer(vector), chunks)).toEqual(whole);
  });

  it.each(vectors.filter(({ id }) => others[id] === undefined))('$id twice, glued', (vector) => {
    const one = feed(framer(vector), [bytes(vector.hex)]);
    expect(feed(framer(vector), [bytes(vector.hex + vector.hex)])).toEqual([...one, ...one]);
  });

  it.each(vectors.filter(({ id }) => others[id] === undefined))('$id behind noise', (vector) => {
    const one = feed(framer(vector), [bytes(vector.hex)]);
    // FE 7F begin nothing, but for the Gemplus form, where FE asks for time.
    const events = feed(framer(vector), [bytes('7F7F'), bytes(`7F${vector.hex}`)]);
    expect(events).toEqual([{ kind: 'skipped', bytes: '7F7F7F' }, ...one]);
  });

  it.each(vectors.filter(({ id }) => others[id] === undefined))(
    '$id, damaged at every byte, is never handed up, nor is the next one lost',
    (vector) => {
      const all = bytes(vector.hex);
      const one = feed(framer(vector), [all]);
      for (let at = 0; at < all.length; at++) {
        const subject = framer(vector);
        const damaged = all.slice();
        damaged[at] = (damaged[at] ?? 0) ^ 0x10;
        const events = told([...subject.push(damaged), ...subject.drop()]);
        expect(events.filter(({ kind }) => kind === 'frame')).toEqual([]);
        expect(feed(subject, [all])).toEqual(one);
      }
    },
  );

  it.each(vectors.filter(({ id }) => others[id] === undefined))(
    '$id with noise at every byte inside is never handed up, nor is the next one lost',
    (vector) => {
      const all = bytes(vector.hex);
      const one = feed(framer(vector), [all]);
      for (let at = 1; at < all.length; at++) {
        const subject = framer(vector);
        const noisy = Buffer.concat([all.subarray(0, at), Uint8Array.of(0x7f), all.subarray(at)]);
        const events = told([...subject.push(noisy), ...subject.push(all), ...subject.drop()]);
        expect(events.filter(({ kind }) => kind === one[0]?.['kind'])).toEqual(one);
      }
    },
  );

  it.each(vectors.filter(({ id }) => others[id] === undefined))(
    '$id, given up at every byte, leaves nothing',
    (vector) => {
      const all = bytes(vector.hex);
      for (let cut = 1; cut < all.length; cut++) {
        const subject = framer(vector);
        const before = subject.push(all.subarray(0, cut));
        subject.drop();
        expect(subject.begun).toBe(false);
        expect(before.filter(({ kind }) => kind === 'frame')).toEqual([]);
        expect(feed(subject, [all])).toEqual(feed(framer(vector), [all]));
      }
    },
  );
});

describe('signals of the host', () => {
  it('as the vectors have them', () => {
    expect(hex(acsNak())).toBe(acs.vectors.find(({ id }) => id === 'acs-08')?.hex);
    expect(hex(gemplusNak)).toBe(gemplus.vectors.find(({ id }) => id === 'gem-05')?.hex);
    expect(hex(crt02Signals.enq)).toBe(crt02.vectors.find(({ id }) => id === 's2-03')?.hex);
    expect(hex(crt02Signals.eot)).toBe(crt02.vectors.find(({ id }) => id === 's2-26')?.hex);
    expect(hex(crtF2Signals.eot)).toBe(crtF2.vectors.find(({ id }) => id === 'f2-19')?.hex);
    expect([hex(crtF2Signals.ack), hex(crtF2Signals.nak)]).toEqual(['06', '15']);
  });
});
