import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { transactionCertificateHash } from '../../../src/financial/tdol.ts';
import { sessionOver } from './card-script.ts';

const TERMINAL = { '9A': '150326', '5F2A': '0156' };

async function hashed(own: string | undefined, fallback: string | undefined): Promise<readonly [string, string]> {
  const { session } = await sessionOver([], TERMINAL);
  if (own !== undefined) session.card.set(0x97, fromHex(own));
  const hash = transactionCertificateHash(session, fallback === undefined ? undefined : fromHex(fallback));
  return [toHex(hash), session.tvr.toString()];
}

describe('the TC hash value', () => {
  it.each([
    [
      'the values of the list of the card',
      '9A035F2A02',
      '9A03',
      'D8C4F54BF19A735BEA75A8D1DD2AC7D7696812CC',
      '0000000000',
    ],
    [
      'the values of the list of the acquirer',
      undefined,
      '9A03',
      'AEF9CB5F8ED129DF0988B71391369D26F66B41C1',
      '0000000080',
    ],
    [
      'nothing, where nobody has a list',
      undefined,
      undefined,
      'DA39A3EE5E6B4B0D3255BFEF95601890AFD80709',
      '0000000080',
    ],
  ])('is over %s', async (_, own, fallback, expected, tvr) => {
    expect(await hashed(own, fallback)).toEqual([expected, tvr]);
  });
});
