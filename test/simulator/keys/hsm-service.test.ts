import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { encryptEcb } from '../../../src/crypto/blocks.ts';
import { diversify } from '../../../src/crypto/diversify.ts';
import { desMac, pad2 } from '../../../src/crypto/mac.ts';
import { hsmProvider } from '../../../src/keys/hsm.ts';
import type { HsmAdapter, HsmStep } from '../../../src/keys/hsm-adapter.ts';
import type { AuthenticationRule, KeyProvider } from '../../../src/keys/provider.ts';
import { psamProvider } from '../../../src/keys/psam.ts';
import { type HsmOptions, type HsmServer, serveHsm } from '../../../src/simulator/hsm.ts';
import type { HsmFault } from '../../../src/simulator/hsm-faults.ts';
import { SimulatedPsam } from '../../../src/simulator/psam.ts';
import { makePsam } from '../../../src/simulator/psam-make.ts';
import { simReaders } from '../../../src/simulator/readers.ts';
import { type Act, everythingIn, identityOf, KEYS, pinTraces, purchaseOf, SHARED_ACTS, textOf } from './requests.ts';
import { clientOf, type Identities, identities } from './service-rig.ts';

/** The provider against the reference server, over real TLS: same results as the PSAM's, and every way it breaks. */
const MASTERS = Object.values(KEYS).map(({ directory, name }, at) => ({
  directory,
  key: name,
  value: toHex(new Uint8Array(16).map((_, byte) => 16 * at + byte)),
}));

let who: Identities;
let shared: HsmServer;
let runs = 0;

beforeAll(async () => {
  who = await identities();
  shared = await serve();
});

afterAll(async () => {
  await shared.close();
  process.stdout.write(`faults of the key service: ${runs} runs\n`);
});

function serve(options: Partial<HsmOptions> = {}): Promise<HsmServer> {
  const { server, authority } = who;
  return serveHsm({ masters: MASTERS, tls: { ...server, ca: authority.ca }, ...options });
}

const overService = (server = shared, options = {}) => hsmProvider(clientOf(who, server.url, options));

async function inPsam(rule: AuthenticationRule, terminalSerial = 0): Promise<KeyProvider> {
  const algorithm = rule === '3DES' ? '3DES' : 'SM4';
  const image = await makePsam({ generation: '2.0', algorithm, terminalNumber: '320499000001', masters: MASTERS });
  const psam = new SimulatedPsam({ ...image, terminalSerial });
  const readers = simReaders(undefined, { card: psam });
  return psamProvider((waiting) => readers.waitForCard({ ...waiting, timeout: 1 }));
}

describe('PSAM and key service give the same', () => {
  it.each(SHARED_ACTS)('$name', async (act) => {
    await using psam = await inPsam(act.rule);
    await using service = overService();
    const right = await act.run(psam);
    expect(right).toMatch(/^[0-9A-F ]+$/);
    expect(await act.run(service)).toBe(right);
  });

  it.each(['3DES', 'SM4'] as const)('purchase, %s: with the same terminal serial the same MAC1', async (rule) => {
    const print = ({ terminalSerial, mac1 }: { terminalSerial: Uint8Array; mac1: Uint8Array }) =>
      `${toHex(terminalSerial)} ${toHex(mac1)}`;
    await using psam = await inPsam(rule, 4);
    await using service = overService();
    const request = { ...purchaseOf(rule), terminal: fromHex('320499000001') };
    const right = textOf(await psam.authorisePurchase(request), print);
    expect(right).toMatch(/^00000005 [0-9A-F]{8}$/);
    expect(textOf(await service.authorisePurchase(request), print)).toBe(right);
    const wrong = new Uint8Array(4);
    expect([await psam.confirmPurchase(wrong), await service.confirmPurchase(wrong)]).toEqual(
      Array(2).fill({ kind: 'done', value: false }),
    );
  });
});

/** The card's side of a load (social-security-card.md 5.1), computed here with its own key. */
function cardKey(name: keyof typeof KEYS): Uint8Array {
  const { city, factor } = identityOf('3DES');
  const ascii = new TextEncoder();
  const master = fromHex(MASTERS.find(({ key }) => key === name)?.value ?? '');
  const province = diversify('3DES', master, ascii.encode(`${city.slice(0, 2)}0000sh`));
  return diversify('3DES', diversify('3DES', province, ascii.encode(`${city}sx`)), factor);
}

function macUnder(key: Uint8Array, hex: string): Uint8Array {
  return desMac(key, pad2(fromHex(hex), 8)).slice(0, 4);
}

