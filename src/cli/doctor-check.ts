import { SscardError } from '../../apdu/errors.ts';
import type { SlotState } from '../../drivers/reader.ts';
import type { doctorTexts } from '../i18n/doctor.ts';
import { errorTexts, type Text } from '../i18n/errors.ts';

/** One thing that was looked at. */
export interface Check {
  readonly name: keyof typeof doctorTexts;
  readonly result: 'passed' | 'warning' | 'failed';
  readonly value: string | null;
  readonly advice: Text | null;
}

export function check(
  name: Check['name'],
  result: Check['result'],
  value: string | null,
  advice: Text | null = null,
): Check {
  return { name, result, value, advice };
}

/** What went wrong, with its advice. @throws what is no finding: a signal, a fault of ours */
export function failed(name: Check['name'], error: unknown, result: Check['result'] = 'failed'): Check {
  if (!(error instanceof SscardError) || error.code === 'cancelled') throw error;
  return check(name, result, error.code, errorTexts[error.code]?.advice ?? null);
}

/** Names of slots, and what is in them. */
export function shown(slots: readonly SlotState[]): string | null {
  const names = slots.map(({ name, state }) => (state === 'empty' ? name : `${name} [${state}]`));
  return names.length === 0 ? null : names.join(', ');
}
