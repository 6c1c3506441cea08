import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { Channel, Waiting } from '../../../drivers/reader.ts';
import { Pin } from '../../../src/crypto/pin.ts';
import type { CardIdentity, KeyAnswer, KeyReference } from '../../../src/keys/provider.ts';
import { psamProvider } from '../../../src/keys/psam.ts';
import { type PsamStructure, USUAL_STRUCTURE } from '../../../src/keys/psam-session.ts';
import { type ScriptedChannel, scriptedChannel } from '../../simulator/social/channels.ts';
import { CHALLENGE, keyOf, RAW } from './golden-psam.ts';

const CARD: CardIdentity = {
  rule: '3DES',
  city: '320499',
  factor: fromHex('8660320499000001'),
  resetInformation: '00875431008660320499000001',
  cardIdentification: '320499D156000005990000015A3C7E01',
};
const UK = keyOf('UKSSSE', 0x48, 0x12);
const STK = keyOf('STK', 0x48, 0x09);

/** Answers by the first two bytes of the command, in their order; the last one stays. Without: what a PSAM of DES says. */
type Answers = Readonly<Record<string, string | readonly string[]>>;

const OBEDIENT: Answers = {
  '00A4': '9000',
  '00B0': '3204990000019000',
  BFDE: '9000',
  '80FA': '01020304050607089000',
  '8070': '00000001A1A2A3A49000',
  '8072': '9000',
};

function psam(answers: Answers = {}, script: Partial<Parameters<typeof scriptedChannel>[0]> = {}): ScriptedChannel {
  const counts: Record<string, number> = {};
  return scriptedChannel({
    answer: (command) => {
      const header = toHex(command.subarray(0, 2));
      const listed = [answers[header] ?? OBEDIENT[header] ?? '6D00'].flat();
      const count = counts[header] ?? 0;
      counts[header] = count + 1;
      return fromHex(listed[Math.min(count, listed.length - 1)] ?? '');
    },
    ...script,
  });
}

function providerOf(channel: Channel, changed: Partial<PsamStructure> = {}) {
  return psamProvider(async () => channel, { ...USUAL_STRUCTURE, ...changed });
}

const ask = (card = CARD, key: KeyReference = UK) => ({ card, key, challenge: CHALLENGE, data: RAW });
const macOf = (card = CARD, key: KeyReference = STK) => ({
  card,
  key,
  mac: 'session' as const,
  challenge: CHALLENGE,
  header: fromHex('8424000004'),
});
const newPin = () => Pin.fromDigits(new TextEncoder().encode('735190'));
const sm4 = (rule: 'SM4' | 'SM4-zero'): CardIdentity => ({ ...CARD, rule });
const unavailable = (reason: string) => ({ kind: 'unavailable', reason });
const done = (hex: string): KeyAnswer<Uint8Array> => ({ kind: 'done', value: fromHex(hex) });

function isWiped(pin: Pin): boolean {
  try {
    pin.judge(() => 0);
    return false;
  } catch {
    return true;
  }
}

describe('what the provider tells before the PSAM is asked', () => {
  const cases: readonly (readonly [string, Parameters<typeof ask>, string])[] = [
    ['a key that is in no PSAM', [CARD, { ...UK, psam: null }], 'no-key'],
    ['a usage byte without levels', [CARD, keyOf('K', 0x08, 1)], 'key-level'],
    ['a usage byte with four levels', [CARD, keyOf('K', 0x88, 1)], 'key-level'],
  ];

  it.each(cases)('%s', async (_, [card, key], reason) => {
    const channel = psam();
    expect(await providerOf(channel).cryptogram(ask(card, key))).toEqual(unavailable(reason));
    expect(channel.sent).toEqual([]);
  });

  it('a MAC in the manner of PBOC is not offered, and leaves the PIN to others', async () => {
    const channel = psam();
    const provider = providerOf(channel);
    const pboc = { ...macOf(), mac: 'pboc' as const, challenge: fromHex('11223344') };
    const pin = newPin();
    expect(await provider.commandMac(pboc)).toEqual(unavailable('not-offered'));
    expect(await provider.protectPin({ ...pboc, pin })).toEqual(unavailable('not-offered'));
    expect([channel.sent, isWiped(pin)]).toEqual([[], false]);
  });

  it('load and proof are not offered', async () => {
    const channel = psam();
    const provider = providerOf(channel);
    expect(await provider.authoriseLoad({} as never)).toEqual(unavailable('not-offered'));
    expect(await provider.checkTac({} as never)).toEqual(unavailable('not-offered'));
    expect(channel.sent).toEqual([]);
  });
});

