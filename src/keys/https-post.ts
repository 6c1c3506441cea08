import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Agent } from 'node:https';

/** What came back, whatever the status. */
export interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/**
 * How a request ended without a whole answer. `unreachable`: it never left. `lost`: it left, and the connection ended
 * before the answer did. `not-http`: that is not what came. `too-long`: the answer was not read to its end.
 */
export type HttpFailure = 'unreachable' | 'lost' | 'late' | 'cancelled' | 'not-http' | 'too-long';

/** A request that ended so. */
export class HttpError extends Error {
  readonly failure: HttpFailure;

  constructor(failure: HttpFailure, cause?: unknown) {
    super(failure, { cause });
    this.failure = failure;
  }
}

export interface HttpPost {
  readonly url: URL;
  readonly agent: Agent;
  readonly body: string;
  /** Milliseconds for everything, from the connection to the last byte of the answer. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  /** Most bytes of an answer. */
  readonly limit: number;
}

/**
 * One POST over TLS, sent once: a connection that ends takes its request with it, as nobody can know whether the service
 * has worked it off. Whoever gives up drops the connection, so that a late answer meets nobody.
 * @throws HttpError
 */
export function post({ url, agent, body, timeout, signal, limit }: HttpPost): Promise<HttpAnswer> {
  if (signal?.aborted) return Promise.reject(new HttpError('cancelled', signal.reason));
  const { request } = process.getBuiltinModule('node:https');
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    const sending = request(url, { method: 'POST', agent, headers });
    const timer = setTimeout(() => end(new HttpError('late')), timeout);
    const abort = () => end(new HttpError('cancelled', signal?.reason));
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const end = (error: HttpError) => {
      settle();
      reject(error);
      sending.destroy();
    };
    signal?.addEventListener('abort', abort, { once: true });
    const left = whetherLeft(sending);
    sending.on('error', (error) => end(new HttpError(failureOf(error, left()), error)));
    sending.on('response', (answer) => {
      collect(answer, limit).then((text) => {
        settle();
        resolve({ status: answer.statusCode ?? 0, type: answer.headers['content-type'] ?? '', body: text });
      }, end);
    });
    sending.end(body);
  });
}

function failureOf(error: Error & { readonly code?: string }, left: boolean): HttpFailure {
  // The parser of HTTP says so of bytes that are something else.
  if (error.code?.startsWith('HPE_')) return 'not-http';
  return left ? 'lost' : 'unreachable';
}

/** A request leaves as soon as its connection is secure: at once on one that is used again. */
function whetherLeft(sending: ClientRequest): () => boolean {
  let secure = false;
  sending.on('socket', (socket) => {
    secure = sending.reusedSocket;
    if (secure) return;
    socket.once('secureConnect', () => {
      secure = true;
    });
  });
  return () => secure;
}

async function collect(answer: IncomingMessage, limit: number): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of answer as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > limit) break;
      parts.push(part);
    }
  } catch (error) {
    throw new HttpError('lost', error);
  }
  if (length > limit) throw new HttpError('too-long');
  return Buffer.concat(parts).toString('utf8');
}
