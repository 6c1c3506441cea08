import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { openCard } from '../../../src/card.ts';
import { Pin } from '../../../src/crypto/pin.ts';
import { psamProvider } from '../../../src/keys/psam.ts';
import { type KeyChoice, keyRing } from '../../../src/keys/ring.ts';
import { SimulatedCard } from '../../../src/simulator/card.ts';
import type { CardFile } from '../../../src/simulator/card-file-check.ts';
import { type Fault, withFaults } from '../../../src/simulator/faults.ts';
import type { CardImage, FileImage } from '../../../src/simulator/image.ts';
import { inventFile } from '../../../src/simulator/invent.ts';
import { SimulatedPsam } from '../../../src/simulator/psam.ts';
import { simReaders } from '../../../src/simulator/readers.ts';
import type { FilesReading } from '../../../src/social/files/reading.ts';
import type { SocialFiles } from '../../../src/social/files/social-files.ts';
import { loadProfile } from '../../../src/social/profile/load.ts';
import type { ProfileOverlay } from '../../../src/social/profile/profile.ts';
import { type LineCount, meterLine } from '../line-meter.ts';

const SEED = 31;
const made = new Map<string, Promise<CardFile>>();

/** An invented card of Jiangsu and its PSAM, the same in every test. */
export function cardFile(generation: CardImage['generation'] = '2.0'): Promise<CardFile> {
  const file = made.get(generation) ?? inventFile({ generation, seed: SEED });
  made.set(generation, file);
  return file;
}

export function pin(digits = '123456'): { readonly pin: Pin; readonly lastTry: true } {
  return { pin: Pin.fromDigits(new TextEncoder().encode(digits)), lastTry: true };
}

export interface InsertOptions {
  readonly generation?: CardImage['generation'];
  /** Default true: a PSAM is in the other slot. */
  readonly psam?: boolean;
  readonly tears?: boolean;
  readonly overlays?: readonly ProfileOverlay[];
  readonly change?: (image: CardImage) => CardImage;
  readonly faults?: readonly Fault[];
  /** Answers in place of the card, which does nothing then; undefined: the card does. Commands are counted from 1. */
  readonly instead?: (count: number, card: SimulatedCard) => string | undefined;
  /** In this command, power lasts for so many bytes of storage. */
  readonly cut?: { readonly command: number; readonly bytes: number };
  /** Puts this card in, instead of a new one: what is stored on it stays. */
  readonly card?: SimulatedCard;
}

/** A card in the reader of a counter. */
export interface Inserted {
  readonly files: SocialFiles;
  readonly card: SimulatedCard;
  /** What reached the card, hex; GET RESPONSE and repetitions included. */
  readonly sent: readonly string[];
  /** Keys that were asked for, `DF04 RK1DF04`. */
  readonly keys: readonly string[];
  readonly line: () => LineCount;
  readonly remove: () => void;
}

export async function inserted(options: InsertOptions = {}): Promise<Inserted> {
  const { generation = '2.0', psam = true, tears = false, overlays = [], change = (image) => image } = options;
  const file = await cardFile(generation);
  const card = options.card ?? new SimulatedCard(change(file.card), { tears });
  const sent: string[] = [];
  const faulty = withFaults(card, options.faults ?? []);
  const readers = simReaders(undefined, {
    card: {
      atr: card.atr,
      powerOn: () => card.powerOn(),
      powerOff: () => card.powerOff(),
      reset: () => card.reset(),
      process: (command: Uint8Array) => {
        sent.push(toHex(command));
        const other = options.instead?.(sent.length, card);
        if (other !== undefined) return fromHex(other);
        if (options.cut?.command === sent.length) card.cutPowerAfter(options.cut.bytes);
        return faulty.process(command);
      },
    },
  });
  const asked: string[] = [];
  const note = ({ directory, key }: KeyChoice) => asked.push(`${directory} ${key}`);
  const slot = simReaders(undefined, { card: new SimulatedPsam(file.psam) });
  const { psam: structure } = await loadProfile(generation);
  const ring = keyRing([psamProvider((waiting) => slot.waitForCard(waiting), structure)], { onChoice: note });
  const meter = meterLine(await readers.waitForCard());
  const { social } = await openCard(meter.channel, { overlays, ...(psam && { keys: ring }) });
  return { files: social.files, card, sent, keys: asked, line: meter.count, remove: () => readers.remove() };
}

/** The records of a file as they are stored, or the bytes of a transparent one. */
export function stored(card: SimulatedCard, directory: string, fid: string): readonly string[] {
  const file = card
    .image()
    .directories.find(({ name }) => name === directory)
    ?.files.find((one) => one.fid === fid);
  if (file === undefined) throw new Error(`no ${directory}${fid}`);
  return file.kind === 'transparent' ? [file.data] : file.records;
}

/** The card with the records of one of its files changed. */
export function withRecords(
  directory: string,
  fid: string,
  change: (records: readonly string[]) => readonly string[],
): (image: CardImage) => CardImage {
  return (image) =>
    withFile(image, directory, fid, (file) =>
      file.kind === 'transparent' ? file : { ...file, records: change(file.records) },
    );
}

/** The card with another value of one of its keys. */
export function withOtherKey(directory: string, id: string): (image: CardImage) => CardImage {
  return (image) => ({
    ...image,
    directories: image.directories.map((one) =>
      one.name === directory
        ? { ...one, keys: one.keys.map((key) => (key.id === id ? { ...key, value: '11'.repeat(16) } : key)) }
        : one,
    ),
  });
}

/** The card with one of its files changed, or without it. */
export function withFile(
  image: CardImage,
  directory: string,
  fid: string,
  change: (file: FileImage) => FileImage | undefined,
): CardImage {
  const directories = image.directories.map((one) =>
    one.name === directory
      ? { ...one, files: one.files.flatMap((file) => (file.fid === fid ? (change(file) ?? []) : file)) }
      : one,
  );
  return { ...image, directories };
}

/** A site that says otherwise of one file. */
export function site(file: NonNullable<ProfileOverlay['files']>[number]): ProfileOverlay {
  const appliesTo = { generations: ['2.0' as const], divisionPrefix: '' };
  return { region: 'site', nameZh: '站点', appliesTo, files: [file] };
}

/** The commands that write. */
export function writes(sent: readonly string[]): readonly string[] {
  return sent.filter((command) => /^00D[6C]/.test(command));
}

/** Record 09 of EF06: 30 bytes of GB18030. */
export function nameRecord(hex: string): string {
  return `091E${hex.padEnd(60, '0')}`;
}

/** A site whose cards take transparent files in smaller parts. */
export function smallParts(binaryChunk: number): ProfileOverlay {
  const appliesTo = { generations: ['2.0' as const], divisionPrefix: '' };
  return { region: 'site', nameZh: '站点', appliesTo, binaryChunk };
}

/** Items of the files that were read; how the others ended. */
export function itemsOf({ files }: FilesReading): object[] {
  return files.flatMap((file): object[] => {
    if (file.kind === 'read') return file.items.map(({ address, value, raw }) => ({ address, value, raw: toHex(raw) }));
    return [{ kind: file.kind, ...(file.kind === 'withheld' && { reason: file.denial.reason }) }];
  });
}
