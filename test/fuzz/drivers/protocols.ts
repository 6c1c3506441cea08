import { concat } from '../../../apdu/bytes.ts';
import type { Framer } from '../../../drivers/framer.ts';
import { kmyFrame, kmyFramer } from '../../../drivers/pinpad/kmy/framer.ts';
import { zt598Framer } from '../../../drivers/pinpad/zt598/framer.ts';
import { alparFrame, alparFramer } from '../../../drivers/units/alpar/framer.ts';
import { acsFrame, acsFramer } from '../../../drivers/units/ccid-acs/framer.ts';
import { gemplusFrame, gemplusFramer, gemplusNak } from '../../../drivers/units/ccid-gemplus/framer.ts';
import { crt02Frame, crt02Framer } from '../../../drivers/units/crt-02/framer.ts';
import { crtF2Frame, crtF2Framer } from '../../../drivers/units/crt-f2/framer.ts';
import { nibbleFramer, posBoxFrame, tabletBoxFrame } from '../../../drivers/units/nibble-split/framer.ts';
import { sdtFrame, sdtFramer } from '../../../drivers/units/sdt/framer.ts';
import type { Rng } from '../seeds.ts';

/** Any member of any event. */
export interface AnyEvent {
  readonly kind: string;
  readonly bytes?: Uint8Array;
  readonly message?: Uint8Array;
  readonly data?: Uint8Array;
  readonly text?: Uint8Array;
  readonly body?: Uint8Array;
  readonly interface?: 1 | 2 | 3 | 4;
  readonly refused?: boolean;
  readonly present?: boolean;
  readonly command?: number;
  readonly state?: number;
  readonly status?: number;
  readonly address?: number;
  readonly code?: number;
  readonly value?: number;
  readonly bits?: number;
}

export interface Protocol {
  readonly name: string;
  readonly framer: () => Framer<AnyEvent>;
  /** A good frame. */
  readonly frame: (rng: Rng) => Uint8Array;
  /** First bytes of what is none, lengths that lie. */
  readonly lies: readonly (readonly number[])[];
  readonly signals: readonly Uint8Array[];
  /** The bytes that an event may have been. */
  readonly forms: (event: AnyEvent) => readonly Uint8Array[];
  /** Hex digits count in either case. */
  readonly folds?: true;
  /** Bytes of the longest frame. */
  readonly longest: number;
}

const NONE = new Uint8Array(0);
const of = (...bytes: number[]) => Uint8Array.from(bytes);
const ascii = (text: string) => new TextEncoder().encode(text);
const some = (rng: Rng) => rng.bytes(rng.int(rng.int(8) === 0 ? 200 : 24));
const xor = (bytes: Uint8Array) => bytes.reduce((sum, byte) => sum ^ byte, 0);
const ackNakEot: readonly [string, number][] = [
  ['ack', 0x06],
  ['nak', 0x15],
  ['eot', 0x04],
];
const ackNakEotForms = ({ kind }: AnyEvent) => ackNakEot.filter(([name]) => name === kind).map(([, code]) => of(code));
const key = ({ code = 0 }: AnyEvent) => [of(code)];

function ccid(rng: Rng): Uint8Array {
  const data = some(rng);
  const type = rng.pick([0x80, 0x81, 0x82, 0x83, 0x6f, 0x62]);
  return of(type, data.length & 0xff, data.length >> 8, 0, 0, rng.int(5), rng.int(256), ...rng.bytes(3), ...data);
}

/** A ZT598 frame with what stands before the body as it is. */
function ztForm(head: string, body: Uint8Array): Uint8Array {
  const counted = concat([ascii(head), body, of(0x03)]);
  return concat([of(0x02), counted, ascii(xor(counted).toString(16).toUpperCase().padStart(2, '0'))]);
}

function ztForms(body: Uint8Array): Uint8Array[] {
  const four = String(body.length).padStart(4, '0');
  return [String(body.length).padStart(3, '0'), '000', `000${four}`].map((head) => ztForm(head, body));
}

