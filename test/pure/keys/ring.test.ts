import { describe, expect, it } from 'vitest';
import { SscardError } from '../../../apdu/errors.ts';
import { Pin } from '../../../src/crypto/pin.ts';
import type { KeyAnswer, KeyProvider, KeyReference, Unavailable } from '../../../src/keys/provider.ts';
import { type KeyChoice, keyRing } from '../../../src/keys/ring.ts';

const KEY: KeyReference = { directory: 'SSSE', name: 'UKSSSE', psam: null, hsm: null };
const REQUEST = { key: KEY } as never;

interface Part extends KeyProvider {
  readonly calls: string[];
}

/** A provider that answers everything in one way. */
function part(kind: 'psam' | 'hsm', answer: 'done' | Unavailable | SscardError, terminal: string | null = null): Part {
  const calls: string[] = [];
  const say =
    (name: string, value: unknown) =>
    async (request: object): Promise<KeyAnswer<never>> => {
      calls.push(name);
      if (answer instanceof SscardError) throw answer;
      if (answer !== 'done') return { kind: 'unavailable', reason: answer };
      if ('pin' in request) await (request.pin as Pin).use(async () => {});
      return { kind: 'done', value: value as never };
    };
  return {
    calls,
    kind,
    terminal: async () => ({ terminalNumber: terminal, terminalDeviceNumber: null }),
    cryptogram: say('cryptogram', kind),
    commandMac: say('commandMac', kind),
    protectPin: say('protectPin', kind),
    authoriseLoad: say('authoriseLoad', kind),
    authorisePurchase: say('authorisePurchase', kind),
    confirmPurchase: say('confirmPurchase', kind),
    checkTac: say('checkTac', kind),
    [Symbol.asyncDispose]: async () => {
      calls.push('dispose');
    },
  };
}

function ring(...parts: Part[]) {
  const choices: KeyChoice[] = [];
  return { choices, keys: keyRing(parts, { onChoice: (choice) => choices.push(choice) }) };
}

const choice = (provider: string, because?: Unavailable, use = 'cryptogram') => ({
  directory: 'SSSE',
  key: 'UKSSSE',
  use,
  provider,
  because,
});

describe('a ring of key providers', () => {
  it('asks the first one, and no other when that one serves', async () => {
    const [psam, hsm] = [part('psam', 'done'), part('hsm', 'done')];
    const { keys, choices } = ring(psam, hsm);
    expect(await keys.cryptogram(REQUEST)).toEqual({ kind: 'done', value: 'psam' });
    expect([choices, hsm.calls]).toEqual([[choice('psam')], []]);
  });

  it.each<Unavailable>(['no-psam', 'algorithm', 'no-key', 'key-level', 'not-offered'])(
    'asks the next one after %s, and says so',
    async (reason) => {
      const { keys, choices } = ring(part('psam', reason), part('hsm', 'done'));
      expect(await keys.cryptogram(REQUEST)).toEqual({ kind: 'done', value: 'hsm' });
      expect(choices).toEqual([choice('hsm', reason)]);
    },
  );

  it('does not go on after an error', async () => {
    const broken = new SscardError('psam-refused', '', { sw: 0x6985 });
    const hsm = part('hsm', 'done');
    const { keys, choices } = ring(part('psam', broken), hsm);
    await expect(keys.cryptogram(REQUEST)).rejects.toBe(broken);
    expect([choices, hsm.calls]).toEqual([[choice('psam')], []]);
  });

  it.each<[Unavailable[], Unavailable]>([
    [[], 'no-psam'],
    [['no-psam'], 'no-psam'],
    [['no-psam', 'not-offered'], 'not-offered'],
    [['algorithm', 'not-offered'], 'algorithm'],
    [['key-level', 'no-key'], 'no-key'],
    [['no-key', 'no-psam'], 'no-key'],
  ])('%j: tells %s', async (reasons, told) => {
    const { keys, choices } = ring(...reasons.map((reason) => part('psam', reason)));
    expect(await keys.cryptogram(REQUEST)).toEqual({ kind: 'unavailable', reason: told });
    expect(choices).toEqual([choice('none', told)]);
  });

  it('names the use of each request', async () => {
    const { keys, choices } = ring(part('psam', 'done'));
    const pin = Pin.fromDigits(Uint8Array.of(0x31));
    await keys.commandMac(REQUEST);
    await keys.protectPin({ key: KEY, pin } as never);
    await keys.authoriseLoad(REQUEST);
    await keys.authorisePurchase(REQUEST);
    await keys.checkTac(REQUEST);
    expect(choices.map(({ use }) => use)).toEqual(['mac', 'pin', 'load', 'purchase', 'tac']);
  });

  it('hands a PIN that was not used to the next provider, and wipes it in the end', async () => {
    const pin = Pin.fromDigits(Uint8Array.of(0x31));
    const { keys } = ring(part('psam', 'no-key'), part('hsm', 'done'));
    expect(await keys.protectPin({ key: KEY, pin } as never)).toEqual({ kind: 'done', value: 'hsm' });
    const unserved = Pin.fromDigits(Uint8Array.of(0x31));
    await ring(part('psam', 'no-key')).keys.protectPin({ key: KEY, pin: unserved } as never);
    expect(() => unserved.judge(() => 0)).toThrow(RangeError);
  });

  it('confirms a purchase where it was authorised, once', async () => {
    const [psam, hsm] = [part('psam', 'not-offered'), part('hsm', 'done')];
    const { keys } = ring(psam, hsm);
    await keys.authorisePurchase(REQUEST);
    await keys.confirmPurchase(new Uint8Array(4));
    expect([psam.calls, hsm.calls]).toEqual([['authorisePurchase'], ['authorisePurchase', 'confirmPurchase']]);
    await expect(keys.confirmPurchase(new Uint8Array(4))).rejects.toThrow(RangeError);
  });

  it('forgets a purchase when the next one is not authorised', async () => {
    const { keys } = ring(part('psam', 'not-offered'));
    await keys.authorisePurchase(REQUEST);
    await expect(keys.confirmPurchase(new Uint8Array(4))).rejects.toThrow(RangeError);
  });

  it('takes the terminal number from the first one that knows it', async () => {
    const { keys } = ring(part('psam', 'done'), part('hsm', 'done', '320499000001'), part('hsm', 'done', '1'));
    expect((await keys.terminal()).terminalNumber).toBe('320499000001');
    expect((await ring().keys.terminal()).terminalNumber).toBeNull();
  });

  it('closes all providers, also when one fails', async () => {
    const [psam, hsm] = [part('psam', 'done'), part('hsm', 'done')];
    const broken = { ...psam, [Symbol.asyncDispose]: () => Promise.reject(new Error('broken')) };
    await expect(keyRing([broken, hsm])[Symbol.asyncDispose]()).rejects.toThrow('broken');
    expect(hsm.calls).toEqual(['dispose']);
  });
});
