import { encodeBerTlv } from '../../../apdu/ber-tlv.ts';
import { fromHex } from '../../../apdu/bytes.ts';

const LAYOUT = [
  [0x9f02, 6],
  [0x9f03, 6],
  [0x9f1a, 2],
  [0x95, 5],
  [0x5f2a, 2],
  [0x9a, 3],
  [0x9c, 1],
  [0x9f37, 4],
  [0x82, 2],
  [0x9f36, 2],
] as const;

/** Field 55 from the input of a cryptogram as vector files have it, without the CVR at its end. */
export function field55(input: string, cryptogram: string, issuerData: string, information = '80'): Uint8Array {
  let rest = input;
  const objects = LAYOUT.map(([tag, length]) => {
    const value = fromHex(rest.slice(0, 2 * length));
    rest = rest.slice(2 * length);
    return { tag, value };
  });
  const own = { 40742: cryptogram, 40743: information, 40720: issuerData };
  const ofCard = Object.entries(own).map(([tag, value]) => ({ tag: Number(tag), value: fromHex(value) }));
  return encodeBerTlv([...ofCard, ...objects]);
}
