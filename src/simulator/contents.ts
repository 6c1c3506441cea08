import { fromHex, toHex } from '../../apdu/bytes.ts';
import { type FinancialContents, openFinancial } from './financial/contents.ts';
import type {
  AccessRule,
  CardImage,
  CertificateImage,
  DirectoryImage,
  FileImage,
  KeyImage,
  PurseImage,
} from './image.ts';

/** The card's memory while it works: cells of bytes that `CardMemory.store` changes in place. */
export interface Contents {
  readonly image: CardImage;
  /** Tries left, then the PIN as four bytes of BCD filled with F: one cell, so that both change together. */
  readonly pin: Uint8Array;
  readonly pinTries: number;
  /** One byte: number of the block in `BLOCKS`. */
  readonly block: Uint8Array;
  /** The SSSE, then its directories. */
  readonly directories: readonly Directory[];
  readonly purse?: { state: PurseImage };
  /** The certificate application, then its directory. */
  readonly certificate?: readonly [application: Directory, directory: Directory];
  /** The bank side. */
  readonly financial?: FinancialContents;
}

const BLOCKS = ['none', 'temporary', 'permanent', 'card'] as const;

export interface Directory {
  /** Which application it is of: PIN and keys of one are nothing in the other. */
  readonly application: 'social' | 'certificate';
  readonly name: string;
  readonly fid?: number;
  readonly aid?: Uint8Array;
  readonly keys: readonly Key[];
  readonly files: readonly File[];
}

export interface Key {
  readonly image: KeyImage;
  readonly id?: number;
  readonly value: Uint8Array;
  /** One byte: tries left. */
  readonly counter: Uint8Array;
}

export interface File {
  readonly image: FileImage;
  readonly kind: FileImage['kind'];
  readonly fid: number;
  readonly sfi: number;
  readonly read: AccessRule;
  readonly update: AccessRule;
  /** One cell a record, in a cyclic file the newest first; a transparent file is one cell. */
  readonly cells: Uint8Array[];
}

const PIN_BYTES = 4;

/** PIN digits in BCD, an odd one filled with F (6.6). */
export function pinBlock(digits: string): Uint8Array {
  return fromHex(digits.length % 2 === 0 ? digits : `${digits}F`);
}

/** @throws SscardError `hex-malformed` */
export function openImage(image: CardImage): Contents {
  const pin = new Uint8Array(1 + PIN_BYTES).fill(0xff);
  pin[0] = image.pin.triesLeft;
  pin.set(pinBlock(image.pin.digits), 1);
  return {
    image,
    pin,
    pinTries: image.pin.tries,
    block: blockByte(image.block),
    directories: image.directories.map(openDirectory),
    ...(image.purse && { purse: { state: image.purse } }),
    ...(image.certificate && { certificate: openCertificate(image.certificate) }),
    ...(image.financial && { financial: openFinancial(image.financial) }),
  };
}

/** How the application is blocked now (5). */
export function blockOf({ block }: Contents): CardImage['block'] {
  return BLOCKS[block[0] ?? 0] ?? 'none';
}

/** The byte that `block` holds for it. */
export function blockByte(block: CardImage['block']): Uint8Array {
  return Uint8Array.of(BLOCKS.indexOf(block));
}

function openDirectory({ name, fid, aid, keys, files }: DirectoryImage): Directory {
  return {
    application: 'social',
    name,
    fid: Number.parseInt(fid, 16),
    ...(aid === undefined ? {} : { aid: fromHex(aid) }),
    keys: keys.map((key) => ({
      image: key,
      ...(key.id === undefined ? {} : { id: Number.parseInt(key.id, 16) }),
      value: fromHex(key.value),
      counter: Uint8Array.of(key.triesLeft),
    })),
    files: files.map(openFile),
  };
}

function openCertificate({ aid, name, files }: CertificateImage): readonly [Directory, Directory] {
  const own = { application: 'certificate', keys: [] } as const;
  return [
    { ...own, name: 'PKI', aid: fromHex(aid), files: [] },
    { ...own, name: 'PKI directory', aid: fromHex(name), files: files.map(openFile) },
  ];
}

function openFile(file: FileImage): File {
  return {
    image: file,
    kind: file.kind,
    fid: Number.parseInt(file.fid, 16),
    sfi: file.sfi,
    read: file.read,
    update: file.update,
    cells: file.kind === 'transparent' ? [filled(file.size, fromHex(file.data))] : file.records.map(fromHex),
  };
}

/** What `openImage` opened, as it is now. */
export function closeImage(contents: Contents): CardImage {
  const { image, pin, directories, purse, financial } = contents;
  const digits = toHex(pin.subarray(1)).replace(/F+$/, '');
  return {
    ...image,
    block: blockOf(contents),
    pin: { digits, tries: image.pin.tries, triesLeft: pin[0] ?? 0 },
    directories: image.directories.map((directory, at) => ({
      ...directory,
      keys: (directories[at]?.keys ?? []).map((key) => ({ ...key.image, triesLeft: key.counter[0] ?? 0 })),
      files: (directories[at]?.files ?? []).map(closeFile),
    })),
    ...(purse && { purse: purse.state }),
    ...(financial && { financial: financial.image }),
  };
}

function closeFile(file: File): FileImage {
  if (file.image.kind !== 'transparent') return { ...file.image, records: file.cells.map(toHex) };
  const cell = file.cells[0] ?? new Uint8Array();
  return { ...file.image, data: toHex(cell.subarray(0, cell.findLastIndex((byte) => byte !== 0xff) + 1)) };
}

function filled(size: number, data: Uint8Array): Uint8Array {
  const cell = new Uint8Array(size).fill(0xff);
  cell.set(data.subarray(0, size));
  return cell;
}
