// Loaded with the first act with files: a basic reading has no need of it.
import { SscardError } from '../../../apdu/errors.ts';
import { photoOf } from '../codecs/photo.ts';
import type { Flow } from '../flow.ts';
import type { RunFlow } from '../run.ts';
import { type ItemChange, prepare, refuseSeparators } from './change.ts';
import { type FilePlan, type ItemQuery, planAll, planItems } from './plan.ts';
import { readFiles } from './read.ts';
import type { FilesReading } from './reading.ts';
import { Ledger, type UpdateReport } from './report.ts';
import type { FilesOptions, PhotoReading } from './social-files.ts';
import { writeTargets } from './write.ts';

/** @throws SscardError as `SocialFiles.read` */
export function readItems(
  flow: Flow,
  what: 'all' | readonly ItemQuery[],
  options: FilesOptions,
): Promise<FilesReading> {
  return read(flow, what === 'all' ? planAll(flow.profile) : planItems(what, flow.profile), options);
}

/** @throws SscardError as `SocialFiles.read` */
export async function readPhoto(flow: Flow, options: FilesOptions): Promise<PhotoReading> {
  const photos = planAll(flow.profile).filter(({ file }) => file.items?.some(({ meaning }) => meaning === 'photo'));
  const [file] = (await read(flow, photos, options)).files;
  if (file === undefined || file.kind === 'absent') return { kind: 'absent' };
  if (file.kind === 'withheld') return { kind: 'withheld', denial: file.denial };
  return photoOf(file.items[0]?.raw ?? new Uint8Array());
}

/**
 * The error is judged after the flow has ended: our own clock ends a command as if it were cancelled.
 * @throws SscardError as `SocialFiles.update`
 */
export async function updateItems(
  run: RunFlow,
  changes: readonly ItemChange[],
  options: FilesOptions,
): Promise<UpdateReport> {
  refuseSeparators(changes);
  const begun: { ledger?: Ledger } = {};
  const work = async (flow: Flow) => {
    const { addresses, targets } = await prepare(changes, flow.profile);
    const ledger = new Ledger(addresses);
    begun.ledger = ledger;
    offerPin(flow, options);
    try {
      await writeTargets(flow, targets, ledger);
    } finally {
      ledger.notePin(flow.rights.pinDenial);
    }
    return ledger;
  };
  try {
    return (await run(options, work, { whole: true })).report();
  } catch (error) {
    if (begun.ledger === undefined || !(error instanceof SscardError)) throw error;
    return begun.ledger.report(error);
  }
}

function read(flow: Flow, plans: readonly FilePlan[], options: FilesOptions): Promise<FilesReading> {
  offerPin(flow, options);
  return readFiles(flow, plans);
}

function offerPin({ rights }: Flow, { pin, lastTry = false }: FilesOptions): void {
  if (pin !== undefined) rights.offerPin({ pin, lastTry });
}
