import { SscardError } from '../../apdu/errors.ts';
import type { KmyVariant } from '../../drivers/pinpad/kmy/framer.ts';
import { type PlainAnswer, type PlainProfileName, plainProfiles } from '../../drivers/pinpad/plain/profiles.ts';

/** A pad address, taken apart. */
export type PadAddress =
  /** The keys of the reader that holds the card: whatever is no pad by itself. */
  | { readonly kind: 'reader'; readonly uri: string }
  /** The pad of a simulated card, which types what prompt or stdin gives. */
  | { readonly kind: 'simulated' }
  | SerialPadAddress;

/** A pad on a serial line of its own. */
export type SerialPadAddress = { readonly kind: 'serial'; readonly port: string; readonly baud?: number } & (
  | {
      readonly protocol: 'plain';
      readonly profile?: PlainProfileName;
      readonly answer?: PlainAnswer;
      readonly digits?: number;
    }
  | { readonly protocol: 'kmy'; readonly variant?: KmyVariant }
  | { readonly protocol: 'zt598' }
);

/** Protocols of pads on lines of their own. */
export const padProtocols = ['plain', 'kmy', 'zt598'] as const;

const ANSWERS: readonly PlainAnswer[] = ['fixed', 'cr', 'stx-etx'];
const VARIANTS: readonly KmyVariant[] = ['ascii', 'binary'];
const READERS: readonly string[] = ['pcsc:', 'serial:', 'hid:', 'vendor:', 'replay:'];
/** What each protocol takes beside `protocol` and `baud`. */
const OPTIONS: Readonly<Record<SerialPadAddress['protocol'], readonly string[]>> = {
  plain: ['profile', 'answer', 'digits'],
  kmy: ['variant'],
  zt598: [],
};

/**
 * @throws SscardError `scheme-not-available`, `address-malformed`
 * @example parsePadAddress('serial:/dev/ttyS1?protocol=plain&profile=esc-ml')
 */
export function parsePadAddress(uri: string): PadAddress {
  const colon = uri.indexOf(':');
  const scheme = uri.slice(0, colon + 1);
  if (scheme === 'sim:') return { kind: 'simulated' };
  if (!READERS.includes(scheme)) {
    throw new SscardError('scheme-not-available', 'no such scheme', { place: '--pad', choices: ['sim:', ...READERS] });
  }
  const [port = '', query = ''] = uri.slice(colon + 1).split('?', 2);
  const given = new Map(new URLSearchParams(query));
  const protocol = padProtocols.find((name) => name === given.get('protocol'));
  if (scheme !== 'serial:' || protocol === undefined) return { kind: 'reader', uri };
  if (port === '') throw malformed('serial:<port>?protocol=…');
  return serial(port, protocol, given);
}

function serial(
  port: string,
  protocol: SerialPadAddress['protocol'],
  given: ReadonlyMap<string, string>,
): SerialPadAddress {
  const known = ['protocol', 'baud', ...OPTIONS[protocol]];
  for (const name of given.keys()) if (!known.includes(name)) throw malformed(`no option ${name}`, known);
  const baud = numberOf(given, 'baud', 1_200, 115_200);
  const place = { kind: 'serial', port, ...(baud !== undefined && { baud }) } as const;
  if (protocol === 'zt598') return { ...place, protocol };
  if (protocol === 'kmy') {
    const variant = oneOf(given, 'variant', VARIANTS);
    return { ...place, protocol, ...(variant !== undefined && { variant }) };
  }
  const profile = oneOf(given, 'profile', Object.keys(plainProfiles) as readonly PlainProfileName[]);
  const answer = oneOf(given, 'answer', ANSWERS);
  const digits = numberOf(given, 'digits', 1, 16);
  return {
    ...place,
    protocol,
    ...(profile !== undefined && { profile }),
    ...(answer !== undefined && { answer }),
    ...(digits !== undefined && { digits }),
  };
}

function oneOf<T extends string>(
  given: ReadonlyMap<string, string>,
  name: string,
  values: readonly T[],
): T | undefined {
  const text = given.get(name);
  if (text === undefined) return undefined;
  const value = values.find((candidate) => candidate === text);
  if (value === undefined) throw malformed(`no such ${name}`, values);
  return value;
}

function numberOf(given: ReadonlyMap<string, string>, name: string, least: number, most: number): number | undefined {
  const text = given.get(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d{1,6}$/.test(text) && value >= least && value <= most) return value;
  throw malformed(`${name} is ${least} to ${most}`);
}

function malformed(why: string, choices?: readonly string[]): SscardError {
  return new SscardError('address-malformed', why, { place: '--pad', ...(choices && { choices }) });
}
