import { afterAll, expect } from 'vitest';
import { fromHex } from '../../apdu/bytes.ts';
import type { RandomBytes } from '../../src/crypto/random.ts';
import type { SimulatedCard } from '../../src/simulator/card.ts';
import type { CardImage } from '../../src/simulator/image.ts';
import { poweredCard, SELECT_SSSE, talk } from './cards.ts';

let cuts = 0;

afterAll(() => {
  process.stdout.write(`power cuts of the card in this file: ${cuts}\n`);
});

/** Runs `command` with power for `bytes` bytes of storage. @returns false when the answer still left */
export function cut(card: SimulatedCard, command: string, bytes: number): boolean {
  cuts++;
  card.cutPowerAfter(bytes);
  let answered = true;
  try {
    card.process(fromHex(command));
  } catch (error) {
    expect(error).toMatchObject({ code: 'card-removed', details: { outcome: 'unknown' } });
    answered = false;
  }
  card.powerOff();
  card.powerOn();
  return !answered;
}

/**
 * Every point of a command at which power can go, on a new card each; `look` sees the card with power again.
 * @returns how many points there were
 */
export async function everyPoint(
  options: {
    readonly before?: readonly string[];
    readonly command: string;
    readonly tears?: boolean;
    readonly image?: CardImage;
    readonly random?: RandomBytes;
  },
  look: (card: SimulatedCard) => void,
): Promise<number> {
  const { before = [], command, tears = false, image, random } = options;
  for (let bytes = 0; bytes < 128; bytes++) {
    const card = await poweredCard((golden) => image ?? golden, { tears, ...(random && { random }) });
    talk(card, SELECT_SSSE, ...before);
    if (!cut(card, command, bytes)) return bytes;
    look(card);
  }
  throw new Error('the command never ends');
}
