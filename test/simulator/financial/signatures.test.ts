import { describe, expect, it } from 'vitest';
import { decodeBerTlv, encodeBerTlv, findTag } from '../../../apdu/ber-tlv.ts';
import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';
import type { CombinedSignature } from '../../../src/crypto/offline.ts';
import { verifyCombined, verifyDynamic } from '../../../src/crypto/rsa-offline.ts';
import { sm2PublicKey } from '../../../src/crypto/sm2.ts';
import { verifyCombinedSm2, verifyDynamicSm2 } from '../../../src/crypto/sm2-offline.ts';
import type { SimulatedCard } from '../../../src/simulator/card.ts';
import { openFinancial, recordObject } from '../../../src/simulator/financial/contents.ts';
import { type DolEntry, dolEntries } from '../../../src/simulator/financial/dol.ts';
import type { FinancialAlgorithm, FinancialImage } from '../../../src/simulator/financial/image.ts';
import { type BankKind, inventBank } from '../../../src/simulator/financial/invent-bank.ts';
import { keyOf } from '../../../src/simulator/financial/rsa-keys.ts';
import { rsaKey } from '../../../src/simulator/financial/signature.ts';
import { seededRandom } from '../../../src/simulator/random.ts';
import { ask, last, poweredBank, SELECT_BANK } from './bank.ts';

const HOLDER = { name: '张三', citizenNumber: '320499189001010017', issueDate: '20210803', expiryDate: '20310802' };
const GIVEN: Readonly<Record<number, string>> = {
  40706: '000000000100',
  40730: '0156',
  24362: '0156',
  154: '260315',
  40759: '0A0B0C0D',
  138: '3030',
};

interface Opened {
  readonly card: SimulatedCard;
  readonly image: FinancialImage;
  readonly pdolValues: Uint8Array;
}

/** An invented card in a transaction of one of its algorithms. */
async function opened(kind: BankKind, sm: '00' | '01', order: Parameters<typeof inventBank>[2] = {}): Promise<Opened> {
  const { image } = await inventBank({ ...HOLDER, kind }, seededRandom(5), order);
  const card = await poweredBank(() => image, 'laboratory', { random: seededRandom(6) });
  const pdolValues = values(openFinancial(image).pdol, { ...GIVEN, 57193: sm });
  ask(card, SELECT_BANK, `80A80000${byte(pdolValues.length + 2)}83${byte(pdolValues.length)}${toHex(pdolValues)}`);
  return { card, image, pdolValues };
}

const byte = (value: number) => toHex(Uint8Array.of(value));

function values(list: readonly DolEntry[], given = GIVEN): Uint8Array {
  return concat(list.map(({ tag, length }) => fromHex((given[tag] ?? '').padStart(2 * length, '0'))));
}

function cdolValues({ image }: Opened, algorithm: FinancialAlgorithm, tag: 0x8c | 0x8d): Uint8Array {
  const dataSet = image.dataSets.find((set) => set.algorithm === algorithm && !set.eCash);
  if (dataSet === undefined) throw new Error('no such data set');
  return values(dolEntries(recordObject(openFinancial(image), dataSet, tag)));
}

function publicKeys({ image }: Opened) {
  const { rsa, sm2 } = image.privateKeys;
  return { rsa: rsa && rsaKey(rsa), sm2: sm2 === undefined ? undefined : sm2PublicKey(fromHex(sm2)) };
}

/** Tag 9F4B in either template. */
function signatureOf(answer: string): Uint8Array {
  const objects = decodeBerTlv(fromHex(answer.slice(0, -4)));
  return findTag(objects, 0x9f4b)?.value ?? objects[0]?.value ?? new Uint8Array();
}

/** What a terminal holds against the combined signature. */
function combined(answer: string, parts: Omit<CombinedSignature, 'signature' | 'response' | 'cryptogramInformation'>) {
  const [template] = decodeBerTlv(fromHex(answer.slice(0, -4)));
  const children = template?.children ?? [];
  const response = encodeBerTlv(children.filter(({ tag }) => tag !== 0x9f4b));
  const cryptogramInformation = findTag(children, 0x9f27)?.value[0] ?? 0;
  return { signature: signatureOf(answer), response, cryptogramInformation, ...parts };
}

