import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import type { KeyProvider } from '../../../src/keys/provider.ts';
import type { LogRecord } from '../../../src/social/account/log.ts';
import type { SocialApplication } from '../../../src/social/application.ts';
import { fetched, goldenScript, pinOf, scriptedCard, scriptedKeys, TERMINAL } from './scripted.ts';

/** The flows of the account and of the certificate send the golden exchanges, and read their answers. */

const CARD = {
  rule: '3DES',
  city: '320400',
  factor: fromHex('8660320499000007'),
  resetInformation: '00875431008660320499000007',
  cardIdentification: '320400D156000005990000075A3C7E07',
};
const key = (name: string) => ({ directory: 'DF04', name });
const TRANSACTION = {
  card: CARD,
  random: fromHex('01020304'),
  keyVersion: 1,
  algorithm: 1,
  terminal: fromHex(TERMINAL),
};

/** Asserts what a provider is asked, and answers. */
function asked<T>(expected: object, value: T) {
  return async (request: object) => {
    expect(request).toMatchObject(expected);
    return { kind: 'done', value } as const;
  };
}

interface Golden {
  readonly keys?: Partial<KeyProvider>;
  readonly act: (social: SocialApplication) => Promise<unknown>;
  readonly outcome: unknown;
}

const RECEIPT = {
  cardIdentification: CARD.cardIdentification,
  keyVersion: 1,
  algorithm: 1,
  selfPaid: 0,
  pooled: 0,
  oldBalance: 10000,
  terminal: TERMINAL,
};

const LOAD: Golden = {
  keys: {
    authoriseLoad: asked(
      {
        ...TRANSACTION,
        key: key('DLK'),
        serial: fromHex('0005'),
        amount: 5000,
        type: 0x30,
        oldBalance: 10000,
        mac1: fromHex('278A57F4'),
      },
      { date: fromHex('20260301'), time: fromHex('101500'), mac2: fromHex('9F184073') },
    ),
    checkTac: asked(
      {
        card: CARD,
        key: key('DTK'),
        data: fromHex('00003A980005000013883032040000000120260301101500'),
        tac: fromHex('49A60243'),
      },
      true,
    ),
  },
  act: ({ account }) => account.load({ pin: pinOf(), lastTry: true, amount: 5000 }),
  outcome: {
    unproven: true,
    kind: 'done',
    balance: 15000,
    tac: 'right',
    receipt: {
      ...RECEIPT,
      type: 'load',
      serial: 5,
      amount: 5000,
      terminalSerial: null,
      at: '2026-03-01T10:15:00',
      tac: '49A60243',
    },
  },
};

const PURCHASE: Golden = {
  keys: {
    authorisePurchase: asked(
      {
        ...TRANSACTION,
        key: key('DPK'),
        serial: fromHex('0007'),
        amount: 1000,
        selfPaid: 0,
        pooled: 0,
        type: 0x31,
        date: fromHex('20260302'),
        time: fromHex('093000'),
      },
      { terminalSerial: fromHex('0000012C'), mac1: fromHex('6DBF9BE7') },
    ),
    confirmPurchase: async (mac2) => {
      expect(mac2).toEqual(fromHex('F293A369'));
      return { kind: 'done', value: true };
    },
    checkTac: asked(
      {
        card: CARD,
        key: key('DTK'),
        data: fromHex('000003E8313204000000010000012C20260302093000'),
        tac: fromHex('263328BF'),
      },
      true,
    ),
  },
  act: ({ account }) =>
    account.purchase({ pin: pinOf(), lastTry: true, amount: 1000, at: new Date(2026, 2, 2, 9, 30, 0) }),
  outcome: {
    unproven: true,
    kind: 'done',
    balance: 9000,
    tac: 'right',
    receipt: {
      ...RECEIPT,
      type: 'purchase',
      serial: 7,
      amount: 1000,
      terminalSerial: '0000012C',
      at: '2026-03-02T09:30:00',
      tac: '263328BF',
    },
  },
};

/** As a PSAM serves it: nobody checks the TAC. */
const SHARED_PURCHASE: Golden = {
  keys: {
    authorisePurchase: asked(
      { amount: 200, selfPaid: 500, pooled: 2000 },
      { terminalSerial: fromHex('0000012D'), mac1: fromHex('F06335A4') },
    ),
    confirmPurchase: async (mac2) => {
      expect(mac2).toEqual(fromHex('AA5F2646'));
      return { kind: 'done', value: true };
    },
  },
  act: ({ account }) => {
    const at = new Date(2026, 2, 3, 9, 30, 0);
    return account.purchase({ pin: pinOf(), lastTry: true, amount: 200, selfPaid: 500, pooled: 2000, at });
  },
  outcome: {
    unproven: true,
    kind: 'done',
    balance: 9800,
    tac: 'unchecked',
    receipt: {
      ...RECEIPT,
      type: 'purchase',
      serial: 7,
      amount: 200,
      selfPaid: 500,
      pooled: 2000,
      terminalSerial: '0000012D',
      at: '2026-03-03T09:30:00',
      tac: '56B50832',
    },
  },
};

