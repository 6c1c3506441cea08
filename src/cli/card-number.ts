import type { FilesReading } from '../social/files/reading.ts';

/** The card number, where the reading has it: for the list of unmaskings. */
export function cardNumberOf({ files }: FilesReading): string | null {
  for (const file of files) {
    if (file.kind !== 'read') continue;
    const found = file.items.find(({ item }) => item?.name === 'cardNumber')?.value;
    if (found?.kind === 'value' && typeof found.value === 'string') return found.value;
  }
  return null;
}
