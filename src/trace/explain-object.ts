import { toHex } from '../../apdu/bytes.ts';
import { parseAfl } from '../financial/afl.ts';
import { describeBits, describeCvm } from '../financial/dictionary/bit-fields.ts';
import { describeTag, type Format, isPboc } from '../financial/dictionary/dictionary.ts';
import { parseDol } from '../financial/dol.ts';
import { formatTag } from '../financial/tag.ts';
import { showValue, type ValueForm } from './explain-value.ts';
import type { ExplainedObject, Named } from './explained.ts';
import type { MaskedBytes } from './masked-bytes.ts';

type Details = NonNullable<ExplainedObject['details']>;

const FORMS: Readonly<Partial<Record<Format, ValueForm>>> = {
  n: 'digits',
  cn: 'digits',
  an: 'text',
  ans: 'text',
  a: 'text',
};
/** Values of lists: tags and lengths (3.2). */
const LISTS: ReadonlySet<number> = new Set([0x8c, 0x8d, 0x97, 0x9f38, 0x9f49, 0x9f4f, 0xdf4f]);
const LOCATOR = 0x94;
const METHODS = 0x8e;
const ISSUER_DATA = 0x9f10;
/** Card verification results in the issuer's data, and what they begin with (5). */
const RESULTS = { start: 3, end: 7, first: 0x03 } as const;
/** Amounts before the rules of a CVM list. */
const AMOUNTS_LENGTH = 8;

/**
 * A data object in words.
 * @param name of the selected application: private tags mean something with their RID only
 */
export function explainObject(tag: number, value: MaskedBytes, name: Uint8Array): ExplainedObject {
  const known = describeTag(tag, name);
  const hex = formatTag(tag);
  const details = value.hidden.includes(1) && tag !== ISSUER_DATA ? [] : detailsOf(tag, value.bytes, name);
  return {
    tag: hex,
    name: known?.name ?? hex,
    nameZh: known?.nameZh ?? hex,
    value: showValue((known && FORMS[known.format]) ?? 'bytes', value),
    ...(details.length > 0 && { details }),
  };
}

function detailsOf(tag: number, bytes: Uint8Array, name: Uint8Array): Details {
  if (LISTS.has(tag)) return (parseDol(bytes) ?? []).map((entry) => nameOfTag(entry.tag, name));
  if (tag === LOCATOR) return filesOf(bytes);
  if (tag === METHODS) return methodsOf(bytes);
  if (tag === ISSUER_DATA) return resultsOf(bytes, name);
  return describeTag(tag, name) === undefined ? [] : describeBits(tag, bytes);
}

function nameOfTag(tag: number, application: Uint8Array): Named {
  const known = describeTag(tag, application);
  const hex = formatTag(tag);
  return known === undefined ? { name: hex, nameZh: hex } : { name: known.name, nameZh: known.nameZh };
}

function filesOf(bytes: Uint8Array): Details {
  return (parseAfl(bytes) ?? []).map(({ sfi, first, last, authenticated }) => ({
    name: `SFI ${sfi} records ${first} to ${last}, ${authenticated} authenticated`,
    nameZh: `SFI ${sfi} 记录 ${first} 至 ${last}，${authenticated} 条参加认证`,
  }));
}

function methodsOf(bytes: Uint8Array): Details {
  const rules: Named[] = [];
  for (let at = AMOUNTS_LENGTH; at + 1 < bytes.length; at += 2) {
    const rule = bytes.subarray(at, at + 2);
    const { method, condition, continues } = describeCvm(rule);
    const unknown = { name: toHex(rule), nameZh: toHex(rule) };
    rules.push({
      name: `${(method ?? unknown).name}: ${(condition ?? unknown).name}${continues ? ', else next' : ''}`,
      nameZh: `${(method ?? unknown).nameZh}：${(condition ?? unknown).nameZh}${continues ? '，失败则下一个' : ''}`,
    });
  }
  return rules;
}

/** PBOC's only: other schemes have other results in other places. */
function resultsOf(bytes: Uint8Array, name: Uint8Array): Details {
  const results = bytes.subarray(RESULTS.start, RESULTS.end);
  return isPboc(name) && results[0] === RESULTS.first ? describeBits('CVR', results) : [];
}