describe('what only the service does', () => {
  const load = { ...purchaseOf('3DES'), key: KEYS.DLK, type: 0x30, oldBalance: 10_000 };
  const session = () => encryptEcb('3DES', cardKey('DLK'), fromHex('0102030400058000'));

  it('authorises a load whose MAC1 is right, and gives a MAC2 that the card takes', async () => {
    await using keys = overService();
    const mac1 = macUnder(session(), '000027100000138830320400000001');
    const answer = await keys.authoriseLoad({ ...load, mac1 });
    if (answer.kind !== 'done' || answer.value === null) throw new Error(JSON.stringify(answer));
    const { date, time, mac2 } = answer.value;
    expect(toHex(mac2)).toBe(toHex(macUnder(session(), `0000138830320400000001${toHex(date)}${toHex(time)}`)));
  });

  it('does not authorise a load whose MAC1 is wrong', async () => {
    await using keys = overService();
    expect(await keys.authoriseLoad({ ...load, mac1: fromHex('00000000') })).toEqual({ kind: 'done', value: null });
  });

  it('tells a right proof from a wrong one', async () => {
    await using keys = overService();
    const key = cardKey('DTK');
    const folded = key.slice(0, 8).map((byte, at) => byte ^ (key[at + 8] ?? 0));
    const data = fromHex('0000138800050000138830320400000001');
    const request = { card: identityOf('3DES'), key: KEYS.DTK, data };
    const right = await keys.checkTac({ ...request, tac: macUnder(folded, toHex(data)) });
    const wrong = await keys.checkTac({ ...request, tac: fromHex('00000000') });
    expect([right, wrong]).toEqual([
      { kind: 'done', value: true },
      { kind: 'done', value: false },
    ]);
  });

  it('confirms a purchase', async () => {
    await using keys = overService();
    await keys.authorisePurchase(purchaseOf('3DES'));
    const process = encryptEcb('3DES', cardKey('DPK'), fromHex('0102030400050005'));
    expect(await keys.confirmPurchase(macUnder(process, '00001388'))).toEqual({ kind: 'done', value: true });
  });

  it('makes a MAC in the manner of PBOC', async () => {
    await using keys = overService();
    const challenge = fromHex('11223344');
    const header = fromHex('8424000004');
    const request = { card: identityOf('3DES'), key: KEYS.STK, mac: 'pboc', challenge, header } as const;
    const right = desMac(cardKey('STK'), pad2(header, 8), fromHex('1122334400000000')).slice(0, 4);
    expect(await keys.commandMac(request)).toEqual({ kind: 'done', value: right });
  });
});

async function failureOf(act: Act, keys: KeyProvider, waiting = {}): Promise<SscardError> {
  runs++;
  const came = await act.run(keys, waiting).catch((error: unknown) => error);
  if (!(came instanceof SscardError)) throw new Error(`no failure: ${String(came)}`);
  expect(pinTraces(everythingIn(came))).toEqual([]);
  return came;
}

/** How many requests an act makes: measured. */
async function requestsOf(act: Act): Promise<number> {
  let count = 0;
  await using server = await serve({ log: () => count++ });
  await using keys = overService(server);
  await act.run(keys);
  return count;
}

/** A server with one fault, and how many requests it has seen. */
async function faulty(fault: HsmFault, options: Partial<HsmOptions> = {}) {
  let seen = 0;
  const server = await serve({ faults: [fault], log: () => seen++, ...options });
  return { server, seen: () => seen, [Symbol.asyncDispose]: () => server.close() };
}

const FAULT_ACTS = SHARED_ACTS.filter(({ rule }) => rule === '3DES');
const BODIES: readonly (readonly [string, (real: Readonly<Record<string, unknown>>) => unknown])[] = [
  ['empty', () => ({})],
  ['another member', () => ({ value: '00' })],
  ['a member more', (real) => ({ ...real, more: '' })],
  ['a digit less', (real) => mapped(real, (value) => value.slice(1))],
  ['a byte more', (real) => mapped(real, (value) => `${value}00`)],
  ['doubled', (real) => mapped(real, (value) => value + value)],
  ['not hex', (real) => mapped(real, (value) => value.replace(/^./, 'X'))],
  ['numbers', (real) => mapped(real, () => 0)],
  ['a list', (real) => [real]],
  ['null', () => null],
];

function mapped(real: Readonly<Record<string, unknown>>, change: (value: string) => unknown) {
  return Object.fromEntries(
    Object.entries(real).map(([name, value]) => [name, typeof value === 'string' ? change(value) : value]),
  );
}

