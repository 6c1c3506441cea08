import { createRequire } from 'node:module';
import { SscardError } from '../../apdu/errors.ts';

/**
 * Loads an optional CommonJS package with a compiled part.
 * @throws SscardError `binding-missing` with one sentence on what to install
 */
export function loadPackage(name: string): unknown {
  try {
    return createRequire(import.meta.url)(name);
  } catch (cause) {
    const message = `the package ${name} is missing or not compiled: install libpcsclite-dev, then npm install ${name}`;
    throw new SscardError('binding-missing', message, { place: name }, { cause });
  }
}
