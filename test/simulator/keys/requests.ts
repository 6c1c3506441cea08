import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { Waiting } from '../../../drivers/reader.ts';
import { Pin } from '../../../src/crypto/pin.ts';
import type {
  AuthenticationRule,
  CardIdentity,
  KeyAnswer,
  KeyProvider,
  KeyReference,
} from '../../../src/keys/provider.ts';

/** What providers are asked in the tests: one card of each rule, the same requests for PSAM and service. */
export const TEST_PIN = '735190';

const CHALLENGE = fromHex('1122334455667788');
const RAW = fromHex('A1A2A3A4A5A6A7A8');

/** Keys of the golden PSAMs (fixtures/golden/psams.json). */
export const KEYS = {
  IRK: { directory: 'SSSE', name: 'IRK', psam: { usage: 0x67, id: 0x08 }, hsm: null },
  STK: { directory: 'SSSE', name: 'STK', psam: { usage: 0x48, id: 0x09 }, hsm: null },
  UKSSSE: { directory: 'SSSE', name: 'UKSSSE', psam: { usage: 0x48, id: 0x12 }, hsm: '0094' },
  DPK: { directory: 'DF04', name: 'DPK', psam: null, hsm: null },
  DLK: { directory: 'DF04', name: 'DLK', psam: null, hsm: null },
  DTK: { directory: 'DF04', name: 'DTK', psam: null, hsm: null },
} as const satisfies Record<string, KeyReference>;

export function identityOf(rule: AuthenticationRule): CardIdentity {
  return {
    rule,
    city: '320499',
    factor: fromHex('8660320499000001'),
    resetInformation: '00875431008660320499000001',
    cardIdentification: '320499D156000005990000015A3C7E01',
  };
}

/** One verb with one request: asked again, it gives the same. */
export interface Act {
  readonly name: string;
  readonly rule: AuthenticationRule;
  /** The answer as text, so that two answers can be compared and searched. */
  readonly run: (keys: KeyProvider, waiting?: Waiting) => Promise<string>;
}

const authentication = (key: keyof typeof KEYS, rule: AuthenticationRule): Act => ({
  name: `cryptogram of ${key}, ${rule}`,
  rule,
  run: async (keys, waiting) =>
    textOf(
      await keys.cryptogram({ card: identityOf(rule), key: KEYS[key], challenge: CHALLENGE, data: RAW }, waiting),
      toHex,
    ),
});

const unblocking = (rule: AuthenticationRule): Act => ({
  name: `MAC, ${rule}`,
  rule,
  run: async (keys, waiting) => {
    const header = fromHex('8424000004');
    const request = { card: identityOf(rule), key: KEYS.STK, mac: 'session', challenge: CHALLENGE, header } as const;
    return textOf(await keys.commandMac(request, waiting), toHex);
  },
});

const reload = (rule: AuthenticationRule): Act => ({
  name: `new PIN, ${rule}`,
  rule,
  run: async (keys, waiting) => {
    const header = fromHex(rule === '3DES' ? '842400010C' : '8424000114');
    const request = { card: identityOf(rule), key: KEYS.STK, mac: 'session', challenge: CHALLENGE, header } as const;
    using pin = Pin.fromDigits(new TextEncoder().encode(TEST_PIN));
    const answer = await keys.protectPin({ ...request, pin }, waiting);
    return textOf(answer, ({ enciphered, mac }) => `${toHex(enciphered)} ${toHex(mac)}`);
  },
});

const RULES = ['3DES', 'SM4', 'SM4-zero'] as const;

/** Acts that a PSAM and a service both do. */
export const SHARED_ACTS: readonly Act[] = RULES.flatMap((rule) => [
  authentication('IRK', rule),
  authentication('UKSSSE', rule),
  unblocking(rule),
  reload(rule),
]);

export function purchaseOf(rule: AuthenticationRule, amount = 5_000) {
  return {
    card: identityOf(rule),
    key: KEYS.DPK,
    random: fromHex('01020304'),
    serial: fromHex('0005'),
    keyVersion: 1,
    algorithm: rule === '3DES' ? 1 : 3,
    amount,
    selfPaid: 0,
    pooled: 0,
    type: 0x31,
    terminal: fromHex('320400000001'),
    date: fromHex('20260115'),
    time: fromHex('093000'),
  };
}

export function textOf<T>(answer: KeyAnswer<T>, print: (value: T) => string): string {
  return answer.kind === 'done' ? print(answer.value) : answer.reason;
}

/** Everything that a person, a log or a trace could get of an error: its members, its causes, its stack. */
export function everythingIn(error: unknown): string {
  const parts: string[] = [];
  for (let one: unknown = error; one instanceof Error && parts.length < 20; one = one.cause) {
    const members = Object.fromEntries(Object.getOwnPropertyNames(one).map((name) => [name, Reflect.get(one, name)]));
    parts.push(String(one), JSON.stringify({ ...members, cause: undefined }));
  }
  return parts.join('\n');
}

/** The ways in which the digits of a PIN may stand in a text (reliability-targets.md 8). */
export function pinTraces(text: string, pin = TEST_PIN): string[] {
  const digits = new TextEncoder().encode(pin);
  const codings = {
    digits: pin,
    reversed: [...pin].reverse().join(''),
    ascii: toHex(digits),
    base64: Buffer.from(digits).toString('base64'),
    'base64 of BCD': Buffer.from(pin, 'hex').toString('base64'),
    list: [...digits].join(','),
    'list of BCD': [...Buffer.from(pin, 'hex')].join(','),
  };
  const bare = text.toUpperCase();
  return Object.entries(codings).flatMap(([coding, value]) => (bare.includes(value.toUpperCase()) ? [coding] : []));
}
