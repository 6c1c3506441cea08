import { concat } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { PinCommand } from './level.ts';

/** The only values that the pad of one model takes (readers.md 2, end). */
export interface PinQuirks {
  /** bEntryValidationCondition. */
  readonly validation?: number;
  /** bNumberMessage, by operation. */
  readonly messages?: { readonly verify: number; readonly modify: number };
}

/** PIN_VERIFY_STRUCTURE and PIN_MODIFY_STRUCTURE of PC/SC part 10, by the places of their bytes. */
interface Form {
  /** bPINOperation. */
  readonly operation: number;
  /** Entries of a person, one after the other, at most. */
  readonly entries: number;
  readonly validation: number;
  readonly messages: number;
  /** bMsgIndex2 and 3, where there are. */
  readonly indexes?: number;
  readonly prologue: number;
  readonly length: number;
}

const FORMS = {
  verify: { operation: 0, entries: 1, validation: 7, messages: 8, prologue: 12, length: 15 },
  modify: { operation: 1, entries: 3, validation: 10, messages: 11, indexes: 15, prologue: 17, length: 20 },
} as const satisfies Record<string, Form>;

const LENGTH = 4;
const SHORTEST_COMMAND = 5;
/** Beyond the time for the person: the card, the line (readers.md 2). A public driver waits 90 s at least; 0 is the reader's own time. */
const AFTER_ENTRY = 10_000;
const SHORTEST_WAIT = 90_000;

/** An entry at the reader, and milliseconds it may take. */
export interface PinEntryCommand extends PinCommand {
  readonly wait: number;
}

/**
 * The CCID message for a structure of PC/SC part 10: bTimeOut2 and ulDataLength are dropped, messages of which there are fewer, too.
 * @throws SscardError `command-malformed` (`not-done`): the structure and its lengths do not agree
 */
export function pinEntry(operation: 'verify' | 'modify', structure: Uint8Array, quirks: PinQuirks): PinEntryCommand {
  const form: Form = FORMS[operation];
  const start = form.length + LENGTH;
  if (structure.length < start + SHORTEST_COMMAND) throw malformed('the structure is cut', structure.length);
  const template = structure.subarray(start);
  const declared = new DataView(structure.buffer, structure.byteOffset).getUint32(form.length, true);
  if (declared !== template.length) throw malformed('ulDataLength and the number of bytes disagree', form.length);
  const head = tolerable(operation, form, structure.slice(0, form.prologue), quirks);
  const shown = form.indexes === undefined ? form.prologue : form.indexes + indexesOf(head[form.messages] as number);
  const begin = concat([Uint8Array.of(form.operation, head[0] as number), head.subarray(2, shown)]);
  return {
    template,
    wait: Math.max(SHORTEST_WAIT, form.entries * (head[0] as number) * 1_000 + AFTER_ENTRY),
    message: (prologue) => ({ kind: 'secure', data: concat([begin, Uint8Array.from(prologue), template]) }),
  };
}

/** bMsgIndex2 is there with any message, bMsgIndex3 with three (USB CCID 1.1, 6.1.12). */
function indexesOf(messages: number): number {
  if (messages === 0) return 0;
  return messages === 3 ? 2 : 1;
}

function tolerable(operation: 'verify' | 'modify', form: Form, head: Uint8Array, quirks: PinQuirks): Uint8Array {
  const { validation, messages } = quirks;
  if (validation !== undefined) head[form.validation] = validation;
  if (messages !== undefined) head[form.messages] = messages[operation];
  return head;
}

function malformed(message: string, offset: number): SscardError {
  return new SscardError('command-malformed', `PC/SC part 10: ${message}`, { offset, outcome: 'not-done' });
}
