import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeBerTlv } from '../../../apdu/ber-tlv.ts';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { type IssuerAnswer, type IssuerOrder, SimulatedIssuer } from '../../../src/simulator/financial/issuer.ts';
import type { KeySet } from '../../../src/simulator/financial/issuer-keys.ts';
import type { ScriptCommand } from '../../../src/simulator/financial/issuer-scripts.ts';
import { field55 } from './field55.ts';

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/vectors/emv/${name}.json`, import.meta.url), 'utf8'));

const laboratory = read('upi-test-card-0031-profile');
const { arqc, arpc } = laboratory.expected;
const card = { pan: '6228000100001117', sequence: '01' };
const ISSUER_DATA = '07010103A0000001';
const request = field55(arqc.input, arqc.arqc, ISSUER_DATA);

function keySet({ ac, mac, enc }: { ac: string; mac: string; enc: string }): KeySet {
  return { ac: fromHex(ac), mac: fromHex(mac), enc: fromHex(enc) };
}

/** The host of the laboratory card, whose own keys are published. */
function laboratoryIssuer(...orders: readonly IssuerOrder[]): SimulatedIssuer {
  const issuer = new SimulatedIssuer({ cardKeys: { '3DES': keySet(laboratory.cardKeys) } });
  for (const order of orders) issuer.order(order);
  return issuer;
}

/** Objects of an answer by tag, hex. */
function told(answer: IssuerAnswer): Readonly<Record<string, string>> | undefined {
  if (answer.kind === 'unable') return undefined;
  return Object.fromEntries(
    decodeBerTlv(answer.data).map(({ tag, value }) => [tag.toString(16).toUpperCase(), toHex(value)]),
  );
}

describe('cryptograms of the reference', () => {
  it('PBOC with 3DES: the laboratory card is answered with the response it expects', () => {
    expect(told(laboratoryIssuer().authorise(request, card))).toEqual({
      '8A': '3030',
      '91': arpc.issuerAuthenticationData91,
    });
  });

  it('PBOC with SM4, from the master key (issuer-crypto-sm4)', () => {
    const given = read('issuer-crypto-sm4').cases[1];
    const imk = fromHex(given.imk);
    const issuer = new SimulatedIssuer({ masterKeys: { SM4: { ac: imk, mac: imk, enc: imk } } });
    const message = field55(given.acInput, given.arqc, '07010103A0000004');
    const putData = { command: 'put-data', tag: 0x9f79, value: fromHex('000000020000') } as const;
    issuer.order({ after: [{ commands: [putData] }] });
    const answer = issuer.authorise(message, { pan: given.pan, sequence: given.psn });
    expect(told(answer)).toEqual({
      '8A': '3030',
      '91': `${given.arpc}3030`,
      '72': `860F04DA9F790A000000020000${given.script.mac}`,
    });
  });

  it.each([
    ['request', 'arqcInput', 'arqc', '06010A03A4B800', '80'],
    ['second cryptogram', 'secondInput', 'secondCryptogram', '06010A0364BC00', '40'],
  ])('version 10, under the card key itself: %s (visa-contact-cvn10-arqc)', (_, input, cryptogram, data, cid) => {
    const { crypto } = read('visa-contact-cvn10-arqc');
    const imk = fromHex(crypto.imkAc);
    const issuer = new SimulatedIssuer({ masterKeys: { '3DES': { ac: imk, mac: imk, enc: imk } } });
    const message = field55(crypto[input], crypto[cryptogram], data, cid);
    expect(issuer.examine(message, { pan: crypto.panUsed, sequence: crypto.psnUsed })).toBe('right');
  });

  it('version 17, over fewer data (computed apart)', () => {
    const input = `000000010000${arqc.input.slice(12)}`;
    const message = field55(input, 'AE1F6E4A4D1847B6', '07011703A0000001');
    expect(laboratoryIssuer().examine(message, card)).toBe('right');
  });

  it.each([
    ['A', '8B8BE5530739C3B1'],
    ['B', '1BAD0E3D713F2F57'],
  ] as const)('a card number of 19 digits, card key by option %s (computed apart)', (option, cryptogram) => {
    const imk = fromHex('4F1A151F200BC4970E7634760E6140BC');
    const issuer = new SimulatedIssuer({ masterKeys: { '3DES': { ac: imk, mac: imk, enc: imk } }, option });
    const message = field55(arqc.input, cryptogram, ISSUER_DATA);
    expect(issuer.examine(message, { pan: '8129636759709379553', sequence: '03' })).toBe('right');
  });
});

/** Values computed apart from this program, from emv-pboc.md 7.5, for the laboratory card and its first transaction. */
describe('scripts', () => {
  const data = fromHex('70035F2801');
  const limit = { command: 'put-data', tag: 0x9f77, value: fromHex('000000010000') } as const;

  it.each<[ScriptCommand, string]>([
    [{ command: 'application-block' }, '841E000004FD4A0198'],
    [{ command: 'application-unblock' }, '8418000004403F1B6C'],
    [{ command: 'card-block' }, '8416000004F49DD22A'],
    [{ command: 'pin-unblock' }, '84240000043A07E2E6'],
    [limit, '04DA9F770A00000001000091A74147'],
    [{ command: 'update-record', sfi: 3, record: 1, data }, '04DC011C0970035F28017B7501EC'],
    [{ command: 'pin-change', pin: '735190' }, '8424000214A4B72FFBA319188A9FA524D1D549B20A2551A6DF'],
    [{ command: 'pin-change', pin: '735190', oldPin: '123456' }, '8424000114C49DAE48789E3E1E9FA524D1D549B20A0062FEE9'],
    [{ command: 'pin-unblock', bent: true }, '84240000043A07E2E7'],
  ])('%o', (command, bytes) => {
    const issuer = laboratoryIssuer({ before: [{ commands: [command] }] });
    const length = (bytes.length / 2).toString(16).padStart(2, '0').toUpperCase();
    expect(told(issuer.authorise(request, card))?.['71']).toBe(`86${length}${bytes}`);
  });

  it('its identifier, then several commands in order, and templates of both kinds', () => {
    const identifier = fromHex('00000001');
    const commands = [{ command: 'pin-unblock' }, { command: 'application-block' }] as const;
    const issuer = laboratoryIssuer({ before: [{ identifier, commands }], after: [{ commands: commands.slice(1) }] });
    const answer = told(issuer.authorise(request, card));
    expect([answer?.['71'], answer?.['72']]).toEqual([
      '9F180400000001860984240000043A07E2E68609841E000004FD4A0198',
      '8609841E000004FD4A0198',
    ]);
  });

  it('a PIN that is none is a fault of the test', () => {
    const issuer = laboratoryIssuer({ before: [{ commands: [{ command: 'pin-change', pin: '123' }] }] });
    expect(() => issuer.authorise(request, card)).toThrow(RangeError);
  });
});

describe('a request that is not right is declined, and nothing is proven to it', () => {
  const bent = field55(arqc.input, '7F46F1E8437D0865', ISSUER_DATA);
  const sm4 = field55(arqc.input, arqc.arqc, '07010103A0000004');
  const decided = field55(arqc.input, arqc.arqc, ISSUER_DATA, '40');
  const otherVersion = field55(arqc.input, arqc.arqc, '07011203A0000001');

  it.each([
    ['another cryptogram', bent, 'wrong', '3035'],
    ['another algorithm than there are keys for', sm4, 'no-key', '3035'],
    ['a cryptogram that decides', decided, 'no-request', '3035'],
    ['an unknown cryptogram version', otherVersion, 'unreadable', '3330'],
    ['an object cut short', request.subarray(0, -1), 'unreadable', '3330'],
    ['an object too few', request.subarray(0, -5), 'unreadable', '3330'],
    ['nothing', new Uint8Array(0), 'unreadable', '3330'],
  ])('%s', (_, message, finding, responseCode) => {
    const issuer = laboratoryIssuer({ after: [{ commands: [{ command: 'pin-unblock' }] }] });
    expect(told(issuer.authorise(message, card))).toEqual({ '8A': responseCode });
    expect(issuer.requests).toMatchObject([{ finding }]);
  });

  it('the same transaction counter a second time', () => {
    const issuer = laboratoryIssuer();
    const codes = [1, 2].map(() => told(issuer.authorise(request, card))?.['8A']);
    expect([codes, issuer.requests.map(({ finding }) => finding)]).toEqual([
      ['3030', '3035'],
      ['right', 'repeated'],
    ]);
  });
});

describe('decisions on order', () => {
  it.each([
    ['approve', '3030'],
    ['decline', '3035'],
    ['refer', '3031'],
  ] as const)('%s', (decision, responseCode) => {
    const answer = told(laboratoryIssuer({ decision }).authorise(request, card));
    expect([answer?.['8A'], answer?.['91']?.slice(16)]).toEqual([responseCode, responseCode]);
  });

  it('unable: no answer, and the next request is answered', () => {
    const issuer = laboratoryIssuer({ decision: 'unable' });
    expect([issuer.authorise(request, card).kind, issuer.authorise(request, card).kind]).toEqual([
      'unable',
      'answered',
    ]);
  });

  it('a response code of its own', () => {
    expect(told(laboratoryIssuer({ responseCode: '11' }).authorise(request, card))?.['8A']).toBe('3131');
  });

  it('a wrong response cryptogram keeps the code', () => {
    const answer = told(laboratoryIssuer({ authentication: 'wrong' }).authorise(request, card));
    expect(answer?.['91']).toBe('1DFDDB526ACDC0823030');
  });

  it('no response cryptogram', () => {
    expect(told(laboratoryIssuer({ authentication: 'none' }).authorise(request, card))).toEqual({ '8A': '3030' });
  });
});
