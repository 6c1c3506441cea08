import { describe, expect, it } from 'vitest';
import { type BerTlv, decodeBerTlv } from '../../../apdu/ber-tlv.ts';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { SimulatedCard } from '../../../src/simulator/card.ts';
import { SimulatedIssuer } from '../../../src/simulator/financial/issuer.ts';
import type { IssuerScript } from '../../../src/simulator/financial/issuer-scripts.ts';
import {
  type Answered,
  ask,
  bankWith,
  initiate,
  last,
  newPin,
  poweredBank,
  RIGHT_PIN,
  SELECT_BANK,
  script,
  second,
  shown,
  transaction,
  WRONG_PIN,
} from './bank.ts';
import { field55 } from './field55.ts';
import { laboratoryBank } from './laboratory.ts';

const PUT_LIMIT = ['04DA9F58', '05'] as const;
/** What `transaction` sends, as the cryptogram has it, with AIP and ATC. */
const input = (atc: string) => `00000001000000000000000001560000000000015626031500112233447C00${atc}`;

/** The laboratory's issuer answers the first request of a card: what it sends, object by object. */
function issuerAnswer(
  { cryptogram, issuerData }: Answered,
  atc: string,
  order: Parameters<SimulatedIssuer['order']>[0],
) {
  const { ac = '', mac = '', enc = '' } = laboratoryBank().keys['3DES'] ?? {};
  const issuer = new SimulatedIssuer({
    cardKeys: { '3DES': { ac: fromHex(ac), mac: fromHex(mac), enc: fromHex(enc) } },
  });
  issuer.order(order);
  const answer = issuer.authorise(field55(input(atc), cryptogram, issuerData), {
    pan: '6228000100001117',
    sequence: '01',
  });
  if (answer.kind !== 'answered') throw new Error('the host was not reached');
  expect(issuer.requests.at(-1)?.finding).toBe('right');
  return decodeBerTlv(answer.data);
}

/** Commands 86 of the scripts of one kind. */
function commands(objects: readonly BerTlv[], tag: 0x71 | 0x72): string[] {
  const scripts = objects.filter((object) => object.tag === tag);
  return scripts.flatMap(({ children = [] }) =>
    children.filter((child) => child.tag === 0x86).map(({ value }) => toHex(value)),
  );
}

/** One transaction that the issuer approves, with its scripts. @returns the answers to their commands */
function approved(
  card: SimulatedCard,
  atc: string,
  order: { before?: IssuerScript[]; after?: IssuerScript[] },
): string[] {
  const request = transaction(card, '80');
  const objects = issuerAnswer(request, atc, order);
  const authentication = objects.find(({ tag }) => tag === 0x91)?.value ?? new Uint8Array();
  const answers = ask(card, `008200000A${toHex(authentication)}`, ...commands(objects, 0x71));
  expect(ask(card, second('40'))[0]?.slice(4, 6)).toBe('40');
  return [...answers, ...ask(card, ...commands(objects, 0x72))];
}

describe('the card and the host of its issuer understand each other', () => {
  it('cryptogram, response, limits, record and PIN', async () => {
    const card = await poweredBank();
    const record = fromHex('70089F14010A9F230114');
    const before: IssuerScript = {
      commands: [
        { command: 'put-data', tag: 0x9f58, value: Uint8Array.of(5) },
        { command: 'update-record', sfi: 4, record: 1, data: record },
      ],
    };
    const after: IssuerScript = { commands: [{ command: 'pin-change', pin: '735190' }] };
    expect(approved(card, '0001', { before: [before], after: [after] })).toEqual(['9000', '9000', '9000', '9000']);
    expect(ask(card, '80CA9F5800', '00B2012400')).toEqual(['9F5801059000', `${toHex(record)}9000`]);
    const again: IssuerScript = { commands: [{ command: 'pin-change', pin: '482615', oldPin: '735190' }] };
    expect(approved(card, '0002', { after: [again] })).toEqual(['9000', '9000']);
    expect(ask(card, SELECT_BANK, initiate(), '002000800826482615FFFFFFFF').at(-1)).toBe('9000');
  });

  it('a wrong answer of the issuer is refused, and so is a bent MAC', async () => {
    const card = await poweredBank();
    const request = transaction(card, '80');
    const bent: IssuerScript = { commands: [{ command: 'pin-unblock', bent: true }] };
    const objects = issuerAnswer(request, '0001', { authentication: 'wrong', before: [bent] });
    const response = toHex(objects.find(({ tag }) => tag === 0x91)?.value ?? new Uint8Array());
    expect(ask(card, `008200000A${response}`, ...commands(objects, 0x71))).toEqual(['6300', '6988']);
  });
});

