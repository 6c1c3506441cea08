import { fieldTexts, oddityTexts } from '../i18n/fields.ts';
import type { CardMembers, CodedMember } from './card-members.ts';
import { paint, table } from './layout.ts';
import type { Language } from './settings.ts';

const ORDER = [
  'name',
  'socialSecurityNumber',
  'sex',
  'ethnicity',
  'birthDate',
  'cardNumber',
  'personNumber',
  'division',
  'issueDate',
  'validUntil',
  'specificationVersion',
  'cardIdentification',
  'resetInformation',
] as const;

/** The card for a person at the counter. */
export function cardText(card: CardMembers, masked: boolean, lang: Language): string {
  const texts = fieldTexts[lang];
  const withheld = new Set<string>(card.withheld.map(({ field }) => field));
  const rows = ORDER.map((field) => [
    `  ${texts[field]}`,
    withheld.has(field) ? texts.withheld : show(card[field], lang),
  ]);
  const lines = [paint('bold', texts.title(card.generation)), table(rows)];
  for (const { field, kind } of card.oddities) {
    lines.push(paint('yellow', `  ! ${texts[field]}${texts.colon}${oddityTexts[lang][kind]}`));
  }
  if (withheld.size > 0) lines.push(paint('dim', `  ${texts.withheldNote}`));
  if (masked) lines.push(paint('dim', `  ${texts.maskedNote}`));
  return lines.join('\n');
}

function show(value: string | CodedMember | null, lang: Language): string {
  if (value === null) return '-';
  if (typeof value === 'string') return value;
  return value.name?.[lang] ? `${value.name[lang]} (${value.code})` : value.code;
}