const BALANCES = {
  balance: 10000,
  selfPaidYear: 2026,
  selfPaid: 3000,
  pooledYear: 2026,
  pooled: 20000,
  withheld: [],
  oddities: [],
};

const CERTIFICATE_FILE =
  '0100' +
  'D5548C7825CBB56150A3506CD57464AF8A1AE0519DFAF3C58221DC810CAF28DD' +
  '921073768FE3D59CE54E79A49445CF73FED23086537027264D168946D479533E';

function valuesOf({ address, fields }: LogRecord): unknown[] {
  return [address, ...fields.map(({ value }) => (value.kind === 'value' ? value.value : value.kind))];
}

const FLOWS: Readonly<Record<string, Golden>> = {
  'flow-account-load': LOAD,
  'flow-account-purchase': PURCHASE,
  'flow-account-purchase-shared': SHARED_PURCHASE,
  'flow-account-prove': {
    act: ({ account }) => account.prove('load', 5),
    outcome: {
      unproven: true,
      kind: 'proof',
      cardIdentification: CARD.cardIdentification,
      mac2: '9F184073',
      tac: '49A60243',
    },
  },
  'flow-account-show': { act: ({ account }) => account.show(), outcome: BALANCES },
  'flow-account-show-pin': {
    act: ({ account }) => account.show({ pin: pinOf(), lastTry: true }),
    outcome: BALANCES,
  },
  'flow-account-log': {
    act: async ({ account }) => {
      const { transactions, special, withheld } = await account.log({ pin: pinOf(), lastTry: true });
      return { transactions: transactions.map(valuesOf), special: special.map(valuesOf), withheld };
    },
    outcome: {
      transactions: [
        ['DF04EF08:01', 6, '1', TERMINAL, '2026-03-03T09:30:00', 200, 500, 2000],
        ['DF04EF08:02', 4, '0', TERMINAL, '2026-03-01T10:15:00', 5000, 0, 0],
      ],
      special: [
        ['DF04EF15:01', 2, '1'],
        ['DF04EF15:02', 1, '0'],
      ],
      withheld: [],
    },
  },
  'flow-account-offline': {
    keys: {
      cryptogram: asked(
        { card: CARD, key: key('RK1DF04'), challenge: fromHex('1122334455667788'), data: fromHex('1122334455667788') },
        fromHex('7C5E9903322D1B6C'),
      ),
    },
    act: async ({ account }) => {
      const reading = await account.offline({ pin: pinOf(), lastTry: true });
      return reading.kind === 'read' ? reading.items.map(({ item, value }) => [item?.name, value]) : reading;
    },
    outcome: [
      ['offlineSettlementFlag', { kind: 'value', value: '1' }],
      ['offlineSettlementAmount', { kind: 'value', value: 12500 }],
      ['offlineSettlementCount', { kind: 'value', value: '02' }],
    ],
  },
  'flow-certificate-key': {
    act: (social) => social.certificateKey(),
    outcome: { kind: 'key', publicKey: CERTIFICATE_FILE.slice(4), raw: CERTIFICATE_FILE },
  },
  'flow-certificate-key-2.0': { act: (social) => social.certificateKey(), outcome: { kind: 'absent' } },
};

describe('the terminal sends the golden exchanges of', () => {
  it('each flow there is', () => {
    const files = readdirSync(new URL('../../../fixtures/golden/', import.meta.url));
    const names = files.filter((name) => /^flow-(account|certificate)-/.test(name));
    expect(names.map((name) => name.replace('.transcript', '')).sort()).toEqual(Object.keys(FLOWS).sort());
  });

  describe.each([
    ['command by command', goldenScript, false],
    ['over a channel that chains', (name: string) => fetched(goldenScript(name)), true],
  ] as const)('%s', (_, script, chains) => {
    it.each(Object.keys(FLOWS))('%s', async (name) => {
      const { keys = {}, act, outcome } = FLOWS[name] as Golden;
      const { social, left } = await scriptedCard({ ...script(name), chains, keys: scriptedKeys(keys) });
      expect(await act(social)).toEqual(outcome);
      expect(left).toEqual([]);
    });
  });
});
