import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../apdu/bytes.ts';
import { balanceInIssuerData } from '../../../../src/financial/payment/completion.ts';
import { readFlat, readHostMessage } from '../../../../src/financial/payment/host-message.ts';
import { authenticateIssuer } from '../../../../src/financial/payment/issuer-authentication.ts';
import { loneStep } from './courses.ts';

describe('what the host sends', () => {
  it('is a response code, issuer data and scripts, the rest left aside', () => {
    const message = readHostMessage(
      fromHex('89063132333435368A0230309108AABBCCDDEEFF001171039F18007202860072009F3600'),
    );
    expect(message && [toHex(message.responseCode), toHex(message.authentication ?? new Uint8Array())]).toEqual([
      '3030',
      'AABBCCDDEEFF0011',
    ]);
    expect([message?.before.length, message?.after.length]).toEqual([1, 2]);
  });

  it.each([
    ['no response code', '9108AABBCCDDEEFF0011'],
    ['a response code of three bytes', '8A03303030'],
    ['two response codes', '8A0230308A023035'],
    ['issuer data twice', '8A02303091080000000000000000910800'],
    ['an object cut short', '8A0230307105860300'],
    ['a length cut short', '8A02303072'],
    ['a long length cut short', '8A0230307281'],
    ['a length without end', '8A023030728000'],
    ['filler', '008A023030'],
    ['nothing', ''],
  ])('with %s cannot be read', (_, hex) => expect(readHostMessage(fromHex(hex))).toBeUndefined());

  it('long lengths are read, and a template is not opened', () => {
    const objects = readFlat(fromHex(`7281809F${'FF'.repeat(127)}`));
    expect(objects?.map(({ tag, value, size }) => [tag, value.length, size])).toEqual([[0x72, 128, 131]]);
  });

  it('a tag of three bytes is none of its objects', () => expect(readFlat(fromHex('9F818100'))).toBeUndefined());
});

describe('issuer authentication', () => {
  const DATA = fromHex('11223344556677883030');
  const command = '008200000A11223344556677883030';

  async function authenticated(aip: string, answer: string | undefined, data = DATA, cdol2 = '8A02') {
    const exchanges = answer === undefined ? [] : [{ c: command, r: answer }];
    const { run, session, left } = await loneStep({ aip, exchanges, card: { '8D': cdol2 } });
    await run((course) => authenticateIssuer(course, data));
    return [String(session.tvr).slice(8), String(session.tsi).slice(0, 2), left()];
  }

  it.each<[string, Parameters<typeof authenticated>, unknown[]]>([
    ['right', ['7C00', '9000'], ['00', '10', 0]],
    ['wrong: TVR 5.7', ['7C00', '6300'], ['40', '10', 0]],
    ['of too few bytes: not sent', ['7C00', undefined, DATA.subarray(0, 7)], ['40', '10', 0]],
    ['of too many bytes: not sent', ['7C00', undefined, new Uint8Array(17)], ['40', '10', 0]],
    ['along with the second command', ['7800', undefined, DATA, '910A8A02'], ['00', '10', 0]],
    ['not at all', ['7800', undefined], ['00', '00', 0]],
  ])('%s', async (_, given, expected) => expect(await authenticated(...given)).toEqual(expected));
});

describe('the balance in the issuer data (emv-pboc.md 5)', () => {
  it.each([
    ['of the observed card', '07010103A00000010A010000038787868FD1FC', 38_787],
    ['none behind it', '07010103A0A80201', undefined],
    ['of another kind', '07010103A00000010A020000038787868FD1FC', undefined],
    ['cut short', '07010103A00000010A0100000387', undefined],
    ['no digits', '07010103A00000010A0100000387FF868FD1FC', undefined],
    ['of another layout', '06010A03A4B8000F112233445566778899AABBCCDDEEFF', undefined],
  ])('%s', (_, hex, balance) => expect(balanceInIssuerData(fromHex(hex))).toBe(balance));

  it('no data', () => expect(balanceInIssuerData(undefined)).toBeUndefined());
});
