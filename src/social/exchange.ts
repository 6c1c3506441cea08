import { encodeCommand } from '../../apdu/command.ts';
import { SscardError } from '../../apdu/errors.ts';
import { parseResponse } from '../../apdu/response.ts';
import type { CommandApdu, ResponseApdu } from '../../apdu/types.ts';
import type { Transmitter, Waiting } from '../../drivers/reader.ts';

/** What the flows of this application send through: a channel, 61xx and 6Cxx already followed, and how long to wait. */
export interface Line {
  readonly transmitter: Transmitter;
  readonly waiting: Waiting;
}

/** What a command is for: goes into every error it causes. */
export interface Where {
  readonly step: Step;
  /** `SSSE`, `SSSEEF05|03`, `DF04 UK1DF04`. */
  readonly place: string;
}

/** Stable keys; they stand in errors and in the JSON of the command. */
export type Step =
  | 'select-application'
  | 'select-directory'
  | 'read-record'
  | 'read-binary'
  | 'update-record'
  | 'append-record'
  | 'update-binary'
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
  | 'get-balance'
  | 'initialise-load'
  | 'credit-load'
  | 'initialise-purchase'
  | 'debit-purchase'
  | 'prove-transaction'
  | 'read-certificate';

/**
 * One command and its answer, whatever the status word.
 * @throws SscardError what the channel throws, and `answer-malformed`; step and place are filled in
 */
export async function exchange(line: Line, command: CommandApdu, where: Where): Promise<ResponseApdu> {
  const bytes = encodeCommand(command);
  try {
    return parseResponse(await line.transmitter.transmit(bytes, line.waiting));
  } catch (error) {
    if (!(error instanceof SscardError)) throw error;
    throw new SscardError(error.code, error.message, { ...where, ...error.details }, { cause: error });
  } finally {
    // It may have carried a PIN. The drivers work on copies of their own, and wipe those.
    bytes.fill(0);
  }
}

/** The card said no, or something this command cannot be answered with. */
export function refused(sw: number, where: Where): SscardError {
  return new SscardError('card-refused', `the card answered ${sw.toString(16)}`, { ...where, sw });
}

/**
 * Whether a status word says that the command was not carried out: checking errors (ISO/IEC 7816-4, 5.1.3), and those
 * of the PBOC purse (5.3). Anything else but 9000 leaves open what a writing command did.
 */
export function saysNotDone(sw: number): boolean {
  return (sw >= 0x6700 && sw <= 0x6eff) || sw >> 8 === 0x93 || sw >> 8 === 0x94;
}