describe('the key directory', () => {
  it('is selected by AID where the FID is unknown', async () => {
    const channel = psam({ '00A4': ['6A82', '9000'] });
    await providerOf(channel).cryptogram(ask());
    expect(channel.sent.slice(0, 2)).toEqual(['00A4000002DF01', '00A4040006D15600000590']);
  });

  it('may answer 61xx', async () => {
    const channel = psam({ '00A4': '6115' });
    expect(await providerOf(channel).cryptogram(ask())).toEqual(done('0102030405060708'));
  });

  it('is not there: some card, but no PSAM', async () => {
    expect(await providerOf(psam({ '00A4': '6A82' })).cryptogram(ask())).toEqual(unavailable('no-psam'));
  });

  it.each(['6283', '6985', '9303'])('refused with %s is an error, and is not asked for otherwise', async (sw) => {
    const channel = psam({ '00A4': sw });
    await expect(providerOf(channel).cryptogram(ask())).rejects.toMatchObject({
      code: 'psam-refused',
      details: { step: 'psam-select', place: 'SSSE UKSSSE', sw: Number.parseInt(sw, 16), outcome: 'not-done' },
    });
    expect(channel.sent.length).toBe(1);
  });

  it('is selected again after an error, which resets the PSAM', async () => {
    const channel = psam({ '80FA': ['6985', '01020304050607089000'] });
    const provider = providerOf(channel);
    await expect(provider.cryptogram(ask())).rejects.toMatchObject({ code: 'psam-refused' });
    await provider.cryptogram(ask());
    expect(channel.sent.filter((hex) => hex.startsWith('00A4')).length).toBe(2);
    expect(channel.endings).toEqual(['reset', 'leave']);
  });
});

describe('derivation', () => {
  const reasons: readonly (readonly [string, string])[] = [
    ['6A88', 'no-key'],
    ['9403', 'no-key'],
    ['6700', 'key-level'],
    ['6A80', 'key-level'],
  ];

  it.each(reasons)('answered %s: %s, and nothing is tried beside it', async (sw, reason) => {
    const channel = psam({ BFDE: sw });
    expect(await providerOf(channel).cryptogram(ask())).toEqual(unavailable(reason));
    expect(channel.sent.length).toBe(2);
  });

  it('known in neither form is not offered', async () => {
    expect(await providerOf(psam({ BFDE: '6E00', '801A': '6D00' })).cryptogram(ask())).toEqual(
      unavailable('not-offered'),
    );
  });

  it.each(['vendor', 'standard'] as const)('in the form %s only, when the description says so', async (derive) => {
    const channel = psam({ BFDE: '6D00', '801A': '6D00' });
    await providerOf(channel, { derive }).cryptogram(ask());
    expect(channel.sent.slice(1).map((hex) => hex.slice(0, 4))).toEqual([derive === 'vendor' ? 'BFDE' : '801A']);
  });

  it.each(['6300', '6985', '6F00', '6108', '6C08'])('answered %s is an error', async (sw) => {
    await expect(providerOf(psam({ BFDE: sw })).cryptogram(ask())).rejects.toMatchObject({
      code: 'psam-refused',
      details: { step: 'psam-derive', sw: Number.parseInt(sw, 16) },
    });
  });
});

