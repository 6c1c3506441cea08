import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../apdu/bytes.ts';
import { type Asked, cryptogramOf, generateAc } from '../../../../src/financial/payment/generate-ac.ts';
import { Termination } from '../../../../src/financial/rules.ts';
import { object, sessionOver } from '../card-script.ts';

const FIRST: Asked = { which: 'first', asks: 'ARQC', combined: false };
const AC = '1122334455667788';

/** What came of one answer: kind, or the rule that ended it. */
async function answered(answer: string, asked: Partial<Asked> = {}, cdol = '9F3704') {
  const one = { ...FIRST, ...asked };
  const p1 = { AAC: 0x00, TC: 0x40, ARQC: 0x80 }[one.asks] + (one.combined ? 0x10 : 0);
  const head = `80AE${toHex(Uint8Array.of(p1))}00`;
  const command = cdol === '' ? `${head}00` : `${head}04AABBCCDD00`;
  const { session } = await sessionOver([{ c: command, r: answer }], { '9F37': 'AABBCCDD' });
  session.card.set(one.which === 'first' ? 0x8c : 0x8d, fromHex(cdol));
  try {
    const { kind } = await session.during('first-generate-ac', () => generateAc(session, one));
    return [kind, toHex(cryptogramOf(session, kind).value), cryptogramOf(session, kind).counter, String(session.tsi)];
  } catch (error) {
    return error instanceof Termination ? error.decision.rule.id : expect.fail(String(error));
  }
}

const format1 = (cid: string, rest = `0007${AC}`, sw = '9000') => object('80', cid + rest) + sw;
const format2 = (...objects: string[]) => `${object('77', objects.join(''))}9000`;
const CID = object('9F27', '80');
const ATC = object('9F36', '0007');
const CRYPTOGRAM = object('9F26', AC);

describe('an answer that is read', () => {
  it.each<[string, string]>([
    ['format 1', format1('80')],
    ['format 1 with issuer data', format1('80', `0007${AC}07010103A0000001`)],
    ['format 1 with the most issuer data', format1('80', `0007${AC}${'00'.repeat(32)}`)],
    ['format 2', format2(CID, ATC, CRYPTOGRAM)],
    ['format 2 in any order, with objects that nobody knows', format2(CRYPTOGRAM, object('DF01', 'AA'), ATC, CID)],
    ['format 2 with filler', format2('00', CID, ATC, '00', CRYPTOGRAM)],
  ])('%s', async (_, answer) => expect(await answered(answer)).toEqual(['ARQC', AC, 7, '2000']));

  it('to an empty list', async () => expect(await answered(format1('80'), {}, '')).toEqual(['ARQC', AC, 7, '2000']));

  it('with its cryptogram inside the signature only', async () => {
    const answer = format2(CID, ATC, object('9F4B', 'AABB'));
    expect(await answered(answer, { combined: true })).toEqual(['ARQC', '', 7, '2000']);
  });
});

describe('what the card may answer', () => {
  it.each<[Asked['asks'], Asked['which'], string, string]>([
    ['TC', 'first', '40', 'TC'],
    ['TC', 'first', '80', 'ARQC'],
    ['TC', 'first', '00', 'AAC'],
    ['ARQC', 'first', '80', 'ARQC'],
    ['ARQC', 'first', '00', 'AAC'],
    ['ARQC', 'first', '40', 'cryptogram-not-asked-for'],
    ['AAC', 'first', '00', 'AAC'],
    ['AAC', 'first', '80', 'cryptogram-not-asked-for'],
    ['AAC', 'first', '40', 'cryptogram-not-asked-for'],
    ['TC', 'first', 'C0', 'cryptogram-kind-unknown'],
    ['TC', 'second', '40', 'TC'],
    ['TC', 'second', '00', 'AAC'],
    ['TC', 'second', '80', 'cryptogram-not-asked-for'],
    ['AAC', 'second', '00', 'AAC'],
    ['AAC', 'second', '40', 'cryptogram-not-asked-for'],
  ])('asked for %s as the %s: %s', async (asks, which, cid, expected) => {
    const came = await answered(format1(cid), { asks, which });
    expect(Array.isArray(came) ? came[0] : came).toBe(expected);
  });
});

describe('an answer that ends the transaction', () => {
  it.each<[string, string, string]>([
    ['a status word', '6985', 'generate-ac-refused'],
    ['format 1 with a byte too few', format1('80', `0007${AC.slice(2)}`), 'generate-ac-malformed'],
    ['format 1 with a byte too many', format1('80', `0007${AC}${'00'.repeat(33)}`), 'generate-ac-malformed'],
    ['format 2 without cryptogram information', format2(ATC, CRYPTOGRAM), 'generate-ac-malformed'],
    ['format 2 without counter', format2(CID, CRYPTOGRAM), 'generate-ac-malformed'],
    ['format 2 without cryptogram', format2(CID, ATC), 'generate-ac-malformed'],
    ['format 2 with an object twice', format2(CID, ATC, CRYPTOGRAM, ATC), 'generate-ac-malformed'],
    ['a cryptogram of another length', format2(CID, ATC, object('9F26', 'AABB')), 'generate-ac-malformed'],
    ['a counter of another length', format2(CID, object('9F36', '07'), CRYPTOGRAM), 'generate-ac-malformed'],
    ['information of two bytes', format2(object('9F27', '8000'), ATC, CRYPTOGRAM), 'generate-ac-malformed'],
    ['too much issuer data', format2(CID, ATC, CRYPTOGRAM, object('9F10', '00'.repeat(33))), 'generate-ac-malformed'],
    ['another template', `${object('70', CID + ATC + CRYPTOGRAM)}9000`, 'generate-ac-malformed'],
    ['two templates', `${object('80', `800007${AC}`)}${object('80', `800007${AC}`)}9000`, 'generate-ac-malformed'],
    ['nothing', '9000', 'generate-ac-malformed'],
    ['a template cut short', '770A9F27019000', 'generate-ac-malformed'],
  ])('%s', async (_, answer, rule) => expect(await answered(answer)).toBe(rule));

  it('a list cut short: nothing is sent', async () => {
    const { session, left } = await sessionOver([]);
    session.card.set(0x8c, fromHex('9F37'));
    const came = await session.during('first-generate-ac', () => generateAc(session, FIRST)).catch((error) => error);
    expect([came instanceof Termination && came.decision.rule.id, left()]).toEqual(['cdol-malformed', 0]);
  });
});

it('the second answer does not take over what the first one had', async () => {
  const { session } = await sessionOver([
    { c: '80AE800000', r: format1('80', `0007${AC}0701`) },
    { c: '80AE000000', r: format2(object('9F27', '00'), ATC) },
  ]);
  session.card.set(0x8c, new Uint8Array());
  session.card.set(0x8d, new Uint8Array());
  await generateAc(session, FIRST);
  const second = generateAc(session, { which: 'second', asks: 'AAC', combined: false });
  await expect(second).rejects.toThrow(Termination);
});
