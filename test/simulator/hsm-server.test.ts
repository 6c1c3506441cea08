import { once } from 'node:events';
import { request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { HsmLogEntry, HsmServer } from '../../src/simulator/hsm.ts';
import type { HsmFault } from '../../src/simulator/hsm-faults.ts';
import { about, ask, hsm, MASTERS, who } from './hsm-rig.ts';

const BODY = { ...about('RKSSSE'), factor: '1122334455667788', data: 'A1A2A3A4A5A6A7A8' };
const OPERATION = 'external-authentication';
const RIGHT = { status: 200, body: { cryptogram: 'A13148FB7CFDD8B9' } };

const code = async (asked: Promise<{ status: number; body: Record<string, unknown> }>) => {
  const { status, body } = await asked;
  return [status, (body['error'] as { code: string } | undefined)?.code];
};

/** A TLS connection with the client's certificate, for bytes that no HTTP client sends. */
async function rawSocket({ url }: HsmServer): Promise<TLSSocket> {
  const { authority, client } = await who();
  const { hostname: host, port } = new URL(url);
  const [ca, cert, key] = [authority.ca, client.cert, client.key].map((bytes) => Buffer.from(bytes));
  const socket = connectTls({ host, port: Number(port), ca, cert, key });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  return socket;
}

async function rest(socket: TLSSocket): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

const head = (length: number) =>
  `POST /v1/${OPERATION} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;

describe('certificates', () => {
  it('lets a client of its authority in', async () => {
    await using server = await hsm();
    expect(await ask(server, OPERATION, BODY)).toEqual(RIGHT);
  });

  it('lets nobody in without one, with an old one, with one of another authority', async () => {
    const { authority, stranger } = await who();
    await using server = await hsm();
    const others = [null, await authority.issue('terminal', { expired: true }), await stranger.issue('terminal')];
    for (const client of others) await expect(ask(server, OPERATION, BODY, { client })).rejects.toThrow();
    expect(await ask(server, OPERATION, BODY)).toEqual(RIGHT);
  });

  it('has a server whose name is checked', async () => {
    const { authority } = await who();
    const server = await authority.issue('elsewhere', { names: [{ type: 'dns', value: 'elsewhere' }] });
    await using elsewhere = await hsm({ tls: { ...server, ca: authority.ca } });
    await expect(ask(elsewhere, OPERATION, BODY)).rejects.toThrow(/IP/);
  });

  it('takes certificates as text, too', async () => {
    const { authority, server } = await who();
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
    await using texts = await hsm({ tls: { key: text(server.key), cert: text(server.cert), ca: text(authority.ca) } });
    expect(await ask(texts, OPERATION, BODY)).toEqual(RIGHT);
  });
});

describe('what is no operation', () => {
  it.each([
    ['GET', OPERATION, [405, 'not-post']],
    ['POST', 'give-me-the-key', [404, 'unknown-operation']],
    ['POST', 'pin-key?id=1', [404, 'unknown-operation']],
  ])('%s %s', async (method, path, refusal) => {
    await using server = await hsm();
    expect(await code(ask(server, path, BODY, { method }))).toEqual(refusal);
  });

  it.each([
    [{ 'Content-Type': 'text/plain' }, [415, 'not-json']],
    [{ 'Content-Type': 'application/jsonp' }, [415, 'not-json']],
    [{ 'Content-Type': 'application/json; charset=utf-8' }, [200, undefined]],
  ])('%j', async (headers, expected) => {
    await using server = await hsm();
    expect(await code(ask(server, OPERATION, BODY, { headers }))).toEqual(expected);
  });

  it('a body without its length', async () => {
    await using server = await hsm();
    const socket = await rawSocket(server);
    const headers = 'Host: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked';
    socket.write(`POST /v1/${OPERATION} HTTP/1.1\r\n${headers}\r\n\r\n2\r\n{}\r\n0\r\n\r\n`);
    expect(await rest(socket)).toContain('length-required');
  });

  it('a body that is too long, refused before it comes', async () => {
    await using server = await hsm();
    const socket = await rawSocket(server);
    socket.write(head(4_097));
    expect(await rest(socket)).toMatch(/^HTTP\/1\.1 413 [\s\S]*too-large/);
  });

  it('bytes that are no UTF-8', async () => {
    await using server = await hsm();
    const socket = await rawSocket(server);
    socket.write(head(4));
    socket.write(Uint8Array.of(0x22, 0xff, 0xfe, 0x22));
    expect(await rest(socket)).toMatch(/^HTTP\/1\.1 400 [\s\S]*malformed/);
  });

  it('bytes that are no HTTP', async () => {
    await using server = await hsm();
    const socket = await rawSocket(server);
    socket.write('hello\r\n\r\n');
    expect(await rest(socket)).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('who takes too long', () => {
  it('with the body is told so, and cut off', async () => {
    await using server = await hsm({ times: { request: 20 } });
    const socket = await rawSocket(server);
    socket.write(`${head(100)}{"algorithm":`);
    expect(await rest(socket)).toMatch(/^HTTP\/1\.1 408 [\s\S]*"late"/);
  });

  it('with the headers is cut off', async () => {
    await using server = await hsm({ times: { headers: 20 } });
    const socket = await rawSocket(server);
    socket.write('POST /v1/');
    expect(await rest(socket)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('with the handshake is cut off', async () => {
    await using server = await hsm({ times: { handshake: 20 } });
    const { hostname, port } = new URL(server.url);
    const socket = connectTcp(Number(port), hostname);
    socket.on('error', () => {});
    await once(socket, 'close');
    expect(socket.bytesRead).toBe(0);
  });

  it('who leaves in the middle of a body does not disturb the next one', async () => {
    await using server = await hsm();
    const socket = await rawSocket(server);
    socket.write(`${head(100)}{`);
    socket.destroy();
    expect(await ask(server, OPERATION, BODY)).toEqual(RIGHT);
  });
});

describe('the log', () => {
  it('has client, operation, status and code, and nothing of a body or a key', async () => {
    const entries: HsmLogEntry[] = [];
    await using server = await hsm({ log: (entry) => entries.push(entry) });
    await ask(server, OPERATION, BODY);
    await ask(server, OPERATION, { ...BODY, algorithm: '02' });
    await ask(server, 'nothing', BODY);
    const about = { at: expect.any(Date), client: 'terminal' };
    expect(entries).toEqual([
      { ...about, operation: OPERATION, status: 200, code: null },
      { ...about, operation: OPERATION, status: 422, code: 'algorithm-not-supported' },
      { ...about, operation: null, status: 404, code: 'unknown-operation' },
    ]);
    const text = JSON.stringify(entries);
    const secrets = [BODY.card.factor, BODY.factor, BODY.data, 'A13148FB7CFDD8B9', MASTERS[0]?.value ?? '?'];
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  });
});

describe('misbehaviour on order', () => {
  const faulty = (...faults: HsmFault[]) => hsm({ faults });

  it('an answer that is no JSON, of another length, with another value, with another status', async () => {
    await using server = await faulty(
      { kind: 'answer', request: 1, body: '{"cryptogram":' },
      { kind: 'answer', request: 2, body: () => ({ cryptogram: 'A1' }) },
      { kind: 'answer', request: 3, body: (real) => ({ ...real, cryptogram: '0000000000000000' }) },
      { kind: 'answer', request: 4, status: 503, body: () => ({ error: { code: 'busy', message: '' } }) },
    );
    const answers = [];
    for (let count = 0; count < 5; count++) {
      const answer = await ask(server, OPERATION, BODY).catch((error: Error) => error.name);
      answers.push(typeof answer === 'string' ? answer : [answer.status, answer.body['cryptogram']]);
    }
    expect(answers).toEqual([
      'SyntaxError',
      [200, 'A1'],
      [200, '0000000000000000'],
      [503, undefined],
      [200, 'A13148FB7CFDD8B9'],
    ]);
  });

  it.each([0, 10, 80, 100])('a connection cut after %i bytes of the answer', async (bytes) => {
    await using server = await faulty({ kind: 'cut', request: 1, bytes });
    await expect(ask(server, OPERATION, BODY)).rejects.toThrow();
    expect(await ask(server, OPERATION, BODY)).toEqual(RIGHT);
  });

  it('the work is done although its answer is cut', async () => {
    await using server = await faulty({ kind: 'cut', request: 2, bytes: 0 });
    const purse = { random: '01020304', serial: '0005', keyVersion: '01', amount: '00001388', type: '31' };
    const amounts = { terminal: '320400000001', selfPaid: '00000000', pooled: '00000000' };
    const body = { ...about('DPK'), ...purse, ...amounts, date: '20260115', time: '093000' };
    const { transaction } = (await ask(server, 'authorise-purchase', body)).body;
    await expect(ask(server, 'confirm-purchase', { transaction, mac2: '6DD26CDE' })).rejects.toThrow();
    const again = ask(server, 'confirm-purchase', { transaction, mac2: '6DD26CDE' });
    expect(await code(again)).toEqual([404, 'unknown-transaction']);
  });

  it('a late answer', async () => {
    await using server = await faulty({ kind: 'late', request: 1, milliseconds: 20 });
    expect(await ask(server, OPERATION, BODY)).toEqual(RIGHT);
  });

  it('a late answer nobody waits for any more', async () => {
    const { authority, client } = await who();
    await using server = await faulty({ kind: 'late', request: 1, milliseconds: 600_000 });
    const [ca, cert, key] = [authority.ca, client.cert, client.key].map((bytes) => Buffer.from(bytes));
    const headers = { 'Content-Type': 'application/json', 'Content-Length': 2 };
    const sending = request(`${server.url}/v1/pin-key`, { method: 'POST', agent: false, ca, cert, key, headers });
    sending.on('error', () => {});
    sending.end('{}');
    await once(sending, 'finish');
    sending.destroy();
    expect(await ask(server, OPERATION, BODY)).toEqual(RIGHT);
  });
});

describe('closing', () => {
  it('ends connections that are open, and frees the port', async () => {
    const server = await hsm();
    const socket = await rawSocket(server);
    const over = once(socket, 'close');
    await server.close();
    await over;
    const port = Number(new URL(server.url).port);
    await using next = await hsm({ port });
    expect(next.url).toBe(server.url);
  });

  it('a port that is taken is an error', async () => {
    await using server = await hsm();
    await expect(hsm({ port: Number(new URL(server.url).port) })).rejects.toThrow(/EADDRINUSE/);
  });
});