describe.each(FAULT_ACTS)('$name', (act) => {
  it('cut after any number of bytes of an answer: lost, and nothing is sent again', async () => {
    const requests = await requestsOf(act);
    for (let request = 1; request <= requests; request++) {
      for (const bytes of [0, 1, 9, 16, 17, 30, 49, 60, 69, 70, 71, 75, 80, 88]) {
        await using bad = await faulty({ kind: 'cut', request, bytes });
        await using keys = overService(bad.server);
        expect(await failureOf(act, keys)).toMatchObject({
          code: 'key-service-lost',
          details: { outcome: 'not-done' },
        });
        expect(bad.seen()).toBe(request);
        expect(await act.run(keys)).toMatch(/^[0-9A-F ]+$/);
      }
    }
  });

  it('answered after the deadline: the late answer meets nobody, and the next request is served', async () => {
    const requests = await requestsOf(act);
    for (let request = 1; request <= requests; request++) {
      await using bad = await faulty({ kind: 'late', request, milliseconds: 60_000 });
      await using keys = overService(bad.server, { timeout: 400 });
      expect(await failureOf(act, keys)).toMatchObject({ code: 'key-service-late', details: { outcome: 'not-done' } });
      expect(bad.seen()).toBe(request);
      expect(await act.run(keys, { timeout: 10_000 })).toMatch(/^[0-9A-F ]+$/);
    }
  });

  it('cancelled at each request', async () => {
    const requests = await requestsOf(act);
    for (let request = 1; request <= requests; request++) {
      const stop = new AbortController();
      let seen = 0;
      const log = () => {
        seen++;
        if (seen === request) setImmediate(() => stop.abort());
      };
      await using server = await serve({ faults: [{ kind: 'late', request, milliseconds: 60_000 }], log });
      await using keys = overService(server);
      expect(await failureOf(act, keys, { signal: stop.signal })).toMatchObject({ code: 'cancelled' });
      expect(seen).toBe(request);
      expect(await act.run(keys)).toMatch(/^[0-9A-F ]+$/);
    }
  });

  it.each(BODIES)('answered otherwise than described: %s', async (_, body) => {
    const requests = await requestsOf(act);
    for (let request = 1; request <= requests; request++) {
      await using bad = await faulty({ kind: 'answer', request, body });
      await using keys = overService(bad.server);
      const error = await failureOf(act, keys);
      expect(error).toMatchObject({ code: 'key-service-malformed', details: { outcome: 'not-done' } });
      expect(bad.seen()).toBe(request);
      expect(await act.run(keys)).toMatch(/^[0-9A-F ]+$/);
    }
  });
});

const RELOAD = FAULT_ACTS.find(({ name }) => name.startsWith('new PIN')) as Act;
const MAC = FAULT_ACTS.find(({ name }) => name.startsWith('MAC')) as Act;

describe('the reference server', () => {
  it('serves no client of another authority', async () => {
    const stranger = await who.stranger.issue('terminal');
    let seen = 0;
    await using server = await serve({ log: () => seen++ });
    await using keys = overService(server, stranger);
    expect(await failureOf(MAC, keys)).toMatchObject({ code: 'key-service-lost' });
    expect(seen).toBe(0);
  });

  it('takes a one-time key that is too old for what it is', async () => {
    await using server = await serve({ times: { pinKey: -1 } });
    await using keys = overService(server);
    expect(await failureOf(RELOAD, keys)).toMatchObject({
      code: 'key-service-refused',
      details: { step: 'hsm-protect-pin', place: 'pin-key-unknown', outcome: 'not-done' },
    });
  });

  it('has keys that do not do everything', async () => {
    await using keys = overService();
    const request = { card: identityOf('3DES'), key: KEYS.IRK, mac: 'session' } as const;
    const act = { run: () => keys.commandMac({ ...request, challenge: new Uint8Array(8), header: new Uint8Array(5) }) };
    await expect(act.run()).rejects.toMatchObject({ code: 'key-service-refused', details: { place: 'key-usage' } });
  });

  it('says which keys it does not have', async () => {
    await using server = await serve({ masters: [] });
    await using keys = overService(server);
    expect(await MAC.run(keys)).toBe('no-key');
  });

  it('serves requests at the same time, each with its own answer', async () => {
    await using keys = overService();
    const alone = await Promise.all(SHARED_ACTS.map(async (act) => act.run(keys)));
    const inTurn: string[] = [];
    for (const act of SHARED_ACTS) inTurn.push(await act.run(keys));
    expect(alone).toEqual(inTurn);
  });
});

describe('a PIN', () => {
  it('is in no step that an adapter carries, in no coding', async () => {
    const steps: HsmStep[] = [];
    const inner = clientOf(who, shared.url);
    const watching: HsmAdapter = {
      send: (step, waiting) => {
        steps.push(step);
        return inner.send(step, waiting);
      },
      [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
    };
    await using keys = hsmProvider(watching);
    for (const act of SHARED_ACTS.filter(({ name }) => name.startsWith('new PIN'))) await act.run(keys);
    expect(steps.map(({ operation }) => operation)).toEqual(Array(3).fill(['pin-key', 'protect-pin']).flat());
    expect(pinTraces(JSON.stringify(steps))).toEqual([]);
  });
});
