import type { BasicInformation } from '../social/basic-information.ts';

/** `national`: the eleven fields of the national driver interface; `jiangsu`: thirteen. */
export type NationalFormat = 'national' | 'jiangsu';

/** What stands for the terminal number where no PSAM is (driver-api.md 4.1). */
const NO_TERMINAL = '000000000000';

/**
 * The line that `iReadCardBas` gives, each field followed by `|` (driver-api.md 4.1). Jiangsu adds the person number and the
 * bank card number; the latter is on the financial side and stays empty here.
 */
export function nationalLine(card: BasicInformation, format: NationalFormat): string {
  const fields = [
    card.division?.code,
    card.socialSecurityNumber,
    card.cardNumber,
    card.cardIdentification,
    card.name,
    card.resetInformation,
    card.specificationVersion,
    card.issueDate?.replaceAll('-', ''),
    card.validUntil?.replaceAll('-', ''),
    card.terminalNumber ?? NO_TERMINAL,
    card.terminalDeviceNumber,
    ...(format === 'jiangsu' ? [card.personNumber, ''] : []),
  ];
  return fields.map((field) => `${clean(field ?? '')}|`).join('');
}

/** A separator or a line end inside a field would move every field after it. */
function clean(field: string): string {
  return field.replace(/[|\p{Cc}\u2028\u2029]/gu, '?');
}
