import { SscardError } from '../../apdu/errors.ts';

/** A reader address, taken apart. */
export type Address =
  /** `name`: part of a reader's name, or an alias. */
  | { readonly scheme: 'pcsc'; readonly name?: string }
  | { readonly scheme: 'sim'; readonly file?: string }
  | { readonly scheme: 'replay'; readonly file: string; readonly match: 'strict' | 'any' | 'header' };

/** Schemes there are. */
export const schemes = ['pcsc:', 'sim:', 'replay:'];

/**
 * @param place the option it was given with
 * @throws SscardError `scheme-not-available`, `address-malformed`
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
