import { closeSync, fsyncSync, linkSync, openSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { SscardError } from '../../apdu/errors.ts';
import { SimulatedCard, type SimulatedCardOptions } from './card.ts';
import { type CardFile, checkCardFile } from './card-file-check.ts';
import { type BankDescription, describeBank } from './financial/describe.ts';
import type { FinancialImage } from './financial/image.ts';
import type { BankKind } from './financial/invent-bank.ts';
import type { CardImage } from './image.ts';
import { readJsonFile } from './json-file.ts';
import { SimulatedPsam } from './psam.ts';

/** What card to invent, and whether a file of that name may be replaced. */
export interface CreateCardOptions {
  readonly generation?: CardImage['generation'];
  /** The same number gives the same card, masters included. Default: random. */
  readonly seed?: number;
  /** Overwrites a file that is there. */
  readonly force?: boolean;
  /** Default: SM4 on generation 3.0, else 3DES (social-security-card.md 10). */
  readonly algorithm?: CardImage['algorithm'];
  /**
   * The bank side: RSA with 3DES, SM2 with SM4, both, none, or the file of a published profile. Default: both on generation
   * 3.0, else RSA.
   */
  readonly bank?: BankKind | 'none' | { readonly profile: string };
}

/**
 * Makes a card file: an invented holder, random masters, and the keys derived from them (mode 0600, as PIN and keys are
 * inside).
 * @throws SscardError `sim-file-exists`, `sim-file-unwritable`; with a profile also `sim-file-unreadable`,
 * `sim-file-malformed`
 * @example await createCardFile('card.json', { generation: '2.0', seed: 1 });
 */
export async function createCardFile(path: string, options: CreateCardOptions = {}): Promise<void> {
  const { inventFile } = await import('./invent.ts');
  const { bank, force = false, ...order } = options;
  const chosen = typeof bank === 'object' ? await readProfile(bank.profile) : bank;
  writeAtomically(path, await inventFile({ ...order, ...(chosen !== undefined && { bank: chosen }) }), force);
}

async function readProfile(path: string): Promise<FinancialImage> {
  const { fromProfile } = await import('./financial/from-profile.ts');
  return fromProfile(await readJsonFile(path), path);
}

/** A card and the PSAM of the same file, both without power yet. */
export interface SimulatedPair {
  readonly card: SimulatedCard;
  readonly psam: SimulatedPsam;
}

/**
 * The card of a file, without power yet. What the card stores is in the file before its answer leaves, and before a PIN
 * or a cryptogram is compared.
 * @throws SscardError `sim-file-unreadable`, `sim-file-malformed` (line and column, or the member in `place`),
 * `sim-file-version`; later, from `process`: `sim-file-unwritable`
 */
export async function openCardFile(
  path: string,
  options: Omit<SimulatedCardOptions, 'save'> = {},
): Promise<SimulatedCard> {
  return (await openCardAndPsam(path, options)).card;
}

/**
 * The card of a file and its PSAM. Both store into the same file, as `openCardFile` says.
 * @throws SscardError as `openCardFile`
 */
export async function openCardAndPsam(
  path: string,
  options: Omit<SimulatedCardOptions, 'save'> = {},
): Promise<SimulatedPair> {
  let file = await readCardFile(path);
  const save = (changed: Partial<CardFile>) => {
    file = { ...file, ...changed };
    writeAtomically(path, file, true);
  };
  return {
    card: new SimulatedCard(file.card, { ...options, save: (card) => save({ card }) }),
    psam: new SimulatedPsam(file.psam, { ...options, save: (psam) => save({ psam }) }),
  };
}

/**
 * A whole card file, keys and PIN included. A file of version 1 comes as what it says in version 2.
 * @throws SscardError as `openCardFile`
 */
export async function readCardFile(path: string): Promise<CardFile> {
  const file = checkCardFile(await readJsonFile(path), path);
  return file.version === 1 ? (await import('./psam-make.ts')).upgradeCardFile(file) : file;
}

/** What is on a card, without anything secret: for `sim show`. */
export interface CardDescription {
  readonly generation: CardImage['generation'];
  readonly algorithm: CardImage['algorithm'];
  readonly atr: string;
  readonly block: CardImage['block'];
  readonly pin: { readonly tries: number; readonly triesLeft: number };
  readonly directories: readonly {
    readonly name: string;
    readonly fid: string;
    readonly keys: readonly { readonly name: string; readonly id: string | null; readonly triesLeft: number }[];
    readonly files: readonly Pick<
      CardImage['directories'][number]['files'][number],
      'fid' | 'kind' | 'read' | 'update'
    >[];
  }[];
  /** Null: the card has no bank side. */
  readonly bank: BankDescription | null;
}

/** What is on a card, without keys, PIN and content. */
export function describeCard(card: CardImage): CardDescription {
  const { generation, algorithm, atr, block, pin, directories, financial } = card;
  return {
    generation,
    algorithm,
    atr,
    block,
    pin: { tries: pin.tries, triesLeft: pin.triesLeft },
    directories: directories.map(({ name, fid, keys, files }) => ({
      name,
      fid,
      keys: keys.map((key) => ({ name: key.name, id: key.id ?? null, triesLeft: key.triesLeft })),
      files: files.map((file) => ({ fid: file.fid, kind: file.kind, read: file.read, update: file.update })),
    })),
    bank: financial === undefined ? null : describeBank(financial),
  };
}

/** A new file beside the old one, then the name moves: a killed process leaves the one or the other. */
function writeAtomically(path: string, file: CardFile, overwrite: boolean): void {
  try {
    const target = overwrite ? followed(path) : path;
    const fresh = join(dirname(target), `.${basename(target)}.${process.pid}.new`);
    try {
      const handle = openSync(fresh, 'w', 0o600);
      try {
        // Not `writeSync`: on a full disk that writes a part and says so in a number.
        writeFileSync(handle, `${JSON.stringify(file, null, 1)}\n`);
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      if (overwrite) renameSync(fresh, target);
      else linkSync(fresh, target);
    } finally {
      rmSync(fresh, { force: true });
    }
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (exists)
      throw new SscardError('sim-file-exists', 'there is a file of this name', { place: path }, { cause: error });
    throw new SscardError('sim-file-unwritable', 'the card file cannot be written', { place: path }, { cause: error });
  }
}

/** A link stays a link: what it points to is replaced. */
function followed(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
