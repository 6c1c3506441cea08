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

/** One table: where it is, and which codes it lists completely. */
interface Table {
  readonly load: () => Promise<{ readonly default: CodeTable }>;
  readonly covers: (code: string) => boolean;
}

const whole = () => true;
const partly = () => false;

/** By the standard that an item of the profile names. */
const TABLES: Readonly<Record<string, Table>> = {
  'GB/T 2260': { load: () => import('./divisions.json', { with: { type: 'json' } }), covers: divisionIsCovered },
  'GB/T 2261.1': { load: () => import('./sex.json', { with: { type: 'json' } }), covers: whole },
  'GB/T 2261.2': { load: () => import('./marital-status.json', { with: { type: 'json' } }), covers: whole },
  'GB/T 2261.3': { load: () => import('./health-status.json', { with: { type: 'json' } }), covers: whole },
  'GB/T 3304': { load: () => import('./ethnic-groups.json', { with: { type: 'json' } }), covers: whole },
  'GA 324.1': { load: () => import('./households.json', { with: { type: 'json' } }), covers: partly },
  'medical person category': {
    load: () => import('./medical-persons.json', { with: { type: 'json' } }),
    covers: partly,
  },
  AAC058: { load: () => import('./documents.json', { with: { type: 'json' } }), covers: partly },
};

/** Standards by which numbers are made; what follows them is no code of a list. */
const NUMBERING: ReadonlySet<string> = new Set(['GB 11643', 'GB 11714']);

/**
 * A code with its texts.
 * @param codeTable as an item of the profile has it: `GB/T 2261.3 (formerly GB 4767)`
 * @returns `unknown`: the table lists every code there is, and not this one. `undefined`: the standard is no list of codes
 * @example (await codedOf('GB/T 2261.1', '1'))?.coded // { code: '1', nameZh: '男', nameEn: 'Male' }
 */
export async function codedOf(
  codeTable: string,
  code: string,
): Promise<{ readonly coded: Coded; readonly unknown: boolean } | undefined> {
  const standard = codeTable.replace(/ \(.*\)$/, '');
  if (NUMBERING.has(standard)) return undefined;
  const table = Object.hasOwn(TABLES, standard) ? TABLES[standard] : undefined;
  if (table === undefined) return { coded: { code }, unknown: false };
  const coded = find((await table.load()).default, code);
  return { coded, unknown: coded.nameZh === undefined && table.covers(code) };
}

function find({ items }: CodeTable, code: string): Coded {
  const found = items.find((item) => item.code === code);
  if (found === undefined) return { code };
  return { code, nameZh: found.nameZh, ...(found.nameEn === undefined ? {} : { nameEn: found.nameEn }) };
}
