import { toHex } from '../../../apdu/bytes.ts';
import fields from './bit-fields.json' with { type: 'json' };

/** Something with a name in both languages. */
export interface Named {
  readonly name: string;
  readonly nameZh: string;
}

/** A bit that is set, or bits that hold a value: `1.7`; `2.8-7` (byte from 1, bits from 8 to 1). */
export interface BitDescription extends Named {
  readonly bit: string;
}

/** One rule of a CVM list, or one CVM result (EMV 4.3 Book 3, 10.5). */
export interface CvmDescription {
  /** `undefined`: no method or condition of the dictionary. */
  readonly method: Named | undefined;
  readonly condition: Named | undefined;
  /** The next rule is applied when this one is unsuccessful. */
  readonly continues: boolean;
}

/** A row of the data: a bit with its name, bits whose values have names, or bits that hold a number. */
interface FieldRow {
  readonly bit: string;
  readonly name?: string;
  readonly nameZh?: string;
  readonly values?: readonly (Named | null)[];
  readonly number?: boolean;
}

const rowsOf = new Map<string, readonly FieldRow[]>(Object.entries(fields.fields));
const { methods, conditions, results } = fields.cvm;
const [methodNames, conditionNames, resultNames] = [methods, conditions, results].map(
  (names) => new Map<string, Named>(Object.entries(names)),
);

/**
 * The bits that are set in a bit field, in its order: AIP 82, AUC 9F07, TVR 95, TSI 9B, 9F33, 9F40, CID 9F27, ADA 9F52, and
 * the card verification results inside the issuer application data (`CVR`: 4 bytes, the first 03; PBOC only). Bits without
 * a meaning, and bytes that are not there, are left out; of any other tag there is nothing to tell.
 */
export function describeBits(field: number | 'CVR', bytes: Uint8Array): BitDescription[] {
  const rows = rowsOf.get(field === 'CVR' ? field : hexOf(field)) ?? [];
  return rows.flatMap((row) => describeRow(row, bytes) ?? []);
}

/** A rule of a CVM list (2 bytes), or the first two bytes of CVM results 9F34. */
export function describeCvm([method = 0, condition = 0]: Uint8Array): CvmDescription {
  return {
    method: methodNames?.get(hexOf(method === 0x3f ? method : method & 0x3f)),
    condition: conditionNames?.get(hexOf(condition)),
    continues: (method & 0x40) !== 0,
  };
}

/** The third byte of CVM results 9F34. */
export function describeCvmResult(result: number): Named | undefined {
  return resultNames?.get(hexOf(result));
}

function describeRow({ bit, name = '', nameZh = '', values, number }: FieldRow, bytes: Uint8Array) {
  const value = bitsAt(bit, bytes);
  if (values !== undefined) {
    const named = value === undefined ? undefined : values[value];
    return named && { bit, ...named };
  }
  if (!value) return undefined;
  return number ? { bit, name: `${name}: ${value}`, nameZh: `${nameZh}：${value}` } : { bit, name, nameZh };
}

/** Value of `1.7` or `2.8-7`; `undefined` when the byte is not there. */
function bitsAt(bit: string, bytes: Uint8Array): number | undefined {
  const [byte = 0, high = 0, low = high] = bit.split(/[.-]/).map(Number);
  const whole = bytes[byte - 1];
  return whole === undefined ? undefined : (whole >> (low - 1)) & ((1 << (high - low + 1)) - 1);
}

function hexOf(number: number): string {
  return toHex(number > 0xff ? Uint8Array.of(number >> 8, number) : Uint8Array.of(number));
}