describe('the cipher of a PSAM', () => {
  it.each(['6700', '6A80'])('is another one when it has no use for such a block: %s', async (sw) => {
    expect(await providerOf(psam({ '80FA': sw })).cryptogram(ask())).toEqual(unavailable('algorithm'));
  });

  it('is DES when equal halves stay equal, so that no card gets a wrong cryptogram of SM4', async () => {
    const channel = psam({ '80FA': '010203040506070801020304050607089000' });
    expect(await providerOf(channel).cryptogram(ask(sm4('SM4')))).toEqual(unavailable('algorithm'));
  });

  it('is SM4 when they do not', async () => {
    const channel = psam({ '80FA': '0102030405060708F1020304050607089000' });
    expect(await providerOf(channel).cryptogram(ask(sm4('SM4')))).toEqual(done('0102030405060708'));
    expect(channel.sent.at(-1)).toBe(`80FA000010${toHex(RAW)}${toHex(RAW)}10`);
  });

  it('is found out once, with zeros, where the block of the card cannot tell it', async () => {
    const channel = psam({ '80FA': '0102030405060708F1020304050607089000' });
    const provider = providerOf(channel);
    await provider.cryptogram(ask(sm4('SM4-zero')));
    await provider.cryptogram(ask(sm4('SM4-zero')));
    const block = `80FA000010${toHex(RAW)}${'00'.repeat(8)}10`;
    const blocks = channel.sent.filter((hex) => hex.startsWith('80FA'));
    expect(blocks).toEqual([`80FA000010${'00'.repeat(16)}10`, block, block]);
  });

  it('is found out before a MAC of SM4', async () => {
    const channel = psam({ '80FA': '010203040506070801020304050607089000' });
    expect(await providerOf(channel).commandMac(macOf(sm4('SM4')))).toEqual(unavailable('algorithm'));
    expect(channel.sent.at(-1)).toBe(`80FA000010${'00'.repeat(16)}10`);
  });
});

describe('a new PIN', () => {
  it.each([
    ['no-key', { BFDE: '6A88' }],
    ['algorithm', { '80FA': '6700' }],
  ] as const)('is left to the next provider: %s', async (reason, answers) => {
    const pin = newPin();
    expect(await providerOf(psam(answers)).protectPin({ ...macOf(), pin })).toEqual(unavailable(reason));
    expect(isWiped(pin)).toBe(false);
  });

  it('is wiped when the PSAM fails before it is used', async () => {
    const pin = newPin();
    await expect(providerOf(psam({ BFDE: '6F00' })).protectPin({ ...macOf(), pin })).rejects.toThrow(SscardError);
    expect(isWiped(pin)).toBe(true);
  });

  it('once used goes to nobody else: a PSAM that suddenly cannot is an error', async () => {
    const pin = newPin();
    const channel = psam({ '80FA': ['01020304050607089000', '6700'] });
    await expect(providerOf(channel).protectPin({ ...macOf(), pin })).rejects.toMatchObject({
      code: 'psam-refused',
      details: { step: 'psam-pin', outcome: 'not-done' },
    });
    expect(isWiped(pin)).toBe(true);
  });

  it.each(['123', '1234567'])('of an odd number of digits is filled with F: %s', async (digits) => {
    const channel = psam();
    const pin = Pin.fromDigits(new TextEncoder().encode(digits));
    await providerOf(channel).protectPin({ ...macOf(), pin });
    const block = `0${Math.ceil(digits.length / 2)}${digits}F80`.padEnd(16, '0');
    expect(channel.sent).toContain(`80FA000008${block}08`);
  });

  it('too long for a block is a fault of the program', async () => {
    const pin = Pin.fromDigits(new TextEncoder().encode('1234567890123'));
    await expect(providerOf(psam()).protectPin({ ...macOf(), pin })).rejects.toThrow(RangeError);
    expect(isWiped(pin)).toBe(true);
  });
});

describe('answers of another length', () => {
  it.each(['9000', '010203040506079000', '0102030405060708099000'])('to a block: %s', async (answer) => {
    await expect(providerOf(psam({ '80FA': answer })).cryptogram(ask())).rejects.toMatchObject({
      code: 'psam-malformed',
      details: { step: 'psam-crypt', place: 'SSSE UKSSSE', outcome: 'not-done' },
    });
  });

  it.each(['9000', '0102039000', '01020304059000'])('to a MAC: %s', async (answer) => {
    await expect(providerOf(psam({ '80FA': answer })).commandMac(macOf())).rejects.toMatchObject({
      code: 'psam-malformed',
      details: { step: 'psam-mac' },
    });
  });

  it('a MAC of four bytes, or the whole block', async () => {
    expect(await providerOf(psam({ '80FA': '010203049000' })).commandMac(macOf())).toEqual(done('01020304'));
    expect(await providerOf(psam()).commandMac(macOf())).toEqual(done('01020304'));
  });

  it('more bytes announced than a block has', async () => {
    const answers = { '80FA': '6110', '00C0': '01020304050607086108' };
    await expect(providerOf(psam(answers)).cryptogram(ask())).rejects.toMatchObject({ code: 'psam-malformed' });
  });

  it('to the reading of the terminal number; letters in it', async () => {
    for (const answer of ['32049900009000', '32049900000A9000'])
      await expect(providerOf(psam({ '00B0': answer })).terminal()).rejects.toMatchObject({
        code: 'psam-malformed',
        details: { step: 'psam-terminal', place: 'scripted' },
      });
  });
});

