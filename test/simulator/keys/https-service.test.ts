import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SscardError } from '../../../apdu/errors.ts';
import type { HsmAdapter, HsmStep } from '../../../src/keys/hsm-adapter.ts';
import { httpsKeyService } from '../../../src/keys/https-service.ts';
import { clientOf, type Identities, identities, json, LOCALHOST, listen, scriptedService } from './service-rig.ts';

/** The way to the key service, over TLS on loopback: what leaves, what is believed, and every way it breaks. */
const STEP: HsmStep = { operation: 'command-mac', data: { mac: 'session' } };
const CONFIRM: HsmStep = { operation: 'confirm-purchase', data: {} };

let who: Identities;
let runs = 0;

beforeAll(async () => {
  who = await identities();
});

afterAll(() => {
  process.stdout.write(`faults of the way to the key service: ${runs} runs\n`);
});

async function failureOf(client: HsmAdapter, step = STEP, waiting = {}): Promise<SscardError> {
  runs++;
  const came = await client.send(step, waiting).catch((error: unknown) => error);
  if (!(came instanceof Error)) throw new Error(`no failure: ${JSON.stringify(came)}`);
  return came as SscardError;
}

/** A service that answers the first request badly and the next one well; then: how many it has seen. */
async function badOnce(bad: (request: IncomingMessage, response: ServerResponse) => void) {
  let seen = 0;
  const service = await scriptedService(who, (request, response) => {
    seen++;
    if (seen === 1) bad(request, response);
    else json(response, { number: seen });
  });
  return { service, seen: () => seen, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

describe('what is sent', () => {
  it('is one POST of JSON under the path of the address, with the members of the step', async () => {
    const seen: unknown[] = [];
    await using service = await scriptedService(who, ({ method, url, headers }, response, body) => {
      seen.push([method, url, headers['content-type'], headers['content-length'], JSON.parse(body)]);
      json(response, { mac: '00' });
    });
    await using client = clientOf(who, `${service.url}/province`);
    const subject = { algorithm: '01', key: { directory: 'SSSE', name: 'STK', address: null } } as never;
    expect(await client.send({ ...STEP, subject }, {})).toEqual({ kind: 'done', value: { mac: '00' } });
    const body = { algorithm: '01', key: { directory: 'SSSE', name: 'STK', address: null }, mac: 'session' };
    const length = String(JSON.stringify(body).length);
    expect(seen).toEqual([['POST', '/province/v1/command-mac', 'application/json', length, body]]);
  });

  it('goes over one connection, one request after the other, and leaves no listener on it', async () => {
    const warnings: Error[] = [];
    const warned = (warning: Error) => warnings.push(warning);
    process.on('warning', warned);
    await using service = await scriptedService(who, (_, response) => json(response, {}));
    await using client = clientOf(who, service.url);
    for (let count = 0; count < 20; count++) await client.send(STEP, {});
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', warned);
    expect([service.sockets.size, warnings]).toEqual([1, []]);
  });

  it('reads certificates and key from files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sscard-keys-'));
    try {
      const files = { ca: join(folder, 'ca'), cert: join(folder, 'cert'), key: join(folder, 'key') };
      writeFileSync(files.ca, who.authority.ca);
      writeFileSync(files.cert, who.client.cert);
      writeFileSync(files.key, who.client.key);
      await using service = await scriptedService(who, (_, response) => json(response, {}));
      await using client = clientOf(who, service.url, files);
      expect(await client.send(STEP, {})).toEqual({ kind: 'done', value: {} });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('settings that cannot be used', () => {
  it.each(['http://localhost', 'localhost:8443', '', 'https://user:word@localhost', 'https://localhost/?a=1'])(
    'address %j',
    (url) => {
      expect(() => clientOf(who, url)).toThrow(expect.objectContaining({ code: 'key-service-address', details: {} }));
    },
  );

  it('a file that is not there, by its path', () => {
    const place = '/nowhere/ca.pem';
    expect(() => clientOf(who, 'https://localhost', { ca: place })).toThrow(
      expect.objectContaining({ code: 'key-service-credentials', details: { place } }),
    );
  });

  it('the key of another certificate; no PEM', () => {
    const credentials = expect.objectContaining({ code: 'key-service-credentials' });
    expect(() => clientOf(who, 'https://localhost', { key: who.server.key })).toThrow(credentials);
    expect(() => clientOf(who, 'https://localhost', { cert: new Uint8Array(3) })).toThrow(credentials);
  });
});

describe('a service that is not the right one gets nothing', () => {
  const unreachable = { code: 'key-service-unreachable', details: { outcome: 'not-done', step: 'hsm-command-mac' } };

  async function refusedServer(identity: 'stranger' | 'name' | 'expired') {
    const { authority, stranger } = who;
    const issue = {
      stranger: () => stranger.issue('key service', { names: LOCALHOST }),
      name: () => authority.issue('key service', { names: [{ type: 'dns', value: 'other.example' }] }),
      expired: () => authority.issue('key service', { names: LOCALHOST, expired: true }),
    };
    let seen = 0;
    const service = await scriptedService(
      who,
      (_, response) => json(response, { seen: ++seen }),
      await issue[identity](),
    );
    return { service, seen: () => seen };
  }

  it.each(['stranger', 'name', 'expired'] as const)('certificate: %s', async (identity) => {
    const { service, seen } = await refusedServer(identity);
    await using client = clientOf(who, service.url);
    expect(await failureOf(client)).toMatchObject(unreachable);
    expect(seen()).toBe(0);
    await service[Symbol.asyncDispose]();
  });

  it('also where the environment switches the verification off', async () => {
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const { service } = await refusedServer('stranger');
      await using client = clientOf(who, service.url);
      expect(await failureOf(client)).toMatchObject(unreachable);
      await service[Symbol.asyncDispose]();
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
  });

  it.each([
    ['closes at once', (socket: Socket) => socket.destroy()],
    ['speaks plain HTTP', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n{}')],
    ['closes in the middle of the handshake', (socket: Socket) => socket.once('data', () => socket.destroy())],
  ])('a port that %s', async (_, serve) => {
    await using port = await listen(createServer(serve));
    await using client = clientOf(who, port.url);
    expect(await failureOf(client)).toMatchObject(unreachable);
  });

  it('nobody listens', async () => {
    const port = await listen(createServer());
    await port[Symbol.asyncDispose]();
    await using client = clientOf(who, port.url);
    expect(await failureOf(client)).toMatchObject({ ...unreachable, details: { place: new URL(port.url).host } });
  });
});

describe('a terminal that the service does not know', () => {
  it('learns that the connection was cut, and nothing of it was served', async () => {
    let seen = 0;
    await using service = await scriptedService(who, (_, response) => json(response, { seen: ++seen }));
    await using client = clientOf(who, service.url, await who.stranger.issue('terminal'));
    expect(await failureOf(client)).toMatchObject({ code: 'key-service-lost', details: { outcome: 'not-done' } });
    expect(seen).toBe(0);
  });
});

const CUTS: readonly (readonly [string, (response: ServerResponse) => void])[] = [
  ['before the answer', ({ socket }) => socket?.destroy()],
  ['in the status line', ({ socket }) => socket?.write('HTTP/1.1 20', () => socket.destroy())],
  ['in the headers', ({ socket }) => socket?.write('HTTP/1.1 200 OK\r\nContent-', () => socket.destroy())],
  [
    'in the body',
    ({ socket }) =>
      socket?.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"mac"', () =>
        socket.destroy(),
      ),
  ],
];

describe('a connection that is cut after the request has left', () => {
  it.each(CUTS)('%s: lost, not sent again, and the next request is served', async (_, cut) => {
    await using bad = await badOnce((_request, response) => cut(response));
    await using client = clientOf(who, bad.service.url);
    expect(await failureOf(client)).toMatchObject({ code: 'key-service-lost', details: { outcome: 'not-done' } });
    expect(bad.seen()).toBe(1);
    expect(await client.send(STEP, {})).toEqual({ kind: 'done', value: { number: 2 } });
  });

  it('on a connection that was used before: lost as well, and not sent again by the platform', async () => {
    let seen = 0;
    await using service = await scriptedService(who, (_, response) => {
      seen++;
      if (seen === 2) response.socket?.destroy();
      else json(response, { number: seen });
    });
    await using client = clientOf(who, service.url);
    await client.send(STEP, {});
    expect(await failureOf(client)).toMatchObject({ code: 'key-service-lost' });
    expect([seen, service.sockets.size]).toEqual([2, 1]);
    expect(await client.send(STEP, {})).toEqual({ kind: 'done', value: { number: 3 } });
  });

  it('leaves a confirmation of unknown outcome: the card has paid', async () => {
    await using bad = await badOnce((_request, response) => response.socket?.destroy());
    await using client = clientOf(who, bad.service.url);
    expect(await failureOf(client, CONFIRM)).toMatchObject({ details: { outcome: 'unknown' } });
  });
});

describe('an answer that comes too late', () => {
  it.each<[string, (response: ServerResponse) => void]>([
    ['never', () => {}],
    ['its end never', (response) => response.writeHead(200, { 'Content-Type': 'application/json' }).write('{')],
  ])('%s: the next request has an answer of its own', async (_, hold) => {
    let held: ServerResponse | undefined;
    await using bad = await badOnce((_request, response) => {
      held = response;
      hold(response);
    });
    await using client = clientOf(who, bad.service.url);
    expect(await failureOf(client, STEP, { timeout: 400 })).toMatchObject({
      code: 'key-service-late',
      details: { outcome: 'not-done', place: new URL(bad.service.url).host },
    });
    held?.end('{"number":1}');
    expect(await client.send(STEP, {})).toEqual({ kind: 'done', value: { number: 2 } });
    expect(bad.seen()).toBe(2);
  });

  it('a byte now and then does not prolong it', async () => {
    await using bad = await badOnce((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(drip));
    });
    await using client = clientOf(who, bad.service.url, { timeout: 400 });
    expect(await failureOf(client)).toMatchObject({ code: 'key-service-late' });
  });

  it('a port that accepts and says nothing', async () => {
    await using port = await listen(createServer());
    await using client = clientOf(who, port.url, { timeout: 400 });
    expect(await failureOf(client)).toMatchObject({ code: 'key-service-late' });
  });
});

describe('cancelling', () => {
  it('before: nothing leaves', async () => {
    await using service = await scriptedService(who, (_, response) => json(response, {}));
    await using client = clientOf(who, service.url);
    const error = await failureOf(client, STEP, { signal: AbortSignal.abort() });
    expect([error, service.sockets.size]).toEqual([expect.objectContaining({ code: 'cancelled' }), 0]);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['before the answer', () => {}],
    ['in the middle of it', (response) => response.writeHead(200, { 'Content-Type': 'application/json' }).write('{')],
  ])('%s: the connection is dropped, the next request served', async (_, hold) => {
    const stop = new AbortController();
    await using bad = await badOnce((_request, response) => {
      hold(response);
      setImmediate(() => stop.abort());
    });
    await using client = clientOf(who, bad.service.url);
    expect(await failureOf(client, STEP, { signal: stop.signal })).toMatchObject({
      code: 'cancelled',
      details: { outcome: 'not-done', step: 'hsm-command-mac' },
    });
    expect(await client.send(STEP, {})).toEqual({ kind: 'done', value: { number: 2 } });
  });

  it('while the connection is made', async () => {
    const stop = new AbortController();
    await using port = await listen(createServer((socket) => socket.once('data', () => stop.abort())));
    await using client = clientOf(who, port.url);
    expect(await failureOf(client, STEP, { signal: stop.signal })).toMatchObject({ code: 'cancelled' });
  });
});

const plain =
  (text: string, type = 'application/json', status = 200) =>
  (_: unknown, response: ServerResponse) => {
    response.writeHead(status, { 'Content-Type': type });
    response.end(text);
  };

describe('an answer that cannot be used', () => {
  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
    ['no JSON', plain('mac')],
    ['cut JSON', plain('{"mac":')],
    ['nothing', plain('')],
    ['a list', plain('[]')],
    ['null', plain('null')],
    ['another type', plain('{}', 'text/html')],
    ['more than 4096 bytes', plain(`{"a":"${'0'.repeat(5_000)}"}`)],
    ['no HTTP', (_, { socket }) => socket?.end('SSH-2.0-server\r\n')],
    [
      'two lengths',
      (_, { socket }) => socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}'),
    ],
  ])('%s', async (_, answer) => {
    await using bad = await badOnce(answer);
    await using client = clientOf(who, bad.service.url);
    expect(await failureOf(client)).toMatchObject({ code: 'key-service-malformed', details: { outcome: 'not-done' } });
    expect(await client.send(STEP, {})).toEqual({ kind: 'done', value: { number: 2 } });
  });
});