describe('the MAC of a script (7.5)', () => {
  it.each<[string, (cryptogram: string) => string]>([
    ['another transaction', (cryptogram) => script(...PUT_LIMIT, 2, cryptogram)],
    ['another cryptogram', () => script(...PUT_LIMIT, 1, '0011223344556677')],
    ['another value', (cryptogram) => script(...PUT_LIMIT, 1, cryptogram).replace(/^(.{10})05/, '$106')],
    ['another object', (cryptogram) => script(...PUT_LIMIT, 1, cryptogram).replace('9F58', '9F59')],
  ])('covers %s', async (_, command) => {
    const card = await poweredBank();
    const { cryptogram } = transaction(card, '80');
    expect(ask(card, command(cryptogram), '80CA9F5800')).toEqual(['6988', '9F5801039000']);
  });

  it('a command without one is none', async () => {
    const card = await poweredBank();
    transaction(card, '80');
    expect(ask(card, '84240000', '841E000003112233', '04DA9F580411223344')).toEqual(['6700', '6700', '6700']);
  });

  it('is no more than the transaction: after another SELECT nothing is proven', async () => {
    const card = await poweredBank();
    const { cryptogram } = transaction(card, '80');
    expect(ask(card, SELECT_BANK, script('84240000', '', 1, cryptogram)).at(-1)).toBe('6985');
  });
});

describe('what scripts leave in the CVR (3.5)', () => {
  it('counts those after the last cryptogram only, and to fifteen', async () => {
    const card = await poweredBank();
    const { cryptogram } = transaction(card, '80');
    const command = script(...PUT_LIMIT, 1, cryptogram);
    ask(card, command, second('40'), ...Array.from({ length: 17 }, () => command));
    expect(shown(transaction(card, '80'))).toBe('80 03A004F0');
  });

  it('counts none where the last cryptogram never came', async () => {
    const card = await poweredBank();
    const { cryptogram } = transaction(card, '80');
    ask(card, script(...PUT_LIMIT, 1, cryptogram));
    expect(shown(transaction(card, '80'))).toBe('80 03A08000');
  });

  it('one before the last cryptogram that failed is told', async () => {
    const card = await poweredBank();
    const { cryptogram } = transaction(card, '80');
    ask(card, script('04DA9F36', '0000', 1, cryptogram), second('40'));
    expect(shown(transaction(card, '80'))).toBe('80 03A00408');
  });

  it('a later transaction that was online ends both', async () => {
    const card = await poweredBank();
    const { cryptogram } = transaction(card, '80');
    ask(card, second('40'), script(...PUT_LIMIT, 1, cryptogram), script('04DA9F36', '0000', 1, cryptogram));
    transaction(card, '80');
    ask(card, second('40'));
    expect(shown(transaction(card, '80'))).toBe('80 03A00400');
  });
});

describe('what scripts may write', () => {
  it.each([
    ['currency and amounts are digits', '04DA9F51', '01AB', '6A80'],
    ['formats of the logs are the card maker’s', '04DA9F4F', '00'.repeat(25), '6985'],
    ['the PIN counter has its own command', '04DA9F17', '03', '6985'],
    ['a card without e-cash has no balance', '04DA9F79', '000000000100', '6A88'],
    ['a record by number, not the current one', '04DC0020', '7000', '6A86'],
  ])('%s', async (_, head, data, expected) => {
    const card = await poweredBank(({ state: { balance: _none, ...state }, ...bank }) => ({ ...bank, state }));
    const { cryptogram } = transaction(card, '80');
    expect(last(card, script(head, data, 1, cryptogram))).toBe(expected);
  });

  it('a default action of the issuer holds from then on', async () => {
    const card = await poweredBank(bankWith({ '9F52': '0000' }));
    const { cryptogram } = transaction(card, '80');
    ask(card, script('04DA9F52', '1000', 1, cryptogram));
    expect(transaction(card, '00').information).toBe('08');
  });

  it('unblocking what is not blocked is refused', async () => {
    const card = await poweredBank();
    const { cryptogram } = transaction(card, '80');
    expect(last(card, script('84180000', '', 1, cryptogram))).toBe('6985');
  });
});

describe('the PIN', () => {
  it('with a digit more is another one', async () => {
    const card = await poweredBank();
    expect(ask(card, SELECT_BANK, initiate(), '00200080082512340FFFFFFFFF', RIGHT_PIN).slice(-2)).toEqual([
      '63C2',
      '9000',
    ]);
  });

  it('is changed with all its tries', async () => {
    const card = await poweredBank();
    const { cryptogram } = transaction(card, '80', {}, WRONG_PIN);
    expect(last(card, script('84240002', newPin('06735190FFFFFFFF'), 1, cryptogram))).toBe('9000');
    expect(card.image().financial?.pin).toEqual({ digits: '735190', tries: 3, triesLeft: 3 });
  });

  it.each([
    ['three digits', '03123FFFFFFFFFFF'],
    ['thirteen digits', '0D12345678901234'],
    ['a letter', '04123AFFFFFFFFFF'],
  ])('is not changed to %s', async (_, block) => {
    const card = await poweredBank();
    const { cryptogram } = transaction(card, '80');
    expect(last(card, script('84240002', newPin(block), 1, cryptogram))).toBe('6A80');
    expect(card.image().financial?.pin.digits).toBe('1234');
  });
});
