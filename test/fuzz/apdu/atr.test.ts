import { readFileSync } from 'node:fs';
import { test } from 'vitest';
import { encodeAtr, inspectAtr, parseAtr } from '../../../apdu/atr.ts';
import { equalBytes, fromHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { mutate, type Rng } from '../seeds.ts';
import { attack, outcome } from './attack.ts';

const file = new URL('../../../fixtures/vectors/readers/atr.json', import.meta.url);
const samples = (JSON.parse(readFileSync(file, 'utf8')) as { vectors: { atr: string }[] }).vectors.map(({ atr }) =>
  fromHex(atr),
);

function hostileAtr(rng: Rng): Uint8Array {
  switch (rng.int(4)) {
    case 0:
      return rng.bytes(rng.int(65));
    case 1:
      return mutate(rng, rng.pick(samples)).subarray(0, 64);
    default:
      return structured(rng);
  }
}

/** TD chains of any length, presence bits that hold or lie, check bytes right, wrong and missing. */
function structured(rng: Rng): Uint8Array {
  const bytes = [rng.pick([0x3b, 0x3f]), 0];
  let announcer = 1;
  let named = 0;
  for (let groups = rng.int(rng.int(4) === 0 ? 16 : 4); groups >= 0; groups--) {
    const present = (groups > 0 ? 8 : 0) | rng.int(8);
    bytes[announcer] = (present << 4) | (announcer === 1 ? rng.int(16) : rng.pick([0, 0, 1, 1, 15, rng.int(16)]));
    if (announcer > 1) named |= (bytes[announcer] as number) & 0x0f;
    for (const bit of [1, 2, 4]) if (present & bit) bytes.push(rng.int(256));
    if (!(present & 8)) break;
    announcer = bytes.push(0) - 1;
  }
  const historical = ((bytes[1] as number) & 0x0f) + (rng.int(8) === 0 ? rng.int(3) - 1 : 0);
  for (let count = 0; count < historical; count++) bytes.push(rng.int(256));
  if (named !== 0 && rng.int(8) !== 0) bytes.push(bytes.slice(1).reduce((sum, byte) => sum ^ byte, 0));
  if (rng.int(8) === 0) bytes.push(rng.int(256));
  return Uint8Array.from(bytes);
}

test('an ATR is read and printed as it was, or refused', async () => {
  let valid = 0;
  await attack('atr', 200_000, hostileAtr, (input) => {
    const { faults } = inspectAtr(input);
    const atr = outcome(() => parseAtr(input), 'atr-malformed', input.length);
    if (atr instanceof SscardError)
      return faults[0]?.reason === atr.message ? undefined : 'reading and inspecting differ';
    valid++;
    if (faults.length > 0) return 'a faulty ATR was accepted';
    return equalBytes(encodeAtr(atr), input) ? undefined : 'not printed as it was';
  });
  if (valid < 20_000) throw new Error(`only ${valid} inputs were ATRs: the generator has lost its aim`);
});
