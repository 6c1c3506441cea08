import { fromHex } from '../../apdu/bytes.ts';
import { refused } from '../../drivers/exchange.ts';
import type { Withheld } from './basic-information.ts';
import type { Denied } from './denial.ts';
import type { Flow } from './flow.ts';
import type { BasicRecords, Reading } from './interpret.ts';
import type { CardProfile, FileDescription, ItemDescription } from './profile/profile.ts';
import { readRecord } from './record.ts';

/** Items of a basic reading in their order, by the profile's names. What a generation does not have is not asked for. */
const ISSUER_ITEMS = ['issueDate', 'expiryDate', 'cardNumber'];
const HOLDER_ITEMS = ['socialSecurityNumber', 'name', 'nameExtension', 'sex', 'ethnicity', 'birthDate'];
const REGIONAL_ITEMS = ['jiangsuPersonNumber'];

const IDENTIFICATION_BYTES = 16;
const SECURITY_NOT_SATISFIED = 0x6982;
const FILE_NOT_FOUND = 0x6a82;
const RECORD_NOT_FOUND = 0x6a83;
/** No character of GB18030 is longer. */
const LONGEST_CHARACTER = 4;

/**
 * Reads the records of the basic information with the fewest commands: what the flow has read already, then one READ
 * RECORD per item. A file under a key is read where a provider has the key.
 * @throws SscardError of `readRecord`, and of channel and key provider; `card-refused` when a record that every card of
 * this generation has is refused
 */
export async function readBasicRecords(flow: Flow): Promise<BasicRecords> {
  const { generation, version, described, profile, identification } = flow;
  const value = { kind: 'value' as const, value: identification, described: IDENTIFICATION_BYTES };
  const records = new Map<string, Reading>([['cardIdentificationCode', value]]);
  const reader = new RecordReader(flow, records);
  await reader.read(ISSUER_ITEMS, 'required');
  await reader.read(HOLDER_ITEMS, 'protected');
  await reader.read(REGIONAL_ITEMS, 'optional');
  return { generation, version, described, coding: profile.coding, records };
}

/**
 * How much a file may be denied. `required`: not at all. `protected`: it may need a key on this card, whatever the
 * generation says. `optional`: it may not be there either.
 */
type Need = 'required' | 'protected' | 'optional';

class RecordReader {
  readonly #flow: Flow;
  readonly #records: Map<string, Reading>;

  constructor(flow: Flow, records: Map<string, Reading>) {
    this.#flow = flow;
    this.#records = records;
  }

  async read(names: readonly string[], need: Need): Promise<void> {
    const { profile, rights } = this.#flow;
    let denied: Reading | undefined;
    let first = true;
    for (const name of names) {
      const found = findItem(profile, name);
      if (found === undefined || (name === 'nameExtension' && !this.#nameGoesOn(profile))) continue;
      const grant = await rights.satisfy(found.file.read);
      if (grant.kind === 'denied') denied = { kind: 'withheld', reason: reasonOf(grant) };
      const reading = denied ?? (await this.#ask(found, need, first));
      if (reading.kind === 'withheld' || reading.kind === 'absent') denied = reading;
      this.#records.set(name, reading);
      first = false;
    }
  }

  /** Rights and existence belong to the file: only its first record may be denied for them. */
  async #ask({ file, item }: Found, need: Need, first: boolean): Promise<Reading> {
    const { directory, ef, sfi } = file;
    const answer = await readRecord(this.#flow.line, { directory, ef, sfi, tag: item.tag, length: item.length });
    if (answer.kind === 'value') return { kind: 'value', value: answer.value, described: item.length };
    const { sw } = answer;
    if (sw === SECURITY_NOT_SATISFIED && need !== 'required' && first) return { kind: 'withheld', reason: 'no-key' };
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

function reasonOf({ reason }: Denied): Withheld['reason'] {
  return reason === 'key-refused' || reason === 'key-locked' ? reason : 'no-key';
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
