import { clerkMasks } from '../counter/masks.ts';
import type { BasicInformation, Coded, Oddity } from '../social/basic-information.ts';

/** A code with its texts, as it stands in the JSON. */
export interface CodedMember {
  readonly code: string;
  readonly name: { readonly zh: string; readonly en: string } | null;
}

/** The member `card` of the JSON of `read`. */
export interface CardMembers extends Omit<BasicInformation, 'division' | 'sex' | 'ethnicity' | 'oddities'> {
  readonly division: CodedMember | null;
  readonly sex: CodedMember | null;
  readonly ethnicity: CodedMember | null;
  readonly oddities: readonly Pick<Oddity, 'field' | 'kind' | 'raw'>[];
}

/** @param masked the clerk's view; otherwise everything in full */
export function cardMembers(card: BasicInformation, masked: boolean): CardMembers {
  const hide = (value: string | null, mask: (value: string) => string) =>
    value === null || !masked ? value : mask(value);
  return {
    generation: card.generation,
    division: codedMember(card.division),
    socialSecurityNumber: hide(card.socialSecurityNumber, clerkMasks.identityNumber),
    cardNumber: hide(card.cardNumber, clerkMasks.cardNumber),
    cardIdentification: hide(card.cardIdentification, clerkMasks.cardIdentification),
    name: hide(card.name, clerkMasks.name),
    resetInformation: hide(card.resetInformation, clerkMasks.cardIdentification),
    specificationVersion: card.specificationVersion,
    issueDate: card.issueDate,
    validUntil: card.validUntil,
    terminalNumber: card.terminalNumber,
    terminalDeviceNumber: card.terminalDeviceNumber,
    sex: codedMember(card.sex),
    ethnicity: codedMember(card.ethnicity),
    birthDate: hide(card.birthDate, clerkMasks.birthDate),
    personNumber: hide(card.personNumber, clerkMasks.personNumber),
    withheld: card.withheld,
    // Bytes that could not be read may hold what is masked elsewhere.
    oddities: card.oddities.map(({ field, kind, raw }) => ({
      field,
      kind,
      ...(raw !== undefined && !masked && { raw }),
    })),
  };
}

/** A code with its texts, as it stands in the JSON. */
export function codedMember(value: Coded | null): CodedMember | null {
  if (value === null) return null;
  const { code, nameZh, nameEn } = value;
  return { code, name: nameZh === undefined && nameEn === undefined ? null : { zh: nameZh ?? '', en: nameEn ?? '' } };
}
