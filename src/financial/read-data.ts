import type { BerTlv } from '../../apdu/ber-tlv.ts';
import { readObjects } from '../../apdu/objects.ts';
import type { AuthenticatedRecord } from '../crypto/static-data.ts';
import type { AflEntry } from './afl.ts';
import { isWellFormed } from './formats.ts';
import { takeObjects } from './objects.ts';
import type { Rule } from './rules.ts';
import type { Session } from './session.ts';
import { formatTag } from './tag.ts';

const RECORD_REFUSED = { id: 'record-refused', clause: 'E3 10.2', effect: 'terminate' } as const satisfies Rule;
const RECORD_MALFORMED = { id: 'record-malformed', clause: 'E3 10.2', effect: 'terminate' } as const satisfies Rule;
const OBJECT_MISSING = {
  id: 'mandatory-object-missing',
  clause: 'E3 7.2',
  effect: 'terminate',
} as const satisfies Rule;
const OBJECT_MALFORMED = { id: 'object-malformed', clause: 'E3 7.5', effect: 'terminate' } as const satisfies Rule;

const RECORD_TEMPLATE = 0x70;
/** What records of the files after it hold is the issuer's affair. */
const LAST_TEMPLATE_FILE = 10;

/** Account number, expiry, CDOL1, CDOL2: no transaction without them. */
const NEEDED_TO_PAY: readonly number[] = [0x5a, 0x5f24, 0x8c, 0x8d];

/** How application data are read. */
export interface ReadDataOptions {
  /** Objects whose absence ends the step. Default 5A, 5F24, 8C and 8D, without which nobody can pay. */
  readonly mandatory?: readonly number[];
}

/**
 * Reads the records that the application file locator names, in its order, and no other. Their objects go into
 * `session.card`; those of files 11 to 30 are only kept for offline authentication. The AFL bounds the reading: at most
 * 63 groups of 255 records. Is the step `read-application-data` of the session.
 * @returns the records that enter offline authentication, as they were read, in the order of the AFL
 * @throws Termination by the rules of E3 10.2 and 7; SscardError what the channel throws
 */
export function readApplicationData(
  session: Session,
  afl: readonly AflEntry[],
  { mandatory = NEEDED_TO_PAY }: ReadDataOptions = {},
): Promise<readonly AuthenticatedRecord[]> {
  return session.during('read-application-data', async () => {
    const authenticated: AuthenticatedRecord[] = [];
    for (const { sfi, first, last, authenticated: count } of afl) {
      for (let number = first; number <= last; number++) {
        const record = await readRecord(session, sfi, number);
        if (number < first + count) authenticated.push({ sfi, record });
      }
    }
    for (const tag of mandatory) if (!session.card.has(tag)) session.terminate(OBJECT_MISSING, formatTag(tag));
    checkFormats(session);
    return authenticated;
  });
}

async function readRecord(session: Session, sfi: number, number: number): Promise<Uint8Array> {
  const place = `SFI ${sfi} record ${number}`;
  const command = { cla: 0x00, ins: 0xb2, p1: number, p2: (sfi << 3) | 4, le: 256 };
  const { data, sw } = await session.send(command, place);
  if (sw !== 0x9000) session.terminate(RECORD_REFUSED, place, sw);
  if (sfi > LAST_TEMPLATE_FILE) return data;
  const objects = objectsOf(data);
  if (objects === undefined) session.terminate(RECORD_MALFORMED, place, sw);
  takeObjects(session, objects, place);
  return data;
}

/** One template and nothing after it, not even filler. */
function objectsOf(record: Uint8Array): readonly BerTlv[] | undefined {
  const template = readObjects(record)?.[0];
  if (template?.tag !== RECORD_TEMPLATE) return undefined;
  const { value, children } = template;
  return value.byteOffset + value.length === record.byteOffset + record.length ? children : undefined;
}

/** Also of what came with the answer to GET PROCESSING OPTIONS. */
function checkFormats(session: Session): void {
  for (const tag of session.card.tags) {
    const value = session.card.get(tag);
    if (value && !isWellFormed(tag, value)) session.terminate(OBJECT_MALFORMED, formatTag(tag));
  }
}
