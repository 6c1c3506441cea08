import fc from 'fast-check';
import { expect, it } from 'vitest';
import { equalBytes, fromHex } from '../../apdu/bytes.ts';
import { SimulatedCard } from '../../src/simulator/card.ts';
import { authenticate, GET_CHALLENGE, SELECT_SSSE } from './cards.ts';
import { goldenImage } from './golden-cards.ts';
import { assertHostile, hostileSequences } from './hostile.ts';

const samples = [
  SELECT_SSSE,
  '00A4000002DF04',
  '00A40000023F00',
  '00A4020002EF08',
  '00C000001E',
  '00B2032806',
  '00B2080414',
  '00B0880010',
  '00D6880002FFD8',
  '00DC052806050420200116',
  GET_CHALLENGE,
  authenticate('0A'),
  authenticate('04'),
  '00880000101122334455667788A1A2A3A4A5A6A7A8',
  '0020000003123456',
  '0020000003735190',
  '00200000',
  '805E010007123456FF735190',
  authenticate('06'),
  '842400010CCE26F208A9D08B8A32181865',
  '8424000004355A58ED',
  '841E000004355A58ED',
  '8418000004355A58ED',
  '8416000004355A58ED',
  '00E200A803000331',
  '00DC00AB03000331',
  'B026000104',
  'B02800010B0100001388320400000001',
  'B02200000B2026030110150000000000',
  'B02A00010B01000003E8320400000001',
  'B02400000F0000012C2026030209300000000000',
  '805A0031020007',
].map(fromHex);

/** Follows the PIN tries from outside. @returns false when an answer does not fit what is left */
function pinWatch(left: number, most: number): (command: Uint8Array, sw: number) => boolean {
  let tries = left;
  return ([, ins, , , lc], sw) => {
    const isPin = (ins === 0x20 || ins === 0x5e) && lc !== undefined && lc !== 0;
    if (!isPin) return true;
    if (sw === 0x9000) tries = most;
    if (sw >> 4 === 0x63c) tries--;
    return tries >= 0 && (sw >> 4 !== 0x63c || (sw & 15) === tries);
  };
}

it('20,000 sequences of mutated commands: answers of 2 to 258 bytes, never more PIN comparisons than tries', async () => {
  const image = await goldenImage('zhang-san-2.0');
  let comparisons = 0;
  const property = fc.property(hostileSequences(samples), (commands) => {
    const card = new SimulatedCard({ ...image, pin: { ...image.pin, triesLeft: 2 } });
    card.powerOn();
    card.process(fromHex(SELECT_SSSE));
    const fits = pinWatch(2, 6);
    return commands.every((bytes) => {
      const before = bytes.slice();
      const answer = card.process(bytes);
      const sw = (answer.at(-2) ?? 0) * 256 + (answer.at(-1) ?? 0);
      if (sw >> 4 === 0x63c) comparisons++;
      return answer.length >= 2 && answer.length <= 258 && equalBytes(bytes, before) && fits(bytes, sw);
    });
  });
  assertHostile(property, 20_000);
  expect(comparisons).toBeGreaterThan(1_000);
});
