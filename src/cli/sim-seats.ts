import { SscardError } from '../../apdu/errors.ts';
import { openCardAndPsam } from '../simulator/card-file.ts';
import { contactless } from '../simulator/contactless.ts';
import type { VirtualCard } from '../simulator/readers.ts';

/** What goes on one port of the virtual reader. */
export interface Seat {
  /** Number of the file on the command line; 1 is the first. */
  readonly number: number;
  readonly file: string;
  readonly chip: 'card' | 'psam';
  readonly port: number;
  readonly device: VirtualCard;
}

/**
 * Card and PSAM of each file, on ports that follow one another.
 * @param air the contactless side of each card in place of its contacts
 * @throws SscardError `sim-no-contactless`, `sim-port-malformed` (not enough ports), and what card files throw
 */
export async function seatsOf(files: readonly string[], first: number, air: boolean): Promise<readonly Seat[]> {
  const seats = files.map(async (file, at) => {
    const { card, psam } = await openCardAndPsam(file);
    if (air && card.contactlessAtr === undefined) {
      throw new SscardError('sim-no-contactless', 'a card with contacts only', { place: file });
    }
    const common = { number: at + 1, file };
    const port = first + 2 * at;
    return [
      { ...common, chip: 'card', port, device: air ? contactless(card) : card },
      { ...common, chip: 'psam', port: port + 1, device: psam },
    ] as const;
  });
  const all = (await Promise.all(seats)).flat();
  if ((all.at(-1)?.port ?? 0) > 65_535) throw badAddress('--vpcd');
  return all;
}

/** @example readHostPort('127.0.0.1:35963', '--vpcd') // { host: '127.0.0.1', port: 35963 } */
export function readHostPort(text: string, place: string): { host: string; port: number } {
  const found = /^(?:\[([0-9a-f:.]+)\]|([^:\s[\]]+)):(\d{1,5})$/i.exec(text);
  const port = Number(found?.[3]);
  const host = found?.[1] ?? found?.[2];
  if (host === undefined || port < 1 || port > 65_535) throw badAddress(place);
  return { host, port };
}

function badAddress(place: string): SscardError {
  return new SscardError('sim-port-malformed', 'host:port', { place });
}
