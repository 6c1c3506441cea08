import { SscardError } from '../../../apdu/errors.ts';
import type { Line } from '../../../drivers/exchange.ts';
import type { Denied } from '../denial.ts';
import type { FileDescription } from '../profile/profile.ts';
import { type CyclicAddress, readCyclicRecord, readRecord } from '../record.ts';
import type { TaggedItem } from './plan.ts';
import type { FileRight, Refused } from './right.ts';

export interface RecordValue {
  readonly kind: 'value';
  readonly value: Uint8Array;
}

/** A record as the card has it. `other`: not the one described for that number; all of it, tag and length included. */
export type RecordBytes = RecordValue | { readonly kind: 'other'; readonly record: Uint8Array };

/**
 * The record of an item: by tag, or by number where its tag stands in the file several times.
 * @throws SscardError `record-malformed`, and what the channel throws
 */
export async function readTagged(
  line: Line,
  { directory, ef, sfi }: FileDescription,
  { item: { tag, length }, record }: TaggedItem,
  right: FileRight,
): Promise<RecordBytes | Refused | Denied> {
  if (record === undefined) return right.use(() => readRecord(line, { directory, ef, sfi, tag, length }));
  const address = { directory, ef, sfi, record };
  return right.use<RecordBytes>(async () => {
    try {
      return await readRecord(line, { ...address, tag, length });
    } catch (error) {
      const bytes = await asItStands(line, address, error);
      if (bytes[0] === Number.parseInt(tag, 16) || bytes[1] !== bytes.length - 2) throw error;
      return { kind: 'other', record: bytes };
    }
  });
}

/**
 * A record of a cyclic file, of whatever length the card has.
 * @throws SscardError `record-malformed`, and what the channel throws
 */
export async function readNumbered(
  line: Line,
  { directory, ef, sfi, recordLength: length = 0 }: FileDescription,
  record: number,
  right: FileRight,
): Promise<RecordValue | Refused | Denied> {
  const address = { directory, ef, sfi, record };
  return right.use<RecordValue>(async () => {
    try {
      return await readCyclicRecord(line, { ...address, length });
    } catch (error) {
      const value = await asItStands(line, address, error);
      if (value.length === length) throw error;
      return { kind: 'value', value };
    }
  });
}

/** What was malformed is asked for once more, all there is: a card of another layout says the same thing twice. */
async function asItStands(line: Line, address: Omit<CyclicAddress, 'length'>, error: unknown): Promise<Uint8Array> {
  if (!(error instanceof SscardError) || error.code !== 'record-malformed') throw error;
  const again = await readCyclicRecord(line, { ...address, length: 0 });
  if (again.kind === 'refused') throw error;
  return again.value;
}
