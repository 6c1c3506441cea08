import { inspectAtr } from '../../apdu/atr.ts';
import { SscardError } from '../../apdu/errors.ts';
import type { Protocol } from '../reader.ts';
import type { PoweredCard } from './unit.ts';

const LONGEST_SHORT = 5 + 255 + 1;
const LC = 4;

/**
 * Units that take short APDUs only (iso7816.md: the reader's Nc is at most 255, its Ne 256): never cut silently.
 * @throws SscardError `unsupported` (`extended-length`, `not-done`)
 */
export function assertShort(command: Uint8Array): void {
  const extended = command[LC] === 0 && command.length > LC + 1;
  if (!extended && command.length <= LONGEST_SHORT) return;
  throw new SscardError('unsupported', 'this unit takes short APDUs only', {
    reason: 'extended-length',
    outcome: 'not-done',
  });
}

/** The protocol that a unit which does PPS by itself, or none, runs after this reset. */
export function protocolOf(atr: Uint8Array): Protocol {
  return inspectAtr(atr).atr.defaultProtocol === 1 ? 'T=1' : 'T=0';
}

/** @throws SscardError `protocol-mismatch`: it runs a protocol that the caller does not want */
export function poweredCard(atr: Uint8Array, protocol: Protocol, wanted: readonly Protocol[]): PoweredCard {
  if (!wanted.includes(protocol)) throw new SscardError('protocol-mismatch', `the card runs ${protocol}`);
  return { atr, protocol };
}

/** Text that a unit tells of itself, for people. @param otherwise where it tells nothing */
export function identityOf(text: Uint8Array, otherwise: string): string {
  const told = String.fromCharCode(...text.map((byte) => (byte >= 0x20 && byte < 0x7f ? byte : 0x20)));
  return told.trim() || otherwise;
}
