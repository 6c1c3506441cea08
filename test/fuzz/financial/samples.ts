import { readdirSync, readFileSync } from 'node:fs';
import { fromHex } from '../../../apdu/bytes.ts';

const folder = new URL('../../../fixtures/vectors/emv/', import.meta.url);

/** Templates of published cards: answers to SELECT and GET PROCESSING OPTIONS, and records, without status word. */
export const SAMPLES: readonly Uint8Array[] = readdirSync(folder)
  .flatMap((name) => readFileSync(new URL(name, folder), 'utf8').match(/(?<=")(?:6F|70|77|80)[0-9A-F]{8,}(?=")/g) ?? [])
  .map((text) => fromHex(text.endsWith('9000') ? text.slice(0, -4) : text));
