import fc from 'fast-check';
import { expect, it } from 'vitest';
import { equalBytes, fromHex, toHex } from '../../apdu/bytes.ts';
import { derive, goldenPsamImage, initialisePurchase, poweredPsam, SELECT_KEYS } from './golden-psams.ts';
import { assertHostile, hostileSequences } from './hostile.ts';

const samples = [
  SELECT_KEYS,
  SELECT_KEYS,
  '00A4040006D15600000590',
  '00A40000023F00',
  '00A40200020017',
  '00B0960006',
  '00B0970019',
  '00C0000008',
  '0084000008',
  derive('67', '08', 3),
  derive('48', '09', 2),
  derive('28', '12', 1),
  derive('67', '08', 3).replace('BFDE', '801A'),
  '80FA000008A1A2A3A4A5A6A7A8',
  '80FA05001000000000000000008424000004800000',
  '80FA07001000000000000000008424000004800000',
  '80FA0100088424000004800000',
  initialisePurchase(),
  '807200000427A8F88D',
].map(fromHex);

it('10,000 sequences of mutated commands: answers of 2 to 258 bytes, no master in them, a serial that only goes up', () => {
  const masters = [...new Set(goldenPsamImage('psam-test').keys.map(({ value }) => value))];
  const seen = { done: 0, purchases: 0 };
  const property = fc.property(hostileSequences(samples), (commands) => {
    const psam = poweredPsam();
    psam.process(fromHex(SELECT_KEYS));
    return commands.every((bytes) => {
      const [before, serial] = [bytes.slice(), psam.image().terminalSerial];
      const answer = psam.process(bytes);
      const after = psam.image();
      if (answer.at(-2) === 0x90) seen.done++;
      seen.purchases += after.terminalSerial - serial;
      const hex = toHex(answer);
      const goesUp = after.terminalSerial === serial || after.terminalSerial === serial + 1;
      const lengthFits = answer.length >= 2 && answer.length <= 258;
      return (
        lengthFits &&
        goesUp &&
        after.mac2.triesLeft >= 0 &&
        equalBytes(bytes, before) &&
        !masters.some((key) => hex.includes(key))
      );
    });
  });
  assertHostile(property, 10_000);
  expect(seen.done).toBeGreaterThan(5_000);
  expect(seen.purchases).toBeGreaterThan(500);
});
