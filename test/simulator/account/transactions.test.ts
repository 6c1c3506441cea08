import { describe, expect, it } from 'vitest';
import { SscardError } from '../../../apdu/errors.ts';
import { Pin } from '../../../src/crypto/pin.ts';
import { hsmProvider } from '../../../src/keys/hsm.ts';
import type { KeyProvider } from '../../../src/keys/provider.ts';
import type { CardFile } from '../../../src/simulator/card-file-check.ts';
import { inventFile } from '../../../src/simulator/invent.ts';
import { cardFile, type KeysOf, pinOf, pins } from '../matrix/rig.ts';
import { AT, Counter, MONEY } from './counter.ts';
import { type Change, directService } from './direct-service.ts';
import { scriptedKeys } from './scripted.ts';

const GENERATIONS = ['1.0', '2.0', '3.0'] as const;

/** The service answers one operation with something else. */
const changed =
  (operation: string, members: Readonly<Record<string, unknown>>): Change =>
  (asked, answer) =>
    asked === operation ? { ...answer, ...members } : answer;

/** The answer of one operation is lost. */
const lost =
  (operation: string): Change =>
  (asked, answer) => {
    if (asked !== operation) return answer;
    throw new SscardError('key-service-lost', 'cut on order', { step: `hsm-${operation}`, outcome: 'unknown' });
  };

const psamOnly: KeysOf = (psam) => psam;

/** The service alone, as if the site had told it the terminal's number. */
const serviceOnly =
  (change?: Change) =>
  (_: KeyProvider, { masters, psam: { terminalNumber } }: CardFile): KeyProvider =>
    hsmProvider(directService(masters, change), { terminalNumber });

/** Keys of another card. */
const strangers: KeysOf = (_, { psam: { terminalNumber } }) => {
  const masters = inventFile({ generation: '2.0', seed: 99 }).then((file) => file.masters);
  const service = masters.then((known) => directService(known));
  const adapter = {
    send: async (...step: Parameters<ReturnType<typeof directService>['send']>) => (await service).send(...step),
    [Symbol.asyncDispose]: async () => {},
  };
  return hsmProvider(adapter, { terminalNumber });
};

const CREDIT = 'B022';
const DEBIT = 'B024';

describe.each(GENERATIONS)('generation %s', (generation) => {
  const algorithm = generation === '3.0' ? 3 : 1;

  it('is loaded, and the receipt has what the books need', async () => {
    const counter = await Counter.open({ generation });
    const { psam } = await cardFile(generation);
    const { cardIdentification } = await counter.rig.card.social.readBasic();
    const { onlineSerial: serial } = counter.purse;
    const outcome = await counter.load();
    const numbers = { cardIdentification, serial, keyVersion: 1, algorithm, terminal: psam.terminalNumber };
    const amounts = { amount: 5_000, selfPaid: 0, pooled: 0, oldBalance: MONEY.balance };
    const rest = { terminalSerial: null, at: '2026-03-01T10:15:00', tac: counter.purse.proof?.tac };
    const receipt = { type: 'load', ...numbers, ...amounts, ...rest };
    expect(outcome).toEqual({ unproven: true, kind: 'done', balance: 15_000, tac: 'right', receipt });
    expect(counter.balance).toBe(15_000);
  });

  it('pays, counts the other shares in the totals of the year, and has its proof checked', async () => {
    const counter = await Counter.open({ generation });
    const { psam } = await cardFile(generation);
    const { cardIdentification } = await counter.rig.card.social.readBasic();
    const { offlineSerial: serial } = counter.purse;
    const outcome = await counter.pay(1_000, { selfPaid: 500, pooled: 2_000 });
    const numbers = { cardIdentification, serial, keyVersion: 1, algorithm, terminal: psam.terminalNumber };
    const amounts = { amount: 1_000, selfPaid: 500, pooled: 2_000, oldBalance: MONEY.balance };
    const rest = { terminalSerial: '00000001', at: '2026-03-03T09:30:00', tac: counter.purse.proof?.tac };
    const receipt = { type: 'purchase', ...numbers, ...amounts, ...rest };
    expect(outcome).toEqual({ unproven: true, kind: 'done', balance: 9_000, tac: 'right', receipt });
    expect(await counter.account.show()).toMatchObject({ balance: 9_000, selfPaid: 3_500, pooled: 22_000 });
  });

  it('proves a transaction by its serial, and no other', async () => {
    const counter = await Counter.open({ generation });
    const outcome = await counter.pay();
    if (outcome.kind !== 'done') throw new Error(outcome.kind);
    const { serial, tac } = outcome.receipt;
    expect(await counter.account.prove('purchase', serial)).toMatchObject({ unproven: true, kind: 'proof', tac });
    expect(await counter.account.prove('purchase', serial + 1)).toMatchObject({ kind: 'no-proof' });
    expect(await counter.account.prove('load', serial)).toMatchObject({ kind: 'no-proof' });
  });
});

