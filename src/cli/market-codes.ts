import type { SscardError } from '../../apdu/errors.ts';

/** Our codes that have a number of their own in the national driver interface (driver-api.md 6; code-tables.json). */
const CODES: Readonly<Record<string, number>> = {
  'not-social-security-card': -1,
  'no-card': -2,
  'card-mute': -4,
  'card-unresponsive': -4,
  'binding-missing': -5,
  'pcsc-library-missing': -5,
  'pcsc-failure': -11,
  'reader-lost': -11,
  'service-lost': -11,
  'service-unavailable': -11,
  'reader-not-found': -12,
  unsupported: -13,
  'card-unidentified': -20,
  'pin-digits': -23,
  'pin-entry-late': -32,
  'pin-length': -33,
  'pin-differs': -34,
  'account-initial-pin': -35,
  'pin-initial': -36,
  'pin-wrong': -51,
  'pin-blocked': -52,
  'key-locked': -27_011,
};

/** Why no provider has a key (driver-api.md 4.5). */
const NO_KEY: Readonly<Record<string, number>> = { 'no-psam': -2201, algorithm: -2202, 'key-level': -24 };
const LACKS_RKSSSE = -2203;
/** Which test rejected the card. */
const REJECTED: Readonly<Record<string, number>> = { application: -1, genuineness: -21, cardIdentification: -20 };
const KEY_NOT_FOUND = -27_272;
const CANCELLED_BY_HOLDER = -31;
/** The interface negates status words from this one on (driver-api.md 6, 1). */
const FIRST_STATUS = 0x63c0;

/**
 * The number that the national driver interface has for an error, for programs that know those.
 * @example marketCodeOf(new SscardError('card-refused', '', { sw: 0x6982 })) // -27010
 */
export function marketCodeOf({ code, details }: SscardError): number | undefined {
  const { sw, step, triesLeft, reason, place } = details;
  if (code === 'cancelled' && step === 'pin-entry') return CANCELLED_BY_HOLDER;
  if (code === 'check-rejected') return REJECTED[reason ?? ''];
  if (code === 'no-key') {
    const lacksRead = reason === 'no-key' && place === 'RKSSSE';
    return NO_KEY[reason ?? ''] ?? (lacksRead ? LACKS_RKSSSE : KEY_NOT_FOUND);
  }
  if (code === 'key-refused' && triesLeft !== undefined) return -(FIRST_STATUS + triesLeft);
  const own = CODES[code];
  if (own !== undefined) return own;
  return code !== 'status-unexpected' && sw !== undefined && sw >= FIRST_STATUS && sw !== 0x9000 ? -sw : undefined;
}
