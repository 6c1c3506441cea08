import { SscardError } from '../../apdu/errors.ts';
import { openCardAndPsam } from '../simulator/card-file.ts';
import { type EmulatedProtocol, emulatedProtocols, emulateUnit } from '../simulator/units/devices.ts';
import { servePty } from '../simulator/wire/pty.ts';

/** A simulated card and its PSAM in an emulated unit of their own. */
export interface ServedUnit {
  /** Number of the file on the command line; 1 is the first. */
  readonly number: number;
  readonly chip: 'card';
  readonly file: string;
  /** Its pseudo-terminal. */
  readonly path: string;
  /** What `--reader` takes. */
  readonly address: string;
  readonly slot: { insert(): void; remove(): void; close(): Promise<void> };
}

/** What an address has to say besides: the emulated module has two sockets, most modules one. */
const OPTIONS: Partial<Record<EmulatedProtocol, string>> = { alpar: '&slots=2' };

/**
 * One unit for each file, on pseudo-terminals: the card in its slot, the PSAM in its first SAM socket.
 * @throws SscardError `option-value-malformed`, `binding-missing` (koffi), `sim-pty`, and what card files throw
 */
export async function serveUnits(files: readonly string[], protocol: string): Promise<readonly ServedUnit[]> {
  if (!isEmulated(protocol)) {
    const choices = emulatedProtocols;
    throw new SscardError('option-value-malformed', 'no such protocol', { place: '--serial', choices });
  }
  const served: ServedUnit[] = [];
  try {
    for (const [at, file] of files.entries()) served.push(await serveUnit(at + 1, file, protocol));
  } catch (error) {
    for (const { slot } of served) await slot.close();
    throw error;
  }
  return served;
}

async function serveUnit(number: number, file: string, protocol: EmulatedProtocol): Promise<ServedUnit> {
  const { card, psam } = await openCardAndPsam(file);
  const unit = await emulateUnit(protocol, { card, sams: [psam] });
  const pty = await servePty(unit);
  const path = pty.path ?? '';
  return {
    number,
    chip: 'card',
    file,
    path,
    address: `serial:${path}?protocol=${protocol}${OPTIONS[protocol] ?? ''}`,
    slot: { insert: () => unit.insert(), remove: () => unit.remove(), close: () => pty.close() },
  };
}

function isEmulated(protocol: string): protocol is EmulatedProtocol {
  return (emulatedProtocols as readonly string[]).includes(protocol);
}