describe('a purchase with the PSAM alone', () => {
  it('is done with a proof that nobody here can check', async () => {
    const counter = await Counter.open({ keys: psamOnly });
    expect(await counter.pay()).toMatchObject({ kind: 'done', tac: 'unchecked', balance: 9_000 });
  });

  it('spends a terminal serial of the PSAM each time', async () => {
    const counter = await Counter.open({ keys: psamOnly });
    await counter.pay();
    expect(await counter.pay()).toMatchObject({ receipt: { terminalSerial: '00000002' } });
  });
});

it('a purchase by the service has the serial of the card for that of the terminal', async () => {
  const counter = await Counter.open({ keys: serviceOnly() });
  const { offlineSerial } = counter.purse;
  const terminalSerial = offlineSerial.toString(16).padStart(8, '0').toUpperCase();
  expect(await counter.pay()).toMatchObject({ kind: 'done', tac: 'right', receipt: { terminalSerial } });
});

describe('a MAC that is wrong', () => {
  it('of the card in a load: the card is not trusted, and nothing is credited', async () => {
    const counter = await Counter.open({ keys: strangers });
    expect(await counter.load()).toEqual({ unproven: true, kind: 'card-not-trusted' });
    expect({ balance: counter.balance, credits: counter.sent(CREDIT) }).toEqual({ balance: 10_000, credits: 0 });
  });

  it('of the host in a load: the card refuses', async () => {
    const counter = await Counter.open({ change: changed('authorise-load', { mac2: '00000000' }) });
    const why = { reason: 'mac-refused', sw: 0x9302, step: 'credit-load' };
    expect(await counter.load()).toEqual({ unproven: true, kind: 'not-done', why });
    expect(counter.balance).toBe(10_000);
  });

  it('of the terminal in a purchase: the card refuses', async () => {
    const counter = await Counter.open({ keys: strangers });
    const why = { reason: 'mac-refused', sw: 0x9302, step: 'debit-purchase' };
    expect(await counter.pay()).toEqual({ unproven: true, kind: 'not-done', why });
    expect(counter.balance).toBe(10_000);
  });

  it('of the card in a purchase: nobody says that it is paid, and the receipt is kept', async () => {
    const change = changed('confirm-purchase', { result: 'wrong' });
    const counter = await Counter.open({ keys: serviceOnly(change) });
    const outcome = await counter.pay();
    expect(outcome).toMatchObject({ kind: 'unknown', why: 'mac2-wrong', receipt: { amount: 1_000 } });
    expect(outcome).toMatchObject({ receipt: { tac: counter.purse.proof?.tac } });
  });

  it.each(['load', 'pay'] as const)('as proof of a %s: unknown, with the balance that was read', async (act) => {
    const counter = await Counter.open({ change: changed('check-tac', { result: 'wrong' }) });
    const outcome = await counter[act]();
    expect(outcome).toMatchObject({ kind: 'unknown', why: 'tac-wrong', balance: counter.balance });
  });
});

