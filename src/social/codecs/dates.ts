import type { ItemMeaning } from '../profile/profile.ts';
import { formatDate } from './digits.ts';

/** Meanings that are checked against the calendar. */
export type DateMeaning = Extract<ItemMeaning, 'date' | 'month' | 'datetime'>;

const DIGITS: Readonly<Record<DateMeaning, RegExp>> = {
  date: /^(\d{4})-?(\d\d)-?(\d\d)$/,
  month: /^(\d{4})-?(\d\d)$/,
  datetime: /^(\d{4})-?(\d\d)-?(\d\d)T?(\d\d):?(\d\d):?(\d\d)$/,
};

/**
 * Digits of a card as a date, a month or a time.
 * @returns `undefined` when calendar or clock have none such
 * @example formatMoment('20240229235959', 'datetime') // '2024-02-29T23:59:59'
 */
export function formatMoment(digits: string, meaning: DateMeaning): string | undefined {
  if (meaning === 'date') return formatDate(digits);
  if (meaning === 'month') return digits.length === 6 ? formatDate(`${digits}01`)?.slice(0, 7) : undefined;
  const day = formatDate(digits.slice(0, 8));
  const [, hour = '', minute = '', second = ''] = /^([01]\d|2[0-3])([0-5]\d)([0-5]\d)$/.exec(digits.slice(8)) ?? [];
  return day === undefined || hour === '' ? undefined : `${day}T${hour}:${minute}:${second}`;
}

/**
 * The digits of a date, month or time, written with or without its separators.
 * @returns `undefined` when it is none, or calendar and clock have none such
 * @example momentDigits('2024-02', 'month') // '202402'
 */
export function momentDigits(text: string, meaning: DateMeaning): string | undefined {
  const digits = DIGITS[meaning].exec(text)?.slice(1).join('');
  return digits === undefined || formatMoment(digits, meaning) === undefined ? undefined : digits;
}

export function isDateMeaning(meaning: ItemMeaning | undefined): meaning is DateMeaning {
  return meaning !== undefined && Object.hasOwn(DIGITS, meaning);
}
