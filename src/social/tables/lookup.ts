import type { Coded } from '../basic-information.ts';

interface CodeTable {
  readonly items: readonly { readonly code: string; readonly nameZh: string; readonly nameEn?: string }[];
}

/** GB/T 2260 has the province of Jiangsu only: elsewhere a code without a text is no remark about the card. */
const COVERED_DIVISIONS = '32';

/** Sex, GB/T 2261.1. An unknown code has no text. @example (await sexOf('1')).nameZh // '男' */
export async function sexOf(code: string): Promise<Coded> {
  return find((await import('./sex.json', { with: { type: 'json' } })).default, code);
}

/** Ethnic group, GB/T 3304: 01 to 56, 97 and 98. An unknown code has no text. */
export async function ethnicGroupOf(code: string): Promise<Coded> {
  return find((await import('./ethnic-groups.json', { with: { type: 'json' } })).default, code);
}

/**
 * Division, GB/T 2260, those of today and those that were: old cards carry them. A code that has had two names gets the
 * present one. An unknown code has no text.
 */
export async function divisionOf(code: string): Promise<Coded> {
  return find((await import('./divisions.json', { with: { type: 'json' } })).default, code);
}

/** Whether a division without a text is odd: only where the table is complete. */
export function divisionIsCovered(code: string): boolean {
  return code.startsWith(COVERED_DIVISIONS);
}

function find({ items }: CodeTable, code: string): Coded {
  const found = items.find((item) => item.code === code);
  if (found === undefined) return { code };
  return { code, nameZh: found.nameZh, ...(found.nameEn === undefined ? {} : { nameEn: found.nameEn }) };
}
