import { SscardError } from '../../apdu/errors.ts';
import { type HidPacking, hidPackings } from '../../drivers/hid/packing.ts';
import { unitProtocols } from '../../drivers/units/protocols.ts';

/** A unit on a serial line or behind HID reports. */
export interface UnitAddress {
  readonly scheme: 'serial' | 'hid';
  /** Device of the system, or `vendor:product` with perhaps `:serial`. */
  readonly port: string;
  readonly protocol: string;
  readonly baud?: number;
  /** How frames are in HID reports. */
  readonly packing?: HidPacking;
  /** 0 is the slot for the holder's card, 1 the first SAM socket. */
  readonly slot?: number;
  /** What only the protocol understands (`addr=5`). */
  readonly options: ReadonlyMap<string, string>;
}

const FORMS = {
  serial: 'serial:<port>?protocol=<name>&baud=<n>&slot=<n>',
  hid: 'hid:<vendor>:<product>?protocol=<name>&packing=<name>&slot=<n>',
};
/** Four hex digits each, perhaps a serial number; or a path of the system. */
const HID_PORT = /^(?:[0-9a-f]{4}:[0-9a-f]{4}(?::.+)?|\/.+|\\\\.+|DevSrvsID:.+)$/i;
const FASTEST = 4_000_000;
const MOST_SLOTS = 16;

/**
 * @param rest what stands behind the scheme
 * @throws SscardError `address-malformed`, `unit-unknown` (with the protocols there are)
 * @example parseUnitAddress('serial', '/dev/ttyS0?protocol=alpar', '--reader').port // '/dev/ttyS0'
 */
export function parseUnitAddress(scheme: UnitAddress['scheme'], rest: string, place: string): UnitAddress {
  const question = rest.indexOf('?');
  const port = question < 0 ? rest : rest.slice(0, question);
  const given = new Map(question < 0 ? [] : [...new URLSearchParams(rest.slice(question + 1))]);
  const taken = (name: string): string | undefined => {
    const value = given.get(name);
    given.delete(name);
    return value;
  };
  const malformed = (choices: readonly string[] = []) =>
    new SscardError('address-malformed', FORMS[scheme], { place, ...(choices.length > 0 && { choices }) });
  const protocol = taken('protocol');
  if (port === '' || (scheme === 'hid' && !HID_PORT.test(port))) throw malformed();
  if (protocol === undefined) throw malformed(unitProtocols.map((name) => `protocol=${name}`));
  if (!unitProtocols.includes(protocol)) {
    throw new SscardError('unit-unknown', 'no such protocol', { place, choices: unitProtocols });
  }
  const baud = scheme === 'serial' ? wholeNumber(taken('baud'), 1, FASTEST) : undefined;
  const slot = wholeNumber(taken('slot'), 0, MOST_SLOTS - 1);
  const packing = scheme === 'hid' ? taken('packing') : undefined;
  if (Number.isNaN(baud) || Number.isNaN(slot)) throw malformed();
  if (packing !== undefined && !isPacking(packing)) throw malformed(hidPackings);
  return {
    scheme,
    port,
    protocol,
    ...(baud !== undefined && { baud }),
    ...(packing !== undefined && { packing }),
    ...(slot !== undefined && { slot }),
    options: given,
  };
}

function isPacking(text: string): text is HidPacking {
  return (hidPackings as readonly string[]).includes(text);
}

/** @returns NaN for what is none in this range */
function wholeNumber(text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  return /^\d{1,7}$/.test(text) && number >= least && number <= most ? number : Number.NaN;
}
