import { filesWords } from '../i18n/files.ts';
import { reasonTexts } from '../i18n/reasons.ts';
import type { CodedMember } from './card-members.ts';
import type { FileMember, ItemMember } from './item-members.ts';
import { paint, table } from './layout.ts';
import type { Language } from './settings.ts';

/** Longer ones are told by their length: a photo, a fingerprint. */
const LONGEST = 64;

/** Files with their items, for a person at the counter. */
export function filesText(files: readonly FileMember[], masked: boolean, lang: Language): string {
  const parts = files.map((file) => fileText(file, lang));
  if (masked) parts.push(paint('dim', filesWords[lang].maskedNote));
  return parts.join('\n');
}

function fileText({ address, name, nameZh, state, reason, items = [] }: FileMember, lang: Language): string {
  const texts = filesWords[lang];
  const title = paint('bold', `${address}  ${lang === 'zh' ? nameZh : name}`);
  if (state === 'absent') return `${title}  ${texts.absent}`;
  if (state === 'withheld') return `${title}  ${texts.withheld(reasonText(reason ?? '', lang))}`;
  const rows = items.map((item) => [
    `  ${item.address}`,
    (lang === 'zh' ? item.nameZh : item.name) ?? texts.undescribed,
    shown(item, lang),
  ]);
  return rows.length === 0 ? `${title}  ${texts.noItems}` : `${title}\n${table(rows)}`;
}

/** The stable key itself where there is no text for it. */
export function reasonText(reason: string, lang: Language): string {
  return Object.hasOwn(reasonTexts, reason) ? (reasonTexts[reason]?.[lang] ?? reason) : reason;
}

function shown({ value, odd = [] }: Pick<ItemMember, 'value' | 'odd'>, lang: Language): string {
  const remarks = odd.map((one) => filesWords[lang].odd[one as keyof (typeof filesWords)['zh']['odd']] ?? one);
  const text = shownValue(value, lang);
  return remarks.length === 0 ? text : `${text}  ! ${remarks.join(', ')}`;
}

/** A value of the JSON for people. */
export function shownValue(value: unknown, lang: Language): string {
  if (value === null) return '-';
  if (Array.isArray(value)) return value.map((part: PartMember) => partText(part, lang)).join('; ');
  if (typeof value === 'object') {
    const { code, name } = value as CodedMember;
    return name?.[lang] ? `${name[lang]} (${code})` : code;
  }
  const text = String(value);
  return text.length > LONGEST ? filesWords[lang].long(text.length / 2) : text;
}

type PartMember = Pick<ItemMember, 'name' | 'nameZh' | 'value' | 'odd'> & { readonly tag: string };

function partText(part: PartMember, lang: Language): string {
  const name = (lang === 'zh' ? part.nameZh : part.name) ?? part.tag;
  return `${name}=${shown(part, lang)}`;
}