describe('the terminal number', () => {
  it('is looked for in the master file, and the key directory is selected again after', async () => {
    const channel = psam({ '00B0': ['6A82', '3204990000019000'] });
    const provider = providerOf(channel);
    await provider.cryptogram(ask());
    expect((await provider.terminal()).terminalNumber).toBe('320499000001');
    await provider.cryptogram(ask());
    const selected = channel.sent.filter((hex) => hex.startsWith('00A4')).map((hex) => hex.slice(10));
    expect(selected).toEqual(['DF01', '3F00', 'DF01']);
  });

  it('may be missing, which is found out once', async () => {
    const channel = psam({ '00B0': '6A82' });
    const provider = providerOf(channel);
    const nobody = { terminalNumber: null, terminalDeviceNumber: null };
    expect([await provider.terminal(), await provider.terminal()]).toEqual([nobody, nobody]);
    expect(channel.sent.length).toBe(3);
  });
});

describe('a purchase', () => {
  const purchase = {
    ...ask(CARD, { directory: 'DF04', name: 'DPK', psam: null, hsm: null }),
    random: fromHex('01020304'),
    serial: fromHex('0005'),
    keyVersion: 1,
    algorithm: 1,
    amount: 0xf0000001,
    selfPaid: 0,
    pooled: 0,
    type: 0x31,
    terminal: fromHex('320499000001'),
    date: fromHex('20260115'),
    time: fromHex('093000'),
  };

  it('has the factors of the levels that the description names', async () => {
    const channel = psam();
    const key = { ...purchase.key, psam: { usage: 0x42, id: 1 } };
    await providerOf(channel).authorisePurchase({ ...purchase, key });
    const factors = `8660320499000001${toHex(new TextEncoder().encode('320499sx'))}`;
    expect(channel.sent.at(-1)).toBe(`8070000024010203040005F00000013120260115093000${'0101'}${factors}08`);
  });

  it('is not begun with a usage byte without levels, nor without a key directory', async () => {
    const key = { ...purchase.key, psam: { usage: 0x02, id: 1 } };
    expect(await providerOf(psam()).authorisePurchase({ ...purchase, key })).toEqual(unavailable('key-level'));
    expect(await providerOf(psam({ '00A4': '6A82' })).authorisePurchase(purchase)).toEqual(unavailable('no-psam'));
  });

  it.each([
    ['9403', 'no-key'],
    ['6A88', 'no-key'],
    ['6D00', 'not-offered'],
    ['6E00', 'not-offered'],
  ])('answered %s: %s', async (sw, reason) => {
    expect(await providerOf(psam({ '8070': sw })).authorisePurchase(purchase)).toEqual(unavailable(reason));
  });

  it.each(['9302', '6988'])('is not confirmed with a wrong MAC2: %s', async (sw) => {
    const answer = await providerOf(psam({ '8072': sw })).confirmPurchase(fromHex('A1A2A3A4'));
    expect(answer).toEqual({ kind: 'done', value: false });
  });

  it('whose confirmation breaks is of unknown outcome: the card has paid', async () => {
    await expect(providerOf(psam({ '8072': '6985' })).confirmPurchase(fromHex('A1A2A3A4'))).rejects.toMatchObject({
      code: 'psam-refused',
      details: { step: 'psam-confirm', outcome: 'unknown' },
    });
  });
});

