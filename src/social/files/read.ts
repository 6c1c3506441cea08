import { refused } from '../../../drivers/exchange.ts';
import { formatAddress } from '../address.ts';
import { denialOf } from '../denial.ts';
import type { Flow } from '../flow.ts';
import type { FileDescription } from '../profile/profile.ts';
import { readBinaryFile } from './binary.ts';
import { type RecordBytes, readNumbered, readTagged } from './content.ts';
import { fieldReadings, itemReading, missing } from './decode.ts';
import type { FilePlan, TaggedItem } from './plan.ts';
import type { FileReading, FilesReading, ItemReading } from './reading.ts';
import { FileRight } from './right.ts';

const FILE_NOT_FOUND = 0x6a82;
const RECORD_NOT_FOUND = 0x6a83;
/** Record numbers are 01 to FE (ISO/IEC 7816-4, 7.3.1). */
const LAST_RECORD = 254;

/**
 * Reads what is planned with the fewest commands the layout allows: each directory is entered once, each right earned
 * once, no file selected, each record asked for with its exact length (4).
 * @throws SscardError `card-refused`, `record-malformed`, `answer-malformed`, and what channel and key provider throw
 */
export async function readFiles(flow: Flow, plans: readonly FilePlan[]): Promise<FilesReading> {
  const files: FileReading[] = [];
  const absent = new Set<string>();
  for (const plan of plans) {
    const { file } = plan;
    const there = !absent.has(file.directory) && (await flow.rights.enter(file.directory));
    if (!there) absent.add(file.directory);
    files.push(there ? await readFile(flow, plan) : { file, kind: 'absent' });
  }
  const { generation, version: specificationVersion, division } = flow;
  const { pinDenial } = flow.rights;
  return { generation, specificationVersion, division, files, ...(pinDenial && { pinDenial }) };
}

async function readFile(flow: Flow, plan: FilePlan): Promise<FileReading> {
  const { file } = plan;
  const right = new FileRight(flow.rights, file.read);
  switch (file.kind) {
    case 'records':
      return readItems(flow, plan, right);
    case 'cyclic':
      return readCycle(flow, plan, right);
    case 'transparent':
      return readWhole(flow, file, right);
  }
}

async function readItems(flow: Flow, { file, items }: FilePlan, right: FileRight): Promise<FileReading> {
  const read: ItemReading[] = [];
  for (const tagged of items) {
    const answer = knownAlready(flow, tagged) ?? (await readTagged(flow.line, file, tagged, right));
    if (answer.kind === 'denied') return { file, kind: 'withheld', denial: denialOf(answer) };
    if (answer.kind !== 'refused') read.push(await itemReading(tagged, answer, flow.profile.coding));
    else if (answer.sw === RECORD_NOT_FOUND) read.push(missing(tagged));
    else if (answer.sw === FILE_NOT_FOUND && read.length === 0) return { file, kind: 'absent' };
    else throw refused(answer.sw, answer.where);
  }
  return { file, kind: 'read', items: read };
}

/** The flow has asked for these two, and nothing was written since. */
function knownAlready(flow: Flow, { item }: TaggedItem): RecordBytes | undefined {
  if (item.name === 'cardIdentificationCode') return { kind: 'value', value: flow.identification };
  return item.name === 'specificationVersion' ? { kind: 'value', value: flow.versionValue } : undefined;
}

/** 6A83 ends it: a cyclic file has as many records as were ever appended, and at most those described. */
async function readCycle(flow: Flow, { file, records }: FilePlan, right: FileRight): Promise<FileReading> {
  const { directory, ef } = file;
  const most = file.records ?? LAST_RECORD;
  const numbers = records === 'every' ? Array.from({ length: most }, (_, at) => at + 1) : records;
  const read: ItemReading[] = [];
  for (const record of numbers) {
    const address = formatAddress({ directory, ef, record });
    const answer = await readNumbered(flow.line, file, record, right);
    if (answer.kind === 'denied') return { file, kind: 'withheld', denial: denialOf(answer) };
    if (answer.kind === 'value') read.push(...(await fieldReadings(file, address, answer.value, flow.profile.coding)));
    else if (answer.sw === FILE_NOT_FOUND && read.length === 0) return { file, kind: 'absent' };
    else if (answer.sw !== RECORD_NOT_FOUND) throw refused(answer.sw, answer.where);
    else if (records === 'every') break;
    else read.push(missing({ address, item: null }));
  }
  return { file, kind: 'read', items: read };
}

async function readWhole(flow: Flow, file: FileDescription, right: FileRight): Promise<FileReading> {
  const answer = await readBinaryFile(flow, file, right);
  if (answer.kind === 'denied') return { file, kind: 'withheld', denial: denialOf(answer) };
  if (answer.kind === 'refused') {
    if (answer.sw === FILE_NOT_FOUND) return { file, kind: 'absent' };
    throw refused(answer.sw, answer.where);
  }
  const address = formatAddress({ directory: file.directory, ef: file.ef });
  return { file, kind: 'read', items: await fieldReadings(file, address, answer.bytes, flow.profile.coding) };
}
