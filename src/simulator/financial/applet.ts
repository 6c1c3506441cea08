import type { CommandRules } from '../command.ts';
import { selectCommands } from '../commands-select.ts';
import { authenticationCommands } from './commands-authentication.ts';
import { cryptogramCommands } from './commands-cryptogram.ts';
import { initiateCommands } from './commands-initiate.ts';
import { pinCommands } from './commands-pin.ts';
import { readCommands } from './commands-read.ts';
import { scriptCommands } from './commands-script.ts';

/**
 * The bank side of the chip while it is selected (emv-pboc.md). Where the reference is silent this card does the
 * following.
 *
 * - GET PROCESSING OPTIONS works once for each SELECT; its data must be as long as the PDOL says (6700), and be one
 *   template 83 (6A80). Format 1 (template 80) is its answer, and that of GENERATE AC without a signature.
 * - VERIFY and INTERNAL AUTHENTICATE belong before the first GENERATE AC; EXTERNAL AUTHENTICATE between an ARQC and the
 *   second one, with exactly ten bytes; scripts behind the first one.
 * - An enciphered PIN with another challenge or header costs a try. Without a challenge nothing is compared (6985).
 * - Any second GENERATE AC ends "online not completed". The transaction counts as online (register 9F13, counters) when
 *   the issuer was authenticated, or was not and need not be.
 * - CVR 3.3 is set in the transaction itself, and in the next one. A script command that fails for any reason sets 4.4.
 * - E-cash has no velocity checking. A TC takes the amount, an ARQC that was approved takes nothing; unable to go online
 *   it pays like any other. PUT DATA beyond the limit 9F77 is refused (6985).
 * - The MAC of the balance in 9F10 and of record 00 of the load log is padded like every other (80 00…).
 */
export const financialCommands: CommandRules = {
  ...selectCommands,
  ...readCommands,
  ...initiateCommands,
  ...pinCommands,
  ...authenticationCommands,
  ...cryptogramCommands,
  ...scriptCommands,
};
