import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { httpsKeyService, type KeyServiceOptions } from '../../../src/keys/https-service.ts';
import { type Authority, authority, type Identity } from './certificates.ts';

/** Who is who in these tests; made once for a file. */
export interface Identities {
  readonly authority: Authority;
  readonly stranger: Authority;
  readonly server: Identity;
  readonly client: Identity;
}

export const LOCALHOST = [
  { type: 'dns', value: 'localhost' },
  { type: 'ip', value: '127.0.0.1' },
] as const;

export async function identities(): Promise<Identities> {
  const [ours, stranger] = await Promise.all([authority('Test key service CA'), authority('Another CA')]);
  const [server, client] = await Promise.all([ours.issue('key service', { names: LOCALHOST }), ours.issue('terminal')]);
  return { authority: ours, stranger, server, client };
}

/** A server of a test on loopback, with every socket that it accepted. */
export interface Listening extends AsyncDisposable {
  readonly url: string;
  readonly sockets: ReadonlySet<Socket>;
}

export async function listen(server: Server, scheme = 'https'): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    // What the client cuts is no matter of the server.
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    sockets,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A service with certificates on both sides whose answers are a function. */
export function scriptedService(
  { authority: { ca }, server }: Identities,
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
  identity: Identity = server,
): Promise<Listening> {
  const tls = { ca: pem(ca), cert: pem(identity.cert), key: pem(identity.key) };
  const https = createServer({ ...tls, requestCert: true, rejectUnauthorized: true }, (request, response) => {
    const parts: Buffer[] = [];
    request.on('error', () => {});
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => answer(request, response, Buffer.concat(parts).toString()));
  });
  https.on('tlsClientError', () => {});
  return listen(https);
}

export function clientOf(
  { authority: { ca }, client }: Identities,
  url: string,
  changed: Partial<KeyServiceOptions> = {},
) {
  return httpsKeyService({ url, ca, ...client, ...changed });
}

/** Answers with JSON and this status. */
export function json(response: ServerResponse, value: unknown, status = 200): void {
  const body = JSON.stringify(value);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

function pem(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes);
}
