import { SscardError } from '../../apdu/errors.ts';
import type { UnitProtocol } from './unit.ts';

/** The protocols of card units, as reader addresses name them; each is loaded when it is used. */
const PROTOCOLS: Readonly<Record<string, () => Promise<UnitProtocol>>> = {
  'ccid-gemplus': async () => (await import('./ccid-gemplus/unit.ts')).ccidGemplus,
  alpar: async () => (await import('./alpar/unit.ts')).alpar,
  'ccid-acs': async () => (await import('./ccid-acs/unit.ts')).ccidAcs,
  'crt-f2': async () => (await import('./crt-f2/unit.ts')).crtF2,
  'crt-02': async () => (await import('./crt-02/unit.ts')).crt02,
};

/** Their names. */
export const unitProtocols: readonly string[] = Object.keys(PROTOCOLS);

/** @throws SscardError `unit-unknown` */
export async function unitProtocol(name: string): Promise<UnitProtocol> {
  const load = Object.hasOwn(PROTOCOLS, name) ? PROTOCOLS[name] : undefined;
  if (load === undefined) throw new SscardError('unit-unknown', 'no such protocol', { choices: unitProtocols });
  return load();
}
