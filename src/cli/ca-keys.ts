import { readFileSync } from 'node:fs';
import { SscardError } from '../../apdu/errors.ts';
import type { CaKeys } from '../financial/ca-keys.ts';
import { parseAddress } from './address.ts';
import type { Settings } from './settings.ts';

/**
 * The authority keys of this run: those of `--ca-keys`, and for a simulated card those of its own test authority. Test
 * keys count for a simulated card, and with `--test-keys`.
 * @throws SscardError `ca-keys-unreadable`, `ca-keys-malformed`, `ca-key-checksum`; before a reader is opened
 */
export async function trustedKeys({ reader, caKeys, testKeys }: Settings): Promise<CaKeys> {
  const address = parseAddress(reader);
  const { parseCaKeys } = await import('../financial/ca-keys-file.ts');
  const { CaKeys: Keys } = await import('../financial/ca-keys.ts');
  const given = caKeys === undefined ? Keys.empty : await parseCaKeys(readKeys(caKeys), caKeys);
  const simulated = address.scheme === 'sim';
  const own = simulated ? await parseCaKeys(await simulatedKeys(address.file), address.file ?? reader) : Keys.empty;
  return given.with(own).withTestKeys(simulated || testKeys);
}

/** In the form of a file. */
async function simulatedKeys(file: string | undefined): Promise<string> {
  const { simulatedCaKeys } = await import('../simulator/financial/ca-keys-of.ts');
  return JSON.stringify({ keys: await simulatedCaKeys(file) });
}

function readKeys(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new SscardError('ca-keys-unreadable', 'cannot be read', { place: path }, { cause: error });
  }
}