describe('the channel', () => {
  it('that follows 61xx itself is not followed again', async () => {
    const channel = psam({ '80FA': '6108' }, { chains: true });
    await expect(providerOf(channel).cryptogram(ask())).rejects.toMatchObject({ code: 'psam-malformed' });
    expect(channel.sent.some((hex) => hex.startsWith('00C0'))).toBe(false);
  });

  it('without transactions is used without them', async () => {
    const channel = psam({}, { lacks: ['transactions'] });
    await providerOf(channel).cryptogram(ask());
    expect(channel.endings).toEqual([]);
  });

  it('is opened when a key is wanted, and closed with a reset', async () => {
    let opened = 0;
    const channel = psam();
    const provider = psamProvider(async () => {
      opened++;
      return channel;
    });
    expect(opened).toBe(0);
    await provider.cryptogram(ask());
    await provider.cryptogram(ask());
    await provider[Symbol.asyncDispose]();
    expect([opened, channel.endings.at(-1)]).toEqual([1, 'close reset']);
    await expect(provider.terminal()).rejects.toMatchObject({ code: 'channel-closed' });
  });

  it.each(['no-card', 'reader-not-found'])('that is not there (%s) means no PSAM', async (code) => {
    const provider = psamProvider(() => Promise.reject(new SscardError(code, '')));
    expect(await provider.cryptogram(ask())).toEqual(unavailable('no-psam'));
    expect(await provider.terminal()).toEqual({ terminalNumber: null, terminalDeviceNumber: null });
  });

  it('that cannot be opened for another reason is an error', async () => {
    const provider = psamProvider(() => Promise.reject(new SscardError('service-unavailable', '')));
    await expect(provider.cryptogram(ask())).rejects.toMatchObject({
      code: 'service-unavailable',
      details: { step: 'psam-connect', outcome: 'not-done' },
    });
  });

  it('hands the waiting on to the opening and to every command', async () => {
    const seen: (Waiting | undefined)[] = [];
    const channel = psam(
      {},
      {
        answer: (command, waiting) => {
          seen.push(waiting);
          return fromHex(OBEDIENT[toHex(command.subarray(0, 2))] as string);
        },
      },
    );
    const waiting = { timeout: 5, signal: new AbortController().signal };
    const provider = psamProvider(async (given) => {
      seen.push(given);
      return channel;
    });
    await provider.cryptogram(ask(), waiting);
    expect(seen).toEqual(Array(4).fill(waiting));
  });

  it.each(['card-reset', 'card-removed'])(
    'lost since the last request (%s) is opened anew: nothing was sent',
    async (code) => {
      const first = psam();
      const second = psam();
      const channels = [first, second];
      const provider = psamProvider(async () => channels.shift() ?? second);
      await provider.cryptogram(ask());
      const lost = Object.assign(first, { transaction: () => Promise.reject(new SscardError(code, '')) });
      expect(await provider.cryptogram(ask())).toEqual(done('0102030405060708'));
      expect([lost.endings.at(-1), second.sent.length]).toEqual(['close reset', 3]);
    },
  );

  it('new and lost at once is not tried a third time', async () => {
    let opened = 0;
    const lost = () => Object.assign(psam(), { transaction: () => Promise.reject(new SscardError('card-reset', '')) });
    const provider = psamProvider(async () => {
      opened++;
      return lost();
    });
    await expect(provider.cryptogram(ask())).rejects.toMatchObject({
      code: 'card-reset',
      details: { step: 'psam-connect', place: 'scripted', outcome: 'not-done' },
    });
    expect(opened).toBe(1);
  });
});

describe('requests at the same time', () => {
  it('are served one after the other: nothing comes between a derivation and its use', async () => {
    const channel = psam();
    const provider = providerOf(channel);
    await Promise.all([provider.cryptogram(ask()), provider.commandMac(macOf()), provider.cryptogram(ask())]);
    const shape = channel.sent.map((hex) => hex.slice(0, 4));
    expect(shape).toEqual(['00A4', 'BFDE', '80FA', 'BFDE', '80FA', 'BFDE', '80FA']);
  });

  it('that are cancelled while they wait send nothing', async () => {
    let answer = (_: Uint8Array) => {};
    const channel = psam(
      {},
      {
        answer: () =>
          new Promise((resolve) => {
            answer = resolve;
          }),
      },
    );
    const provider = providerOf(channel);
    const first = provider.cryptogram(ask());
    const stop = new AbortController();
    const second = provider.cryptogram(ask(), { signal: stop.signal });
    stop.abort();
    await expect(second).rejects.toMatchObject({ code: 'cancelled', details: { outcome: 'not-done' } });
    await new Promise((resolve) => setImmediate(resolve));
    answer(fromHex('6F00'));
    await expect(first).rejects.toMatchObject({ code: 'psam-refused' });
    expect(channel.sent.length).toBe(1);
  });
});
