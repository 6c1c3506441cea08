import type { MaskedBytes } from './masked-bytes.ts';

/** Instruction with its class, and P1 P2 where they tell two commands apart (social-security-card.md 5). */
interface Pattern {
  readonly name: CommandName;
  readonly cla: number;
  readonly ins: number;
  readonly p1?: number;
  readonly p2?: number;
}

/** Stable keys of commands; texts are `src/i18n/trace.ts`. */
export type CommandName =
  | 'select'
  | 'read-record'
  | 'read-binary'
  | 'update-record'
  | 'append-record'
  | 'update-binary'
  | 'get-response'
  | 'get-challenge'
  | 'external-authentication'
  | 'internal-authentication'
  | 'pin-status'
  | 'verify-pin'
  | 'change-pin'
  | 'reload-pin'
  | 'unblock-pin'
  | 'block-application'
  | 'unblock-application'
  | 'block-card'
  | 'get-balance'
  | 'initialise-load'
  | 'credit-load'
  | 'initialise-purchase'
  | 'debit-purchase'
  | 'prove-transaction'
  | 'get-processing-options'
  | 'get-data'
  | 'generate-cryptogram'
  | 'put-data'
  | 'unknown';

const PATTERNS: readonly Pattern[] = [
  { name: 'select', cla: 0x00, ins: 0xa4 },
  { name: 'read-record', cla: 0x00, ins: 0xb2 },
  { name: 'read-binary', cla: 0x00, ins: 0xb0 },
  { name: 'update-record', cla: 0x00, ins: 0xdc },
  { name: 'append-record', cla: 0x00, ins: 0xe2 },
  { name: 'update-binary', cla: 0x00, ins: 0xd6 },
  { name: 'get-response', cla: 0x00, ins: 0xc0 },
  { name: 'get-challenge', cla: 0x00, ins: 0x84 },
  { name: 'external-authentication', cla: 0x00, ins: 0x82 },
  { name: 'internal-authentication', cla: 0x00, ins: 0x88 },
  { name: 'verify-pin', cla: 0x00, ins: 0x20 },
  { name: 'change-pin', cla: 0x80, ins: 0x5e, p1: 0x01 },
  { name: 'reload-pin', cla: 0x80, ins: 0x5e, p1: 0x00 },
  { name: 'reload-pin', cla: 0x84, ins: 0x24, p2: 0x01 },
  { name: 'unblock-pin', cla: 0x84, ins: 0x24, p2: 0x00 },
  { name: 'block-application', cla: 0x84, ins: 0x1e },
  { name: 'unblock-application', cla: 0x84, ins: 0x18 },
  { name: 'block-card', cla: 0x84, ins: 0x16 },
  { name: 'get-balance', cla: 0xb0, ins: 0x26 },
  { name: 'initialise-load', cla: 0xb0, ins: 0x28 },
  { name: 'credit-load', cla: 0xb0, ins: 0x22 },
  { name: 'initialise-purchase', cla: 0xb0, ins: 0x2a },
  { name: 'debit-purchase', cla: 0xb0, ins: 0x24 },
  { name: 'prove-transaction', cla: 0x80, ins: 0x5a },
];

/** Those of the financial application that are not called as above (emv-pboc.md 2); scripts have a MAC in their class. */
const BANK_PATTERNS: readonly Pattern[] = [
  { name: 'get-processing-options', cla: 0x80, ins: 0xa8 },
  { name: 'generate-cryptogram', cla: 0x80, ins: 0xae },
  { name: 'get-data', cla: 0x80, ins: 0xca },
  { name: 'put-data', cla: 0x04, ins: 0xda },
  { name: 'update-record', cla: 0x04, ins: 0xdc },
  { name: 'change-pin', cla: 0x84, ins: 0x24, p2: 0x01 },
  { name: 'change-pin', cla: 0x84, ins: 0x24, p2: 0x02 },
  ...PATTERNS,
];

/** What a command is called; of a header that is hidden or of no command of this card: `unknown`. */
export function commandName(command: MaskedBytes): CommandName {
  const found = nameIn(PATTERNS, command);
  // Without data VERIFY asks, and costs no try where the profile says so.
  return found === 'verify-pin' && command.bytes.length === 4 ? 'pin-status' : found;
}

/** What a command to the financial application is called. */
export function bankCommandName(command: MaskedBytes): CommandName {
  return nameIn(BANK_PATTERNS, command);
}

function nameIn(patterns: readonly Pattern[], { bytes, hidden }: MaskedBytes): CommandName {
  const [cla, ins, p1, p2] = bytes;
  if (bytes.length < 4 || hidden.subarray(0, 4).includes(1)) return 'unknown';
  const fits = (wanted: number | undefined, byte: number | undefined) => wanted === undefined || wanted === byte;
  const found = patterns.find(
    (one) => one.cla === cla && one.ins === ins && fits(one.p1, p1) && fits(one.p2, p2),
  )?.name;
  return found ?? 'unknown';
}
