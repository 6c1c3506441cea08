import type { BerTlv } from '../../../apdu/ber-tlv.ts';
import { equalBytes } from '../../../apdu/bytes.ts';
import { readTemplate } from '../../../apdu/objects.ts';
import { exchange, type Line } from '../../../drivers/exchange.ts';
import { childrenOf, type Fci, isApplicationName, type Presentation, readPresentation, valueAt } from '../fci.ts';
import type { Decision, Rule } from '../rules.ts';
import { DONE, select } from './select.ts';

/** One application that the payment directory of a card lists. */
export interface DirectoryEntry extends Presentation {
  /** Tag 4F: 5 to 16 bytes. */
  readonly aid: Uint8Array;
}

/** What the payment directory gave. */
export type Directory =
  | { readonly kind: 'entries'; readonly entries: readonly DirectoryEntry[]; readonly decisions: readonly Decision[] }
  /** Nothing is learnt from it: the names that the terminal has are used. */
  | { readonly kind: 'unusable'; readonly decisions: readonly Decision[] }
  | { readonly kind: 'card-blocked'; readonly decisions: readonly Decision[] };

/** "1PAY.SYS.DDF01", the payment system environment on contacts. */
const NAME = new TextEncoder().encode('1PAY.SYS.DDF01');
const PLACE = 'PSE';
/** SELECT is not supported, or the card is blocked, when it answers so to the first SELECT. */
export const FUNCTION_NOT_SUPPORTED = 0x6a81;
const NO_RECORD = 0x6a83;
const LAST_RECORD = 255;
const LAST_DIRECTORY_FILE = 10;

export const CARD_BLOCKED = { id: 'card-blocked', clause: 'E1 12.3.2', effect: 'terminate' } as const satisfies Rule;
const UNAVAILABLE = { id: 'pse-unavailable', clause: 'E1 12.3.2', effect: 'note' } as const satisfies Rule;
const FCI_MALFORMED = { id: 'pse-fci-malformed', clause: 'E1 12.3.2', effect: 'note' } as const satisfies Rule;
const RECORD_REFUSED = { id: 'pse-record-refused', clause: 'E1 12.3.2', effect: 'note' } as const satisfies Rule;
const RECORD_MALFORMED = { id: 'pse-record-malformed', clause: 'E1 12.3.2', effect: 'note' } as const satisfies Rule;
const ENTRY_IGNORED = { id: 'pse-entry-ignored', clause: 'E1 12.3.2', effect: 'note' } as const satisfies Rule;

/**
 * Selects the payment directory and reads its records, 1 to at most 255, until the card has no more.
 * @throws SscardError what the channel throws
 */
export async function readDirectory(line: Line): Promise<Directory> {
  const { sw, fci } = await select(line, NAME, 'first', { step: 'select-directory', place: PLACE });
  if (sw === FUNCTION_NOT_SUPPORTED) return { kind: 'card-blocked', decisions: [{ rule: CARD_BLOCKED, place: PLACE }] };
  if (sw !== DONE) return unusable(UNAVAILABLE);
  const file = fci && directoryFile(fci);
  if (file === undefined) return unusable(FCI_MALFORMED);
  const entries: DirectoryEntry[] = [];
  const decisions: Decision[] = [];
  for (let number = 1; number <= LAST_RECORD; number++) {
    const place = `${PLACE} record ${number}`;
    const command = { cla: 0x00, ins: 0xb2, p1: number, p2: (file.sfi << 3) | 4, le: 256 };
    const { data, sw } = await exchange(line, command, { step: 'read-directory', place });
    if (sw === NO_RECORD) break;
    if (sw !== DONE) return unusable(RECORD_REFUSED, place);
    const templates = entryTemplates(data);
    if (templates === undefined) return unusable(RECORD_MALFORMED, place);
    for (const objects of templates) {
      const entry = readEntry(objects, file.codeTable);
      if (entry) entries.push(entry);
      else decisions.push({ rule: ENTRY_IGNORED, place });
    }
  }
  return { kind: 'entries', entries, decisions };
}

function unusable(rule: Rule, place: string = PLACE): Directory {
  return { kind: 'unusable', decisions: [{ rule, place }] };
}

/** Where the records are, and the code table of their texts; `undefined`: this is no payment directory. */
function directoryFile({ name, objects }: Fci): { sfi: number; codeTable: Uint8Array | undefined } | undefined {
  const proprietary = childrenOf(objects, 0xa5) ?? [];
  const file = valueAt(proprietary, 0x88);
  const [sfi = 0] = file ?? [];
  if (!equalBytes(name, NAME) || file?.length !== 1 || sfi === 0 || sfi > LAST_DIRECTORY_FILE) return undefined;
  return { sfi, codeTable: valueAt(proprietary, 0x9f11) };
}

/** Entries of a record; `undefined` when it is not one template 70 with at least one of them. */
function entryTemplates(record: Uint8Array): readonly (readonly BerTlv[])[] | undefined {
  const entries: (readonly BerTlv[])[] = [];
  for (const { tag, children } of readTemplate(record, 0x70)?.children ?? [])
    if (tag === 0x61 && children) entries.push(children);
  return entries.length > 0 ? entries : undefined;
}

/** An entry without a name is of an obsolete kind (9D), or none at all. */
function readEntry(objects: readonly BerTlv[], codeTable: Uint8Array | undefined): DirectoryEntry | undefined {
  const aid = valueAt(objects, 0x4f);
  const presentation = readPresentation(objects, codeTable);
  return isApplicationName(aid) && presentation ? { aid, ...presentation } : undefined;
}
