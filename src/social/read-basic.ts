import { fromHex, toHex } from '../../apdu/bytes.ts';
import { type Line, refused } from './exchange.ts';
import { detectGeneration } from './generation.ts';
import { parseCardIdentification } from './identifiers.ts';
import type { BasicRecords, Reading } from './interpret.ts';
import { loadOverlays, loadProfile, overlayApplies, withOverlay } from './profile/load.ts';
import type { CardProfile, FileDescription, ItemDescription } from './profile/profile.ts';
import { readRecord } from './record.ts';
import { selectApplication } from './select.ts';

/** Items of a basic reading in their order, by the profile's names. What a generation does not have is not asked for. */
const ISSUER_ITEMS = ['cardIdentificationCode', 'issueDate', 'expiryDate', 'cardNumber'];
const HOLDER_ITEMS = ['socialSecurityNumber', 'name', 'nameExtension', 'sex', 'ethnicity', 'birthDate'];
const REGIONAL_ITEMS = ['jiangsuPersonNumber'];

const SECURITY_NOT_SATISFIED = 0x6982;
const FILE_NOT_FOUND = 0x6a82;
const RECORD_NOT_FOUND = 0x6a83;
/** No character of GB18030 is longer. */
const LONGEST_CHARACTER = 4;

/**
 * Reads the records of the basic information with the fewest commands: one SELECT, then one READ RECORD per item.
 * @throws SscardError of `selectApplication`, `detectGeneration` and `readRecord`; `card-refused` when a record that
 * every card of this generation has is refused
 */
export async function readBasicRecords(line: Line): Promise<BasicRecords> {
  await selectApplication(line);
  const detected = await detectGeneration(line);
  const [profile, overlays] = await Promise.all([loadProfile(detected.generation), loadOverlays()]);
  const records = new Map<string, Reading>();
  const reader = new RecordReader(line, records);
  await reader.read(profile, ISSUER_ITEMS, 'required');
  await reader.read(profile, HOLDER_ITEMS, 'protected');
  for (const overlay of overlays) {
    if (!overlayApplies(overlay, detected.generation, divisionOf(records))) continue;
    await reader.read(withOverlay(profile, overlay), REGIONAL_ITEMS, 'optional');
  }
  return { ...detected, coding: profile.coding, records };
}

/**
 * How much a file may be denied. `required`: not at all. `protected`: it may need a key on this card, whatever the
 * generation says. `optional`: it may not be there either.
 */
type Need = 'required' | 'protected' | 'optional';

class RecordReader {
  readonly #line: Line;
  readonly #records: Map<string, Reading>;

  constructor(line: Line, records: Map<string, Reading>) {
    this.#line = line;
    this.#records = records;
  }

  async read(profile: CardProfile, names: readonly string[], need: Need): Promise<void> {
    let denied: Reading | undefined;
    let first = true;
    for (const name of names) {
      const found = findItem(profile, name);
      if (found === undefined || (name === 'nameExtension' && !this.#nameGoesOn(profile))) continue;
      if (found.file.read !== 'free') denied = { kind: 'withheld' };
      const reading = denied ?? (await this.#ask(found, need, first));
      if (reading.kind === 'withheld' || reading.kind === 'absent') denied = reading;
      this.#records.set(name, reading);
      first = false;
    }
  }

  /** Rights and existence belong to the file: only its first record may be denied for them. */
  async #ask({ file, item }: Found, need: Need, first: boolean): Promise<Reading> {
    const { directory, ef, sfi } = file;
    const answer = await readRecord(this.#line, { directory, ef, sfi, tag: item.tag, length: item.length });
    if (answer.kind === 'value') return { kind: 'value', value: answer.value, described: item.length };
    const { sw } = answer;
    if (sw === SECURITY_NOT_SATISFIED && need !== 'required' && first) return { kind: 'withheld' };
    if (sw === FILE_NOT_FOUND && need === 'optional' && first) return { kind: 'absent' };
    if (sw === RECORD_NOT_FOUND && (need === 'optional' || item.name === 'nameExtension')) return { kind: 'missing' };
    throw refused(sw, answer.where);
  }

  /** A name that did not fit leaves less room than the longest character takes (3.1: cut on a character boundary). */
  #nameGoesOn(profile: CardProfile): boolean {
    const name = this.#records.get('name');
    // Denied with the rest of its file: listed, not asked for.
    if (name?.kind !== 'value') return true;
    const padding = fromHex(profile.coding.textPadding);
    const free = name.value.length - 1 - name.value.findLastIndex((byte) => !padding.includes(byte));
    return free < LONGEST_CHARACTER;
  }
}

interface Found {
  readonly file: FileDescription;
  readonly item: ItemDescription & { readonly tag: string };
}

function findItem(profile: CardProfile, name: string): Found | undefined {
  for (const file of profile.files) {
    const item = file.items?.find((candidate) => candidate.name === name);
    if (item?.tag != null) return { file, item: { ...item, tag: item.tag } };
  }
  return undefined;
}

function divisionOf(records: ReadonlyMap<string, Reading>): string | null {
  const reading = records.get('cardIdentificationCode');
  if (reading?.kind !== 'value') return null;
  return parseCardIdentification(toHex(reading.value))?.division ?? null;
}
