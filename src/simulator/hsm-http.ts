import type { IncomingMessage, ServerResponse } from 'node:http';
import { HsmRefusal } from './hsm-members.ts';

/** Bytes of a body, and of an answer. */
export const LONGEST_BODY = 4_096;

/** Which operation a request names. @throws HsmRefusal `not-post`, `unknown-operation` */
export function operationName({ method, url = '' }: IncomingMessage, known: (name: string) => boolean): string {
  const name = /^\/v1\/([a-z-]{1,40})$/.exec(url)?.[1];
  if (name === undefined || !known(name)) throw new HsmRefusal(404, 'unknown-operation', 'no such path');
  if (method !== 'POST') throw new HsmRefusal(405, 'not-post', 'operations are posted');
  return name;
}

/**
 * The JSON of a request.
 * @param timeout milliseconds for the whole body
 * @throws HsmRefusal `not-json`, `length-required`, `too-large`, `late`, `malformed`
 */
export async function readJson(request: IncomingMessage, timeout: number): Promise<unknown> {
  const { 'content-type': type = '', 'content-length': length } = request.headers;
  if (!/^application\/json\s*(?:;|$)/i.test(type)) throw new HsmRefusal(415, 'not-json', 'another content type');
  if (length === undefined) throw new HsmRefusal(411, 'length-required', 'no Content-Length');
  if (Number(length) > LONGEST_BODY) throw new HsmRefusal(413, 'too-large', `over ${LONGEST_BODY} bytes`);
  const body = await collect(request, timeout);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // What was sent is not repeated: it may hold an enciphered PIN.
    throw new HsmRefusal(400, 'malformed', 'not JSON in UTF-8');
  }
}

function collect(request: IncomingMessage, timeout: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const timer = setTimeout(() => reject(new HsmRefusal(408, 'late', 'the body did not come in time')), timeout);
    request.on('data', (part: Buffer) => parts.push(part));
    request.once('end', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(parts));
    });
    request.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}

/** Sends an answer whole. A refused request may not have been read to its end: its connection closes. */
export function send(response: ServerResponse, status: number, body: string, close: boolean): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    ...(status === 405 && { Allow: 'POST' }),
    ...(status === 503 && { 'Retry-After': '5' }),
    ...(close && { Connection: 'close' }),
  });
  response.end(body);
}
