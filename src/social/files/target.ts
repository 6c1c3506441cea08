import { equalBytes, toHex } from '../../../apdu/bytes.ts';
import { encodeSimpleTlv } from '../../../apdu/simple-tlv.ts';
import type { CommandApdu } from '../../../apdu/types.ts';
import { formatAddress } from '../address.ts';
import { isEmpty } from '../codecs/decoded.ts';
import type { Denied } from '../denial.ts';
import type { Flow } from '../flow.ts';
import type { FileDescription, ItemDescription } from '../profile/profile.ts';
import type { Where } from '../steps.ts';
import { type Bytes, binaryPlace, readBinaryFile, readPart } from './binary.ts';
import { readNumbered, readTagged } from './content.ts';
import type { TaggedItem } from './plan.ts';
import type { FileRight, Refused } from './right.ts';

type Look = (flow: Flow, right: FileRight) => Promise<Bytes | Refused | Denied>;

/** One place on the card, and what is to stand there. */
export interface WriteTarget {
  readonly file: FileDescription;
  /** The changes it is made of, by their place in the caller's list. */
  readonly indexes: readonly number[];
  /** What stands there is a value of this item; null: a whole record, which a new one replaces in its place. */
  readonly item: ItemDescription | null;
  readonly look: Look;
  /**
   * What is to stand there.
   * @param now what stands there; undefined where it cannot be read
   * @returns undefined where that cannot be said: parts of a group are to stay that nobody can read, or find
   */
  readonly wanted: (now: Uint8Array | undefined) => Uint8Array | undefined;
  /** The commands that make it so. */
  readonly steps: (wanted: Uint8Array, now: Uint8Array | undefined) => readonly WriteStep[];
}

/** One command that writes, and what has to stand there afterwards. */
export interface WriteStep {
  readonly command: CommandApdu;
  readonly where: Where;
  readonly wanted: Uint8Array;
  readonly now: Uint8Array | undefined;
  readonly look: Look;
}

const UPDATE_RECORD = { cla: 0x00, ins: 0xdc } as const;
/** Modes of P2 (4): the record with a tag, with a number, and of a cyclic file a new one. */
const MODE = { tag: 0, number: 4, append: 3 } as const;
const RECORD_NOT_FOUND = 0x6a83;

/** A record with one value. */
export function recordTarget(
  file: FileDescription,
  tagged: TaggedItem,
  indexes: readonly number[],
  value: Uint8Array,
): WriteTarget {
  return { ...recordPlace(file, tagged), indexes, wanted: () => value };
}

/**
 * A record whose value is a run of parts (B-TLV, 3.1): those that are not given stay as they are, with their order.
 * @param blank the record with all its parts, empty; and the fillers of a record that was never written (3.1)
 */
export function groupTarget(
  file: FileDescription,
  tagged: TaggedItem,
  indexes: readonly number[],
  parts: ReadonlyMap<string, Uint8Array>,
  blank: { readonly value: Uint8Array; readonly fillers: Uint8Array },
): WriteTarget {
  const all = (tagged.item.items ?? []).every(({ tag }) => tag !== null && parts.has(tag));
  const wanted: WriteTarget['wanted'] = (now) => {
    const kept = now && spliced(now, parts);
    const nothingToKeep = all || (now !== undefined && isEmpty(now, blank.fillers));
    return kept ?? (nothingToKeep ? spliced(blank.value, parts) : undefined);
  };
  return { ...recordPlace(file, tagged), indexes, wanted };
}

function recordPlace(file: FileDescription, tagged: TaggedItem): Omit<WriteTarget, 'indexes' | 'wanted'> {
  const { address, item, record } = tagged;
  const tag = Number.parseInt(item.tag, 16);
  const where: Where = { step: 'update-record', place: address };
  const look: Look = async ({ line }, right) => {
    const answer = await readTagged(line, file, tagged, right);
    if (answer.kind === 'value') return { kind: 'bytes', bytes: answer.value };
    // Another record stands there: the one asked for does not exist on this card.
    return answer.kind === 'other' ? { kind: 'refused', sw: RECORD_NOT_FOUND, where } : answer;
  };
  const [p1, mode] = record === undefined ? [tag, MODE.tag] : [record, MODE.number];
  const steps: WriteTarget['steps'] = (wanted, now) => {
    const data = encodeSimpleTlv(tag, wanted);
    return [{ command: { ...UPDATE_RECORD, p1, p2: (file.sfi << 3) | mode, data }, where, wanted, now, look }];
  };
  return { file, item, look, steps };
}

/** A new record of a cyclic file. It is there already when the newest one is the same. */
export function appendTarget(file: FileDescription, index: number, record: Uint8Array): WriteTarget {
  const place = formatAddress({ directory: file.directory, ef: file.ef, record: 0 });
  const look: Look = async ({ line }, right) => {
    const answer = await readNumbered(line, file, 1, right);
    if (answer.kind === 'value') return { kind: 'bytes', bytes: answer.value };
    const none = answer.kind === 'refused' && answer.sw === RECORD_NOT_FOUND;
    return none ? { kind: 'bytes', bytes: new Uint8Array() } : answer;
  };
  const command = { ...UPDATE_RECORD, p1: 0, p2: (file.sfi << 3) | MODE.append, data: record };
  const where: Where = { step: 'append-record', place };
  const steps: WriteTarget['steps'] = (wanted, now) => [{ command, where, wanted, now, look }];
  return { file, indexes: [index], item: null, look, wanted: () => record, steps };
}

/** A transparent file, in parts of `chunk` bytes: only those that differ are written. */
export function binaryTarget(file: FileDescription, index: number, bytes: Uint8Array, chunk: number): WriteTarget {
  const { directory, ef } = file;
  const where: Where = { step: 'update-binary', place: directory + ef };
  const steps: WriteTarget['steps'] = (wanted, now) => {
    const all: WriteStep[] = [];
    for (let offset = 0; offset < wanted.length; offset += chunk) {
      const [part, old] = [wanted.subarray(offset, offset + chunk), now?.subarray(offset, offset + chunk)];
      if (old !== undefined && equalBytes(old, part)) continue;
      const command = { cla: 0x00, ins: 0xd6, ...binaryPlace(file, offset), data: part };
      const look: Look = (flow, right) => right.use(() => readPart(flow.line, file, offset, part.length));
      all.push({ command, where, wanted: part, now: old, look });
    }
    return all;
  };
  const look: Look = (flow, right) => readBinaryFile(flow, file, right);
  return { file, indexes: [index], item: file.items?.[0] ?? null, look, wanted: () => bytes, steps };
}

/** The same record with other values in these parts; undefined where it does not have them all at this length. */
function spliced(record: Uint8Array, parts: ReadonlyMap<string, Uint8Array>): Uint8Array | undefined {
  const bytes = record.slice();
  const left = new Map(parts);
  for (let at = 0; at + 2 <= bytes.length; at += 2 + (bytes[at + 1] ?? 0)) {
    const tag = toHex(bytes.subarray(at, at + 1));
    const value = left.get(tag);
    if (value?.length !== bytes[at + 1] || value === undefined || at + 2 + value.length > bytes.length) continue;
    bytes.set(value, at + 2);
    left.delete(tag);
  }
  return left.size === 0 ? bytes : undefined;
}
