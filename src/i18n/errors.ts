import { actErrors } from './errors-acts.ts';
import { bankErrors } from './errors-bank.ts';
import { cardErrors } from './errors-card.ts';
import { fileErrors } from './errors-files.ts';
import { inputErrors } from './errors-input.ts';
import { itemErrors } from './errors-items.ts';
import { keyErrors } from './errors-keys.ts';
import { padErrors } from './errors-pads.ts';
import { pinErrors } from './errors-pin.ts';
import { simulatorErrors } from './errors-simulator.ts';
import { unitErrors } from './errors-units.ts';
import { vendorErrors } from './errors-vendor.ts';

/** One text in both languages. */
export interface Text {
  readonly zh: string;
  readonly en: string;
}

/** What happened, and what to do about it. */
export interface ErrorTexts {
  readonly message: Text;
  readonly advice: Text;
}

export type ErrorTable = Readonly<Record<string, ErrorTexts>>;

/**
 * Texts of every error code of the toolkit. A new code gets its row in `errors-card.ts` (readers and cards),
 * `errors-acts.ts` (rules, keys, writing), `errors-pin.ts`, `errors-keys.ts` (PSAM, key service), `errors-files.ts`, `errors-bank.ts` (the debit side), `errors-items.ts` (items,
 * values, their description), `errors-units.ts` (ports and units), `errors-pads.ts` (PIN pads), `errors-vendor.ts` (makers' libraries), `errors-simulator.ts` (simulated cards) or `errors-input.ts` (what else a person gives), and
 * its exit code in `src/cli/exit-codes.ts`.
 */
export const errorTexts: ErrorTable = {
  ...actErrors,
  ...bankErrors,
  ...cardErrors,
  ...fileErrors,
  ...keyErrors,
  ...itemErrors,
  ...simulatorErrors,
  ...unitErrors,
  ...vendorErrors,
  ...padErrors,
  ...pinErrors,
  ...inputErrors,
};