const KINDS = [
  ['rsa', 'rsa', '00', '3DES'],
  ['sm2', 'sm2', '00', 'SM4'],
  ['dual, terminal without SM2', 'dual', '00', '3DES'],
  ['dual, terminal with SM2', 'dual', '01', 'SM4'],
] as const;

describe('a terminal verifies what the card signs', () => {
  it.each(KINDS)('dynamic authentication: %s', async (_, kind, sm, algorithm) => {
    const state = await opened(kind, sm);
    const terminalData = fromHex('0A0B0C0D99');
    const signature = signatureOf(last(state.card, `00880000${byte(5)}${toHex(terminalData)}`));
    const { rsa, sm2 } = publicKeys(state);
    const verified =
      algorithm === 'SM4'
        ? verifyDynamicSm2(sm2 ?? new Uint8Array(), signature, terminalData)
        : verifyDynamic(rsa ?? keyOf(fromHex('03'), fromHex('05'), fromHex('03')), signature, terminalData);
    expect(verified.kind).toBe('valid');
  });

  it.each(KINDS)('combined with both cryptograms: %s', async (_, kind, sm, algorithm) => {
    const state = await opened(kind, sm);
    const { rsa, sm2 } = publicKeys(state);
    const verify = (signed: CombinedSignature) =>
      algorithm === 'SM4'
        ? verifyCombinedSm2(sm2 ?? new Uint8Array(), signed)
        : verifyCombined(rsa ?? keyOf(fromHex('03'), fromHex('05'), fromHex('03')), signed);
    const [cdol1Values, cdol2Values] = [cdolValues(state, algorithm, 0x8c), cdolValues(state, algorithm, 0x8d)];
    const common = { unpredictableNumber: fromHex('0A0B0C0D'), pdolValues: state.pdolValues, cdol1Values };
    const first = last(state.card, `80AE9000${byte(cdol1Values.length)}${toHex(cdol1Values)}`);
    const one = verify(combined(first, { ...common, cdol2Values: new Uint8Array() }));
    const second = last(state.card, `80AE5000${byte(cdol2Values.length)}${toHex(cdol2Values)}`);
    const other = verify(combined(second, { ...common, cdol2Values }));
    expect([one.kind, other.kind]).toEqual(['valid', 'valid']);
  });
});

it('two signatures over the same data differ', async () => {
  const { card } = await opened('sm2', '01');
  const [one, other] = ask(card, '00880000040A0B0C0D', '00880000040A0B0C0D');
  expect(one).not.toBe(other);
});

it('a card of one algorithm asks no terminal whether it knows it (4.1)', async () => {
  const { card } = await opened('sm2', '00');
  expect(last(card, '00880000040A0B0C0D').slice(0, 6)).toBe('804B15');
});

it('a card without a key signs nothing', async () => {
  const card = await poweredBank(({ privateKeys: _, ...bank }) => ({ ...bank, privateKeys: {} }));
  const gpo = `80A8000021831F0156${'00'.repeat(29)}`;
  expect(ask(card, SELECT_BANK, gpo, '008800000411223344', `0020008860${'11'.repeat(96)}`).slice(-2)).toEqual([
    '6985',
    '6A86',
  ]);
});

it('the key for PINs opens them where the card has one (2)', async () => {
  const { card, image } = await opened('rsa', '00');
  const { rsaPin } = image.privateKeys;
  if (rsaPin === undefined) throw new Error('no key for PINs');
  const { modulus } = rsaKey(rsaPin);
  const challenge = toHex(card.process(fromHex('0084000000'))).slice(0, 16);
  const block = `2${image.pin.digits.length}${image.pin.digits}`.padEnd(16, 'F');
  const plain = `7F${block}${challenge}`.padEnd(2 * modulus.length, '5A');
  const enciphered = modularPower(BigInt(`0x${plain}`), rsaPin.exponent, modulus);
  expect(last(card, `00200088${byte(modulus.length)}${enciphered}`)).toBe('9000');
});

function modularPower(base: bigint, exponent: string, modulus: Uint8Array): string {
  const n = BigInt(`0x${toHex(modulus)}`);
  let [result, square] = [1n, base];
  for (let rest = BigInt(`0x${exponent}`); rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % n;
    square = (square * square) % n;
  }
  return result.toString(16).padStart(2 * modulus.length, '0');
}
