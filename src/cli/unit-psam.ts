import { SscardError } from '../../apdu/errors.ts';
import type { Channel, Readers, WaitForCardOptions } from '../../drivers/reader.ts';
import type { Address } from './address.ts';
import type { UnitAddress } from './unit-address.ts';

/** Part of the name of every SAM socket. */
const ANY_SOCKET = ' SAM ';

export function isUnit(address: Address): address is UnitAddress {
  return address.scheme === 'serial' || address.scheme === 'hid';
}

/**
 * The first SAM socket of an opened unit. The sockets are not looked into: on a line that takes its time, and others may be
 * anybody's.
 * @param card the slot of the holder's card, which may be a socket itself
 */
export function firstSocket({ slots }: Readers, card?: string): string | undefined {
  return slots?.find(({ kind, name }) => kind === 'sam' && name !== card)?.name;
}

/**
 * The PSAM in the slot of an address; without a slot in the first SAM socket, or in the slot of a unit that has no sockets.
 * @param shared the holder's card is in the same unit, and it is open
 * @throws SscardError `reader-not-found`, and what `waitForCard` throws
 */
export async function openUnitPsam(
  readers: Readers,
  { slot, port }: UnitAddress,
  shared: boolean,
  options: WaitForCardOptions,
): Promise<Channel> {
  if (shared) {
    const name = slot === undefined ? firstSocket(readers) : readers.slots?.find(({ index }) => index === slot)?.name;
    if (name !== undefined) return readers.waitForCard({ ...options, reader: name });
    throw new SscardError('reader-not-found', `no slot ${slot ?? 'for a SAM'}`, { place: port });
  }
  if (slot !== undefined) return readers.waitForCard(options);
  try {
    return await readers.waitForCard({ ...options, reader: ANY_SOCKET });
  } catch (error) {
    const none = error instanceof SscardError && error.code === 'reader-not-found';
    if (none) return readers.waitForCard(options);
    throw error;
  }
}
