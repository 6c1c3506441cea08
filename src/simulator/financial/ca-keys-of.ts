import { readCardFile } from '../card-file.ts';
import type { CaKeyImage } from './ca-keys.ts';

/**
 * Public keys of the test authority behind the debit side of a card file, or of the built-in card; none where the file
 * has no debit side, or a published one.
 * @throws SscardError as `readCardFile`
 */
export async function simulatedCaKeys(file: string | undefined): Promise<readonly CaKeyImage[]> {
  if (file !== undefined) return (await readCardFile(file)).bank?.caKeys ?? [];
  const { default: demo } = await import('../demo-card.json', { with: { type: 'json' } });
  return demo.bank.caKeys as readonly CaKeyImage[];
}