describe('a key service that is gone', () => {
  it('before the card was asked to move anything: not done', async () => {
    const counter = await Counter.open({ change: lost('authorise-load') });
    await expect(counter.load()).rejects.toMatchObject({ code: 'key-service-lost', details: { outcome: 'not-done' } });
    expect({ balance: counter.balance, credits: counter.sent(CREDIT) }).toEqual({ balance: 10_000, credits: 0 });
  });

  it('when MAC2 of the card is to be checked: unknown, and the receipt is kept', async () => {
    const counter = await Counter.open({ keys: serviceOnly(lost('confirm-purchase')) });
    const outcome = await counter.pay();
    const receipt = { tac: counter.purse.proof?.tac };
    expect(outcome).toMatchObject({ kind: 'unknown', why: 'not-confirmed', code: 'key-service-lost', receipt });
  });

  it('that says then that it never offered it: unknown, too', async () => {
    const keys: KeysOf = (psam, file) => {
      const real = serviceOnly()(psam, file);
      return scriptedKeys({
        terminal: () => real.terminal(),
        authorisePurchase: (request) => real.authorisePurchase(request),
      });
    };
    const counter = await Counter.open({ keys });
    expect(await counter.pay()).toMatchObject({ kind: 'unknown', why: 'not-confirmed', code: 'not-offered' });
  });

  it.each(['load', 'pay'] as const)('when the proof of a %s is to be checked: done, unchecked', async (act) => {
    const counter = await Counter.open({ change: lost('check-tac') });
    expect(await counter[act]()).toMatchObject({ kind: 'done', tac: 'unchecked' });
  });
});

