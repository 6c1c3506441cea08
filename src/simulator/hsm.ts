import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { MasterKey } from './card-file-check.ts';
import { type HsmFault, misbehave } from './hsm-faults.ts';
import { operationName, readJson, send } from './hsm-http.ts';
import { HsmRefusal } from './hsm-members.ts';
import { type HsmState, operations } from './hsm-operations.ts';
import { PinKeys } from './hsm-pin.ts';
import { Purchases } from './hsm-purse.ts';

const MOST_CONNECTIONS = 64;
const LONGEST_HEADERS = 8_192;

/** How long the service waits, in milliseconds. */
export interface HsmTimes {
  /** For the TLS handshake. Default 5,000. */
  readonly handshake?: number;
  /** For the headers of a request. Default 5,000. */
  readonly headers?: number;
  /** For the body of a request. Default 10,000. */
  readonly request?: number;
  /** A connection without a request. Default 5,000. */
  readonly idle?: number;
  /** A one-time key for a PIN. Default 60,000. */
  readonly pinKey?: number;
}

/** One request, as the service keeps it: nothing of its body. */
export interface HsmLogEntry {
  readonly at: Date;
  /** Common name in the client's certificate. */
  readonly client: string | null;
  /** Null: the request named none. */
  readonly operation: string | null;
  readonly status: number;
  /** Code of a refusal. */
  readonly code: string | null;
}

/** What the service works with. */
export interface HsmOptions {
  /** National masters: the `masters` of a card file. */
  readonly masters: readonly MasterKey[];
  /** PEM. `ca` is who signs the certificates of clients. */
  readonly tls: {
    readonly key: string | Uint8Array;
    readonly cert: string | Uint8Array;
    readonly ca: string | Uint8Array;
  };
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  readonly log?: (entry: HsmLogEntry) => void;
  /** The clock of load authorisations. Default: the system's. */
  readonly now?: () => Date;
  readonly times?: HsmTimes;
  readonly faults?: readonly HsmFault[];
}

/** A running service. */
export interface HsmServer extends AsyncDisposable {
  /** `https://127.0.0.1:8443` */
  readonly url: string;
  /** Ends every connection; resolves when the port is free. */
  close(): Promise<void>;
}

/**
 * The reference server of docs/hsm-service.md: HTTPS with certificates on both sides, JSON, and the masters of simulated
 * cards. For tests and trials; real masters have no place in it.
 * @throws what node:https throws for an address in use or a damaged certificate
 * @example await using hsm = await serveHsm({ masters: file.masters, tls: { key, cert, ca } });
 */
export async function serveHsm(options: HsmOptions): Promise<HsmServer> {
  const { host = '127.0.0.1', port = 0, times = {} } = options;
  const service = new Service(options);
  const server = createServer({
    key: pem(options.tls.key),
    cert: pem(options.tls.cert),
    ca: pem(options.tls.ca),
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    handshakeTimeout: times.handshake ?? 5_000,
    headersTimeout: times.headers ?? 5_000,
    // The body has a deadline of its own, which is answered.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(1_000, times.headers ?? 1_000),
    keepAliveTimeout: times.idle ?? 5_000,
    maxHeaderSize: LONGEST_HEADERS,
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.on('request', (request, response) => void service.serve(request, response));
  // The server itself forgets those that are still in their handshake.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await listening(server, host, port);
  const { port: taken } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return {
    url: `https://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function pem(text: string | Uint8Array): string {
  return typeof text === 'string' ? text : Buffer.from(text).toString('latin1');
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

class Service {
  readonly #options: HsmOptions;
  readonly #state: HsmState;
  #requests = 0;

  constructor(options: HsmOptions) {
    this.#options = options;
    this.#state = {
      masters: options.masters,
      pinKeys: new PinKeys(options.times?.pinKey),
      purchases: new Purchases(),
      now: options.now ?? (() => new Date()),
    };
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = this.#faultOf(++this.#requests);
    let operation: string | null = null;
    let status = 200;
    let body: Readonly<Record<string, unknown>>;
    try {
      operation = operationName(request, (name) => operations.has(name));
      const members = await readJson(request, this.#options.times?.request ?? 10_000);
      body = operations.get(operation)?.(this.#state, members) ?? {};
    } catch (error) {
      if (request.socket.destroyed) return;
      const refusal = error instanceof HsmRefusal ? error : new HsmRefusal(500, 'internal', 'a fault of this service');
      const { code, message, member } = refusal;
      status = refusal.status;
      body = { error: { code, message, ...(member !== undefined && { member }) } };
    }
    this.#log(request, operation, status, body);
    if (fault === undefined) send(response, status, JSON.stringify(body), status !== 200);
    else await misbehave(response, fault, status, body);
  }

  #faultOf(request: number): HsmFault | undefined {
    return this.#options.faults?.find((fault) => fault.request === request);
  }

  #log({ socket }: IncomingMessage, operation: string | null, status: number, body: Readonly<Record<string, unknown>>) {
    // A resumed session may not bring the certificate again.
    const { subject }: Partial<PeerCertificate> = (socket as TLSSocket).getPeerCertificate();
    const { error } = body as { readonly error?: { readonly code: string } };
    this.#options.log?.({
      at: new Date(),
      client: [subject?.CN ?? []].flat()[0] ?? null,
      operation,
      status,
      code: error?.code ?? null,
    });
  }
}