describe('a refusal', () => {
  it.each([
    ['unknown-operation', 404, 'not-offered'],
    ['algorithm-not-supported', 422, 'algorithm'],
    ['unknown-key', 422, 'no-key'],
  ])('%s lets another provider be asked', async (code, status, reason) => {
    runs++;
    await using bad = await badOnce((_, response) => json(response, { error: { code, message: '' } }, status));
    await using client = clientOf(who, bad.service.url);
    expect(await client.send(STEP, {})).toEqual({ kind: 'unavailable', reason });
  });

  const codes = [
    ['malformed', 400],
    ['unknown-transaction', 404],
    ['not-post', 405],
    ['late', 408],
    ['length-required', 411],
    ['too-large', 413],
    ['not-json', 415],
    ['key-usage', 422],
    ['pin-key-unknown', 422],
    ['pin-unreadable', 422],
    ['internal', 500],
    ['busy', 503],
  ] as const;

  it.each(codes)('%s is an error with the code of the service, and not tried again', async (code, status) => {
    await using bad = await badOnce((_, response) => json(response, { error: { code, message: '' } }, status));
    await using client = clientOf(who, bad.service.url);
    expect(await failureOf(client)).toMatchObject({
      code: 'key-service-refused',
      details: { place: code, step: 'hsm-command-mac', outcome: 'not-done' },
    });
    expect(bad.seen()).toBe(1);
  });

  it.each<[string, ReturnType<typeof plain>, string]>([
    ['a page of a proxy', plain('<html>735190</html>', 'text/html', 502), 'http-502'],
    ['a code that is none', plain('{"error":{"code":"735190 <b>"}}', 'application/json', 500), 'http-500'],
    ['a very long code', plain(`{"error":{"code":"${'a'.repeat(99)}"}}`, 'application/json', 500), 'http-500'],
    ['no object', plain('{"error":"busy"}', 'application/json', 503), 'http-503'],
    ['an inherited name', plain('{"error":{"code":"constructor"}}', 'application/json', 500), 'constructor'],
    ['no content', (_, response) => response.writeHead(204).end(), 'http-204'],
    [
      'a way to another address, which is not gone',
      (_, response) => response.writeHead(307, { Location: '/v1/command-mac' }).end(),
      'http-307',
    ],
  ])('without a code of the description: %s', async (_, answer, place) => {
    await using bad = await badOnce(answer);
    await using client = clientOf(who, bad.service.url);
    const error = await failureOf(client);
    expect(error).toMatchObject({ code: 'key-service-refused', details: { place } });
    expect(error.message).not.toContain('735190');
    expect(bad.seen()).toBe(1);
  });
});

describe('closing', () => {
  it('ends idle connections, and the ones that wait', async () => {
    await using service = await scriptedService(who, () => {});
    const client = httpsKeyService({ url: service.url, ca: who.authority.ca, ...who.client });
    const waiting = failureOf(client);
    await expect.poll(() => service.sockets.size).toBe(1);
    await client[Symbol.asyncDispose]();
    expect(await waiting).toMatchObject({ details: { outcome: 'not-done' } });
    expect(await failureOf(client)).toMatchObject({ code: 'channel-closed' });
  });
});
