import { clerkMasks, type MaskColumn } from './masks.ts';

/** How an item is shown to a clerk: in full, or by one of the masks. Whatever is not listed is hidden. */
type Show = 'full' | keyof MaskColumn;

/**
 * What a clerk sees of the card's items, by their names in the profile: what stands on the plastic or says how the card
 * is to be used. Addresses, phones, insurance numbers, health, employers and everything else stay hidden (spec of the
 * surface, section 3; counter-services.md 6: show only what is needed).
 */
const CLERK: Readonly<Record<string, Show>> = {
  cardIdentificationCode: 'cardIdentification',
  cardCategory: 'full',
  specificationVersion: 'full',
  initialisingInstitutionCode: 'full',
  issueDate: 'full',
  expiryDate: 'full',
  cardNumber: 'cardNumber',
  socialSecurityNumber: 'identityNumber',
  name: 'name',
  nameExtension: 'name',
  sex: 'full',
  ethnicity: 'full',
  birthDate: 'birthDate',
  jiangsuPersonNumber: 'personNumber',
  firstApplicationPlace: 'full',
  insuredDivision: 'full',
  medicalPersonCategory: 'full',
};

export const HIDDEN = '***';

/** Names of items that a clerk sees something of. */
export const shownItems: readonly string[] = Object.keys(CLERK);

/**
 * The text of an item as a clerk sees it.
 * @param name in the profile; null: bytes that nobody described
 * @example maskedItem('telephone', '0519-85529290') // '***'
 */
export function maskedItem(name: string | null, text: string): string {
  const show = name !== null && Object.hasOwn(CLERK, name) ? CLERK[name] : undefined;
  if (show === undefined) return HIDDEN;
  return show === 'full' ? text : clerkMasks[show](text);
}
