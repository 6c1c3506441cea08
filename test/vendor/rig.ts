import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SscardError } from '../../apdu/errors.ts';
import type { Readers } from '../../drivers/reader.ts';
import { type VendorReadersOptions, vendorReaders } from '../../drivers/vendor/readers.ts';
import { SimulatedCard } from '../../src/simulator/card.ts';
import { inventFile } from '../../src/simulator/invent.ts';
import { SimulatedPsam } from '../../src/simulator/psam.ts';
import { MakerUnit, program, Workshop } from './maker.ts';

/** Numbers of the level: the first user card connector and the first SAM socket. */
export const USER = 0x01;
export const PSAM_1 = 0x11;

/** A library of our own, its unit with card and PSAM in it, and our readers over both. */
export interface VendorRig extends AsyncDisposable {
  readonly unit: MakerUnit;
  readonly readers: Readers;
  readonly library: string;
  /** Other readers over the same unit. */
  readersWith(options: Partial<VendorReadersOptions>): Readers;
}

export async function vendorRig(...flags: readonly string[]): Promise<VendorRig> {
  const workshop = new Workshop();
  const library = workshop.build('libmaker.so', ...flags);
  const unit = await MakerUnit.listen(join(mkdtempSync(join(workshop.folder, 'unit-')), 'line'));
  const file = await inventFile({ generation: '2.0', seed: 5 });
  unit.slots.set(USER, new SimulatedCard(file.card)).set(PSAM_1, new SimulatedPsam(file.psam));
  const opened: Readers[] = [];
  const readersWith = (options: Partial<VendorReadersOptions>) => {
    const readers = vendorReaders({ library, port: unit.port, program, ...options });
    opened.push(readers);
    return readers;
  };
  return {
    unit,
    library,
    readersWith,
    readers: readersWith({}),
    async [Symbol.asyncDispose]() {
      for (const readers of opened) await readers[Symbol.asyncDispose]();
      await unit[Symbol.asyncDispose]();
      workshop[Symbol.dispose]();
    },
  };
}

/** What an error says, for a comparison. */
export async function failure(work: Promise<unknown>): Promise<object> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof SscardError)) throw error;
    const { outcome, platformCode, reason } = error.details;
    return { code: error.code, outcome, platformCode, reason };
  }
  throw new Error('it did not fail');
}

/** The processes that a process has started: id, arguments, environment. */
export function childrenOf(parent: number): { readonly id: number; readonly words: string }[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const [, rest = ''] = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ');
      const [state, owner] = rest.split(' ');
      if (Number(owner) !== parent || state === 'Z') return [];
      const words = ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${name}/${file}`, 'latin1')).join('\0');
      return [{ id: Number(name), words }];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

/** True as long as the process runs. */
export function runs(id: number): boolean {
  try {
    return !/\) Z/.test(readFileSync(`/proc/${id}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
