import { SscardError } from '../../apdu/errors.ts';
import { type MakerName, makerNames, type SeatName, seatNames } from '../../drivers/vendor/makers.ts';
import { parseUnitAddress, type UnitAddress } from './unit-address.ts';

/** A reader address, taken apart. */
export type Address =
  /** `name`: part of a reader's name, or an alias. */
  | { readonly scheme: 'pcsc'; readonly name?: string }
  | { readonly scheme: 'sim'; readonly file?: string }
  | UnitAddress
  | VendorAddress
  | { readonly scheme: 'replay'; readonly file: string; readonly match: 'strict' | 'any' | 'header' };

/** A maker's library; `slot`: one place of its unit. */
export interface VendorAddress {
  readonly scheme: 'vendor';
  readonly library: string;
  readonly maker?: MakerName;
  readonly port?: string;
  readonly slot?: SeatName;
}

/** Schemes there are. */
export const schemes = ['pcsc:', 'serial:', 'hid:', 'vendor:', 'sim:', 'replay:'];

/**
 * @param place the option it was given with
 * @throws SscardError `scheme-not-available`, `address-malformed`, `unit-unknown`
 * @example parseAddress('pcsc:counter') // { scheme: 'pcsc', name: 'counter' }
 */
export function parseAddress(uri: string, place = '--reader'): Address {
  const colon = uri.indexOf(':');
  const scheme = uri.slice(0, colon + 1);
  const rest = uri.slice(colon + 1);
  switch (scheme) {
    case 'pcsc:':
      return rest === '' ? { scheme: 'pcsc' } : { scheme: 'pcsc', name: rest };
    case 'sim:':
      return rest === '' ? { scheme: 'sim' } : { scheme: 'sim', file: rest };
    case 'serial:':
      return parseUnitAddress('serial', rest, place);
    case 'hid:':
      return parseUnitAddress('hid', rest, place);
    case 'vendor:':
      return vendor(rest, place);
    case 'replay:':
      return replay(rest, place);
    default:
      throw new SscardError('scheme-not-available', 'no such scheme', { place, choices: schemes });
  }
}

function replay(rest: string, place: string): Address {
  const question = rest.lastIndexOf('?');
  const file = question < 0 ? rest : rest.slice(0, question);
  const match = question < 0 ? 'strict' : rest.slice(question + 1).replace(/^match=/, '');
  const known = match === 'strict' || match === 'any' || match === 'header';
  if (file === '' || !known || (question >= 0 && !rest.slice(question).startsWith('?match='))) {
    throw new SscardError('address-malformed', 'replay:<file>?match=strict|any|header', { place });
  }
  return { scheme: 'replay', file, match };
}

/** A slot is a place's name, or its number as units count them: 0 for the holder's card, the SAM sockets from 1 on. */
function vendor(rest: string, place: string): VendorAddress {
  const [library = '', query = ''] = rest.split('?', 2);
  const given = new Map(query === '' ? [] : [...new URLSearchParams(query)]);
  const [maker, port, number] = ['maker', 'port', 'slot'].map((name) => given.get(name));
  const slot = number !== undefined && /^\d$/.test(number) ? seatNames[Number(number)] : number;
  const known = [...given.keys()].every((name) => name === 'maker' || name === 'port' || name === 'slot');
  const ofMaker = maker === undefined || isOneOf(makerNames, maker);
  const ofUnit = number === undefined || isOneOf(seatNames, slot);
  if (library === '' || !known || !ofMaker || !ofUnit || port === '') {
    const choices = ofMaker ? [...seatNames] : [...makerNames];
    throw new SscardError('address-malformed', 'vendor:<library>?maker=…&port=…&slot=…', { place, choices });
  }
  return {
    scheme: 'vendor',
    library,
    ...(maker !== undefined && ofMaker && { maker }),
    ...(port !== undefined && { port }),
    ...(slot !== undefined && ofUnit && { slot: slot as SeatName }),
  };
}

function isOneOf<T extends string>(names: readonly T[], text: string | undefined): text is T {
  return (names as readonly (string | undefined)[]).includes(text);
}
