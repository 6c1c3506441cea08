import { encodeCommand } from '../apdu/command.ts';
import { SscardError } from '../apdu/errors.ts';
import { parseResponse } from '../apdu/response.ts';
import type { CommandApdu, ResponseApdu } from '../apdu/types.ts';
import type { Transmitter, Waiting } from './reader.ts';

/** What the flows of an application send through: a channel, 61xx and 6Cxx already followed, and how long to wait. */
export interface Line {
  readonly transmitter: Transmitter;
  readonly waiting: Waiting;
}

/** What a command is for: goes into every error it causes. */
export interface Where {
  /** A stable key of the application's own list of steps. */
  readonly step: string;
  /** `SSSE`, `SSSEEF05|03`, `DF04 UK1DF04`; of the financial application `PSE`, an AID, `SFI 1 record 2`, a tag. */
  readonly place: string;
}

/**
 * One command and its answer, whatever the status word.
 * @throws SscardError what the channel throws, and `answer-malformed`; step and place are filled in
 */
export async function exchange(line: Line, command: CommandApdu, where: Where): Promise<ResponseApdu> {
  const bytes = encodeCommand(command);
  try {
    return await located(where, async () => parseResponse(await line.transmitter.transmit(bytes, line.waiting)));
  } finally {
    // It may have carried a PIN. The drivers work on copies of their own, and wipe those.
    bytes.fill(0);
  }
}

/** What is asked of the card by something else than a command of ours: step and place go into its errors, too. */
export async function located<T>(where: Where, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof SscardError)) throw error;
    throw new SscardError(error.code, error.message, { ...where, ...error.details }, { cause: error });
  }
}

/** The card said no, or something this command cannot be answered with. */
export function refused(sw: number, where: Where): SscardError {
  return new SscardError('card-refused', `the card answered ${sw.toString(16)}`, { ...where, sw });
}