describe('nothing is done', () => {
  const untouched = (counter: Counter) => {
    expect(counter.balance).toBe(10_000);
    expect(counter.sent(CREDIT) + counter.sent(DEBIT)).toBe(0);
  };

  it('with the PIN that cards are issued with: it may read, not transact', async () => {
    const counter = await Counter.open();
    const outcome = await counter.account.load({ pin: pinOf(pins.initial), amount: 1 });
    expect(outcome).toEqual({ unproven: true, kind: 'not-done', why: { reason: 'pin-not-sent', why: 'initial' } });
    expect(counter.sent('0020')).toBe(0);
  });

  it('with a wrong PIN, and the tries are those the card stated', async () => {
    const counter = await Counter.open();
    const outcome = await counter.account.purchase({ pin: pinOf(pins.third), amount: 1, at: AT });
    expect(outcome).toMatchObject({ kind: 'not-done', why: { reason: 'pin-wrong', triesLeft: 5 } });
    untouched(counter);
  });

  it('without a provider', async () => {
    const counter = await Counter.open({ keys: () => undefined });
    const why = (key: string) => ({ kind: 'not-done', why: { reason: 'no-key', key, because: 'no-provider' } });
    expect(await counter.load()).toMatchObject(why('DLK'));
    expect(await counter.pay()).toMatchObject(why('DPK'));
    untouched(counter);
  });

  it('where no provider serves the key', async () => {
    const loaded = await Counter.open({ keys: psamOnly });
    const why = (key: string) => ({ kind: 'not-done', why: { reason: 'no-key', key, because: 'not-offered' } });
    expect(await loaded.load()).toMatchObject(why('DLK'));
    untouched(loaded);
    const paid = await Counter.open({ keys: () => scriptedKeys({}) });
    expect(await paid.pay()).toMatchObject(why('DPK'));
    untouched(paid);
  });

  it('where nobody says what the terminal is called', async () => {
    const counter = await Counter.open({ keys: (_, { masters }) => hsmProvider(directService(masters)) });
    expect(await counter.load()).toMatchObject({ kind: 'not-done', why: { reason: 'no-terminal-number' } });
    expect(counter.sent('0020')).toBe(0);
  });

  it('unless the caller says it', async () => {
    const counter = await Counter.open({ keys: (_, { masters }) => hsmProvider(directService(masters)) });
    const outcome = await counter.account.load({ pin: pinOf(pins.other), amount: 1, terminal: '320499000009' });
    expect(outcome).toMatchObject({ kind: 'done', receipt: { terminal: '320499000009' } });
  });

  it('with more than there is', async () => {
    const counter = await Counter.open();
    const why = { reason: 'not-enough-money', sw: 0x9401, step: 'initialise-purchase' };
    expect(await counter.pay(10_001)).toEqual({ unproven: true, kind: 'not-done', why });
    untouched(counter);
    expect(await counter.pay(10_000)).toMatchObject({ kind: 'done', balance: 0 });
  });

  it('with a key index that the card does not have', async () => {
    const counter = await Counter.open({ site: { purse: { keyIndex: 2 } } });
    const reason = 'key-index';
    expect(await counter.load()).toMatchObject({ why: { reason, step: 'initialise-load' } });
    expect(await counter.pay()).toMatchObject({ why: { reason, step: 'initialise-purchase' } });
    untouched(counter);
  });

  it('where a load does not fit into the account', async () => {
    const counter = await Counter.open();
    const details = { step: 'initialise-load', sw: 0x6985, outcome: 'not-done' };
    await expect(counter.load(0xffff_ffff)).rejects.toMatchObject({ code: 'card-refused', details });
    untouched(counter);
  });

  it('where the site has not switched it on', async () => {
    const counter = await Counter.open({ site: { switches: { accountTransactions: false } } });
    const off = (step: string) => ({ code: 'act-switched-off', details: { step, place: 'DF04', outcome: 'not-done' } });
    await expect(counter.load()).rejects.toMatchObject(off('credit-load'));
    await expect(counter.pay()).rejects.toMatchObject(off('debit-purchase'));
    await expect(counter.account.prove('load', 1)).rejects.toMatchObject({ code: 'act-switched-off' });
    expect(counter.sent('0020') + counter.sent('B0') + counter.sent('805A')).toBe(0);
  });

  it('on a card without the directory', async () => {
    const counter = await Counter.open();
    const image = counter.rig.image();
    const directories = image.directories.filter(({ name }) => name !== 'DF04');
    const bare = await Counter.open({ image: { ...image, directories } });
    const why = { kind: 'not-done', why: { reason: 'no-directory' } };
    expect(await bare.load()).toMatchObject(why);
    expect(await bare.account.prove('load', 1)).toMatchObject(why);
    expect(await bare.account.show()).toMatchObject({
      balance: null,
      withheld: ['balance', 'selfPaid', 'pooled'].map((field) => ({ field, reason: 'no-directory' })),
    });
  });

  it('on a card that does not say enough for a key to be found', async () => {
    const counter = await Counter.open();
    const image = counter.rig.image();
    // A 卡识别码 with another RID: no city, no key (8).
    const text = JSON.stringify(image).replace(/D156000005(?=[0-9A-F]{16}")/, 'D156000006');
    const strange = await Counter.open({ image: JSON.parse(text) });
    expect(await strange.load()).toMatchObject({ kind: 'not-done', why: { reason: 'card-unidentified' } });
  });
});

describe('a request that makes no sense', () => {
  it.each([0, -1, 0.5, Number.NaN, 2 ** 32])('amount %d is refused before the card is asked', async (amount) => {
    const counter = await Counter.open();
    await expect(counter.load(amount)).rejects.toThrow(RangeError);
    await expect(counter.pay(amount)).rejects.toThrow(RangeError);
    expect(counter.rig.sent).toEqual([]);
  });

  it.each([-1, 1.5, 2 ** 32])('share %d is refused, too', async (share) => {
    const counter = await Counter.open();
    await expect(counter.pay(1, { selfPaid: share })).rejects.toThrow(RangeError);
    await expect(counter.pay(1, { pooled: share })).rejects.toThrow(RangeError);
  });

  it.each(['', '1', '32049900000X', '3204990000011'])('terminal %j is refused', async (terminal) => {
    const counter = await Counter.open();
    const request = { pin: pinOf(pins.other), amount: 1, terminal };
    await expect(counter.account.load(request)).rejects.toThrow(RangeError);
  });

  it.each([-1, 0x1_0000, 1.5])('serial %d is refused', async (serial) => {
    const counter = await Counter.open();
    await expect(counter.account.prove('load', serial)).rejects.toThrow(RangeError);
  });
});

describe('the PIN', () => {
  const wiped = async (act: (counter: Counter, pin: Pin) => Promise<unknown>) => {
    const counter = await Counter.open();
    const digits = new TextEncoder().encode(pins.other);
    await act(counter, Pin.fromDigits(digits)).catch(() => {});
    expect(digits).toEqual(new Uint8Array(digits.length));
  };

  it('is wiped after a transaction', async () => {
    await wiped(({ account }, pin) => account.load({ pin, amount: 1 }));
    await wiped(({ account }, pin) => account.purchase({ pin, amount: 1, at: AT }));
  });

  it('is wiped when it was not needed, and when the request made no sense', async () => {
    await wiped(({ account }, pin) => account.show({ pin }));
    await wiped(({ account }, pin) => account.load({ pin, amount: 0 }));
    await wiped(({ account }, pin) => account.purchase({ pin, amount: -1 }));
  });

  it('leaves no right behind', async () => {
    const counter = await Counter.open();
    const before = counter.rig.resets;
    await counter.pay();
    expect(counter.rig.resets).toBe(before + 1);
  });
});
