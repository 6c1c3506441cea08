import type { Waiting } from '../../../drivers/reader.ts';
import type { CaKeys } from '../ca-keys.ts';
import type { AccountNumber } from './host.ts';
import type { TerminalConfig } from './terminal.ts';

/** What a terminal brings to every payment. */
export interface PaymentSettings {
  readonly terminal: TerminalConfig;
  /** Keys of the authorities. Default: none, so that no card proves itself. */
  readonly caKeys?: CaKeys;
  /** Whether the account is on the exception file (TVR 1.5). Default: there is none. */
  readonly isListed?: (account: AccountNumber) => boolean;
  /** The last approved amount of this account that the terminal has kept: sales split under the floor limit (4.5). */
  readonly storedAmount?: (account: AccountNumber) => number;
  /** Source of the unpredictable number, the random selection and the padding. Default: the platform's. */
  readonly random?: (length: number) => Uint8Array;
  /** How long each command may take, and the way to stop a command. */
  readonly waiting?: Waiting;
}
