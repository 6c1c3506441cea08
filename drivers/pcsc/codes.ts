import { SscardError } from '../../apdu/errors.ts';

/**
 * Numbers of the PC/SC interface (pcsc-lite's `winscard.h`, `pcsclite.h`; the Windows and macOS values are the same
 * except where said).
 */
export const SCARD = {
  shareExclusive: 1,
  shareShared: 2,
  t0: 1,
  t1: 2,
  leave: 0,
  reset: 1,
  unpower: 2,
  eject: 3,
  stateUnaware: 0x0000,
  stateChanged: 0x0002,
  stateUnknown: 0x0004,
  stateUnavailable: 0x0008,
  stateEmpty: 0x0010,
  statePresent: 0x0020,
  stateExclusive: 0x0080,
  stateInUse: 0x0100,
  stateMute: 0x0200,
  /** Longest answer pcsc-lite takes: MAX_BUFFER_SIZE_EXTENDED. A longer buffer is refused. */
  longestAnswer: 65_544,
  /** States pcsc-lite takes in one call: PCSCLITE_MAX_READERS_CONTEXTS, which is also the most slots it serves. */
  mostStates: 16,
} as const;

export const CODE = {
  cancelled: 0x80100002,
  invalidHandle: 0x80100003,
  bufferTooSmall: 0x80100008,
  unknownReader: 0x80100009,
  timeout: 0x8010000a,
  sharingViolation: 0x8010000b,
  noCard: 0x8010000c,
  protocolMismatch: 0x8010000f,
  commError: 0x80100013,
  invalidAtr: 0x80100015,
  notTransacted: 0x80100016,
  readerUnavailable: 0x80100017,
  noService: 0x8010001d,
  serviceStopped: 0x8010001e,
  /** pcsc-lite; on Windows this number is "unexpected" and 0x80100022 says "unsupported". */
  unsupported: 0x8010001f,
  unsupportedWindows: 0x80100022,
  noReaders: 0x8010002e,
  commDataLost: 0x8010002f,
  unsupportedCard: 0x80100065,
  unresponsiveCard: 0x80100066,
  unpoweredCard: 0x80100067,
  resetCard: 0x80100068,
  removedCard: 0x80100069,
} as const;

const MEANING: ReadonlyMap<number, string> = new Map([
  [CODE.cancelled, 'cancelled'],
  // A handle of a service that died: the new one does not know it.
  [CODE.invalidHandle, 'service-lost'],
  [CODE.commError, 'service-lost'],
  [CODE.noService, 'service-lost'],
  [CODE.serviceStopped, 'service-lost'],
  [CODE.bufferTooSmall, 'answer-malformed'],
  [CODE.unknownReader, 'reader-lost'],
  [CODE.readerUnavailable, 'reader-lost'],
  [CODE.noReaders, 'reader-lost'],
  [CODE.sharingViolation, 'card-in-use'],
  [CODE.noCard, 'card-removed'],
  [CODE.removedCard, 'card-removed'],
  // What readers answer when the card leaves in the middle of a command.
  [CODE.notTransacted, 'card-removed'],
  [CODE.commDataLost, 'card-removed'],
  [CODE.protocolMismatch, 'protocol-mismatch'],
  [CODE.invalidAtr, 'card-unresponsive'],
  [CODE.unsupportedCard, 'card-unresponsive'],
  [CODE.unresponsiveCard, 'card-unresponsive'],
  [CODE.unpoweredCard, 'card-unresponsive'],
  [CODE.resetCard, 'card-reset'],
  [CODE.unsupported, 'unsupported'],
  [CODE.unsupportedWindows, 'unsupported'],
]);

/**
 * A return code as an error. `details.platformCode` keeps the number where the binding knows it.
 * @param call name of the PC/SC function, for the support desk
 * @param code `undefined` when the binding hides it
 */
export function pcscError(call: string, code: number | undefined): SscardError {
  if (code === undefined) return new SscardError('pcsc-failure', `${call} failed for a reason the binding hides`);
  const name = MEANING.get(code) ?? 'pcsc-failure';
  return new SscardError(name, `${call}: 0x${code.toString(16).toUpperCase()}`, { platformCode: code });
}

/** True for an error with that code, of whatever copy of the package. */
export function hasCode(error: unknown, ...codes: readonly string[]): error is SscardError {
  return error instanceof SscardError && codes.includes(error.code);
}
