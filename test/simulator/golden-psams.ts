import { readFileSync } from 'node:fs';
import { fromHex } from '../../apdu/bytes.ts';
import { SimulatedPsam, type SimulatedPsamOptions } from '../../src/simulator/psam.ts';
import type { PsamImage } from '../../src/simulator/psam-image.ts';

type GoldenPsam = Omit<PsamImage, 'terminalSerial' | 'mac2'> & { readonly id: string };

const { psams }: { psams: GoldenPsam[] } = JSON.parse(
  readFileSync(new URL('../../fixtures/golden/psams.json', import.meta.url), 'utf8'),
);

/** The PSAM the golden exchanges were written from. */
export function goldenPsamImage(id: string): PsamImage {
  const psam = psams.find((candidate) => candidate.id === id);
  if (psam === undefined) throw new Error(`no golden PSAM ${id}`);
  const { id: _, ...image } = psam;
  return { ...image, terminalSerial: 0, mac2: { tries: 15, triesLeft: 15 } };
}

/** That PSAM with power, changed before it is made if a test asks. Its random numbers are those of the golden note. */
export function poweredPsam(
  change: (image: PsamImage) => PsamImage = (image) => image,
  options: SimulatedPsamOptions = {},
  id = 'psam-test',
): SimulatedPsam {
  const left = ['99AABBCCDDEEFF00', '11223344'];
  const random = (length: number) => fromHex(left.shift() ?? '00'.repeat(length));
  const psam = new SimulatedPsam(change(goldenPsamImage(id)), { random, ...options });
  psam.powerOn();
  return psam;
}
