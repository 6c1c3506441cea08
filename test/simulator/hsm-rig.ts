import { request } from 'node:https';
import { type HsmOptions, type HsmServer, serveHsm } from '../../src/simulator/hsm.ts';
import { FACTORS } from './golden-psams.ts';
import { type Identities, identities } from './keys/service-rig.ts';

const NATIONAL_MASTER = '000102030405060708090A0B0C0D0E0F';

/** The worked national master of 6.7 under every name that these tests use. */
export const MASTERS = [
  ...['IRK', 'STK', 'PUK', 'RKSSSE'].map((key) => ({ directory: 'SSSE', key, value: NATIONAL_MASTER })),
  ...['DLK', 'DPK', 'DTK'].map((key) => ({ directory: 'DF04', key, value: NATIONAL_MASTER })),
];

let known: Promise<Identities> | undefined;

/** Certificates of these tests; made once. */
export function who(): Promise<Identities> {
  known ??= identities();
  return known;
}

/** The service with the worked masters. */
export async function hsm(options: Partial<HsmOptions> = {}): Promise<HsmServer> {
  const { authority, server } = await who();
  return serveHsm({ masters: MASTERS, tls: { ...server, ca: authority.ca }, ...options });
}

/** Members of an operation on the worked card. */
export function about(name: string, algorithm = '01', directory = name.startsWith('D') ? 'DF04' : 'SSSE') {
  return {
    algorithm,
    key: { directory, name, address: null },
    card: {
      city: '320400',
      factor: FACTORS.card,
      resetInformation: '00875431008660320499000001',
      cardIdentification: '320400D156000005990000015A3C7E01',
    },
  };
}

export interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  /** Null: no certificate. */
  readonly client?: { readonly cert: Uint8Array; readonly key: Uint8Array } | null;
}

/** One request over a connection of its own. @param body a text is sent as it is */
export async function ask(
  server: HsmServer,
  operation: string,
  body: unknown,
  options: AskOptions = {},
): Promise<Answered> {
  const { authority, client } = await who();
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const identity = options.client === undefined ? client : options.client;
  return new Promise((resolve, reject) => {
    const sending = request(
      `${server.url}/v1/${operation}`,
      {
        agent: false,
        method: options.method ?? 'POST',
        ca: Buffer.from(authority.ca),
        ...(identity && { cert: Buffer.from(identity.cert), key: Buffer.from(identity.key) }),
        headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), ...options.headers },
      },
      async (answer) => {
        try {
          const parts: Buffer[] = [];
          for await (const part of answer) parts.push(part as Buffer);
          const read = Buffer.concat(parts).toString();
          resolve({ status: answer.statusCode ?? 0, body: read.startsWith('{') ? JSON.parse(read) : { text: read } });
        } catch (error) {
          reject(error);
        }
      },
    );
    sending.on('error', reject);
    sending.end(text);
  });
}
