import { readFileSync } from 'node:fs';
import { fromHex } from '../../apdu/bytes.ts';
import { SimulatedPsam, type SimulatedPsamOptions } from '../../src/simulator/psam.ts';
import type { PsamImage } from '../../src/simulator/psam-image.ts';

type GoldenPsam = Omit<PsamImage, 'terminalSerial' | 'mac2'> & { readonly id: string };

const { psams }: { psams: GoldenPsam[] } = JSON.parse(
  readFileSync(new URL('../../fixtures/golden/psams.json', import.meta.url), 'utf8'),
);

/** The factors of the worked derivation (social-security-card.md 6.7), hex: card, city, province. */
export const FACTORS = { card: '8697159900BF7C7A', city: '3332303430307378', province: '3332303030307368' } as const;

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

export const SELECT_KEYS = '00A4000002DF01';

/** The derive command of the maker with the worked factors and challenge. @param levels how many factors */
export function derive(usage: string, id: string, levels: number): string {
  const factors = [FACTORS.card, FACTORS.city, FACTORS.province].slice(0, levels).join('');
  const length = ((levels + 1) * 8).toString(16).toUpperCase().padStart(2, '0');
  return `BFDE${usage}${id}${length}${factors}1122334455667788`;
}

/** INIT SAM FOR PURCHASE of the golden exchange. */
export function initialisePurchase(): string {
  const factors = FACTORS.card + FACTORS.city + FACTORS.province;
  return `807000002C0102030400050000138831202601150930000101${factors}`;
}