export const protocols: readonly Protocol[] = [
  {
    name: 'ccid-gemplus',
    framer: gemplusFramer,
    frame: (rng) => gemplusFrame(ccid(rng)),
    lies: [
      [0x03],
      [0x03, 0x06],
      [0x03, 0x06, 0x80, 0x05, 0x01, 0, 0],
      [0x03, 0x06, 0x80, 0xff, 0xff, 0xff, 0xff],
      [0x50],
    ],
    signals: [gemplusNak, of(0x50, 0x02), of(0x50, 0x03), of(0x80), of(0xff)],
    forms: ({ kind, message = NONE, value = 0, present }) => {
      if (kind === 'frame') return [gemplusFrame(message)];
      if (kind === 'nak') return [gemplusNak];
      return [kind === 'notice' ? of(0x50, present ? 0x03 : 0x02) : of(value)];
    },
    longest: 274,
  },
  {
    name: 'ccid-acs',
    framer: acsFramer,
    frame: (rng) => acsFrame(ccid(rng), rng.pick([1, 2, 3, 4])),
    lies: [[0x02], [0x02, 0x00], [0x12, 0x80, 0x05, 0x01, 0, 0], [0x02, 0x80, 0, 0, 0, 0x80], [0x02, 0x50, 0x03]],
    signals: [of(0x02, 0, 0, 0x03), of(0x12, 0xff, 0xff, 0x13), of(0x02, 0x50, 0x03, 0x53, 0x03)],
    forms: ({ kind, message = NONE, interface: face = 1, code = 0, bits = 0 }) => {
      if (kind === 'frame') return [acsFrame(message, face)];
      const first = 16 * (face - 1) + 2;
      if (kind === 'status') return [of(first, code, code, first + 1)];
      // A notice does not say its marks.
      return [0x02, 0x12, 0x22, 0x32].map((begin) => of(begin, 0x50, bits, 0x50 ^ bits, begin + 1));
    },
    longest: 274,
  },
  {
    name: 'alpar',
    framer: alparFramer,
    frame: (rng) => (rng.int(4) === 0 ? refused(0x69, of(rng.int(256))) : alparFrame(rng.int(256), some(rng))),
    lies: [
      [0x60],
      [0x60, 0x00],
      [0x60, 0x01, 0xfa],
      [0x60, 0x01, 0xfb],
      [0x60, 0xff, 0xff],
      [0xe0, 0, 1],
      [0xe0, 0, 2],
    ],
    signals: [alparFrame(0xa0, of(0)), alparFrame(0xa0, of(1))],
    forms: ({ kind, refused: no, command = 0, data = NONE, present }) => {
      // Anything but 01 is a card that is gone.
      if (kind === 'notice')
        return present ? [alparFrame(0xa0, of(1))] : allBytes.map((byte) => alparFrame(0xa0, of(byte)));
      return [no ? refused(command, data) : alparFrame(command, data)];
    },
    longest: 511,
  },
  {
    name: 'crt-f2',
    framer: crtF2Framer,
    frame: (rng) =>
      crtF2Frame(of(rng.pick([0x43, 0x50, 0x45, 0x4e]), 0x51, ...rng.bytes(1), ...some(rng)), rng.int(16)),
    lies: [
      [0xf2],
      [0xf2, 0x10],
      [0xf2, 0, 0],
      [0xf2, 0, 0x03, 0xfa, 0x50],
      [0xf2, 0, 0x03, 0xfb],
      [0xf2, 0, 0, 2],
      [0xf2, 0, 0xff, 0xff],
    ],
    signals: ackNakEot.map(([, code]) => of(code)),
    forms: (event) =>
      event.kind === 'frame' ? [crtF2Frame(event.text ?? NONE, event.address)] : ackNakEotForms(event),
    longest: 1024,
  },
  {
    name: 'crt-02',
    framer: crt02Framer,
    frame: (rng) => crt02Frame(of(0x37, 0x31, ...some(rng))),
    lies: [[0x02], [0x02, 0], [0x02, 0x01, 0x0b], [0x02, 0x01, 0x0c], [0x02, 0, 1], [0x02, 0xff, 0xff]],
    signals: ackNakEot.map(([, code]) => of(code)),
    forms: (event) => (event.kind === 'frame' ? [crt02Frame(event.text ?? NONE)] : ackNakEotForms(event)),
    longest: 272,
  },
  {
    name: 'epp-kmy',
    framer: kmyFramer,
    frame: (rng) => kmyFrame(rng.int(256), some(rng)),
    lies: [[0x02], [0x02, 0x46, 0x46], [0x02, 0x30, 0x30], [0x02, 0x30], [0x02, 0x30, 0x31, 0x30, 0x66]],
    signals: [0x2a, 0x30, 0x39, 0x08, 0x0d, 0x1b, 0x00, 0x80].map((code) => of(code)),
    forms: (event) => (event.kind === 'frame' ? [kmyFrame(event.status ?? 0, event.data)] : key(event)),
    folds: true,
    longest: 516,
  },
  {
    name: 'epp-kmy binary',
    framer: () => kmyFramer({ variant: 'binary' }),
    frame: (rng) => kmyFrame(rng.int(256), some(rng), 'binary'),
    lies: [[0x02], [0x02, 0], [0x02, 0xff], [0x02, 1]],
    signals: [of(0x2a), of(0x0d)],
    forms: (event) => (event.kind === 'frame' ? [kmyFrame(event.status ?? 0, event.data, 'binary')] : key(event)),
    longest: 258,
  },
  {
    name: 'epp-zt598',
    framer: zt598Framer,
    frame: (rng) => {
      const forms = ztForms(concat([of(0x60), ascii(String(rng.int(1e9)).repeat(rng.int(4)))]));
      return rng.pick(forms);
    },
    lies: [[0x02], [0x02, 0x30], [0x02, 0x39, 0x39, 0x39], [0x02, 0x30, 0x30, 0x30], [0x02, 0x30, 0x30, 0x30, 0x03]],
    signals: [0x2a, 0x30, 0x0d, 0x1b, 0x22, 0x48].map((code) => of(code)),
    forms: (event) => (event.kind === 'frame' ? ztForms(event.body ?? NONE) : key(event)),
    folds: true,
    longest: 4107,
  },
  {
    name: 'sdt-idcard',
    framer: sdtFramer,
    frame: (rng) => concat([new Uint8Array(rng.int(3)).fill(0xaa), sdtFrame(of(0, 0, 0x90, ...some(rng)))]),
    lies: [
      [0xaa],
      [0xaa, 0xaa, 0xaa, 0x96],
      [0xaa, 0xaa, 0xaa, 0x96, 0x69, 0x09, 0x61],
      [0xaa, 0xaa, 0xaa, 0x96, 0x69, 0x09, 0x62],
      Array(20).fill(0xaa),
    ],
    signals: [],
    forms: ({ body = NONE }) =>
      Array.from({ length: 14 }, (_, more) => concat([new Uint8Array(more).fill(0xaa), sdtFrame(body)])),
    longest: 2421,
  },
  {
    name: 'nibble-split plus 30',
    framer: () => nibbleFramer('split-plus-30'),
    frame: (rng) => tabletBoxFrame(some(rng)),
    lies: [[0x02], [0x02, 0x30, 0x34, 0x30, 0x30], [0x02, 0x3f, 0x3f, 0x3f, 0x3f], [0x02, 0x30, 0x30, 0x30, 0x31]],
    signals: [],
    forms: ({ data = NONE }) => [tabletBoxFrame(data)],
    longest: 2056,
  },
  {
    name: 'nibble-split hex',
    framer: () => nibbleFramer('ascii-hex'),
    frame: (rng) => posBoxFrame(rng.int(256), some(rng), rng.int(5)),
    lies: [[0x02], [0x02, ...ascii('45000400')], [0x02, ...ascii('4500FFFF')], [0x02, ...ascii('45000001')]],
    signals: [],
    forms: ({ command = 0, data, state }) => [posBoxFrame(command, data ?? NONE, state)],
    folds: true,
    longest: 2060,
  },
];

const allBytes = Array.from({ length: 256 }, (_, byte) => byte);

function refused(command: number, error: Uint8Array): Uint8Array {
  const frame = of(0xe0, 0, 1, command, ...error, 0);
  frame[5] = xor(frame);
  return frame;
}
