import type { Agent } from 'node:https';
import { SscardError } from '../../apdu/errors.ts';
import type { Waiting } from '../../drivers/reader.ts';
import type { HsmAdapter, HsmOperation, HsmStep } from './hsm-adapter.ts';
import { malformed, outcomeOf, stepOf } from './hsm-answer.ts';
import { type HttpAnswer, HttpError, type HttpFailure, post } from './https-post.ts';
import type { KeyAnswer, Unavailable } from './provider.ts';

/** A path, or the bytes of a PEM text. */
export type Pem = string | Uint8Array;

/** Where the service is, and who both sides are. */
export interface KeyServiceOptions {
  /** `https://host[:port][/path]`; the operations are under it. */
  readonly url: string;
  /** Certificates of whoever signs the service's certificate. The service is always verified, its name included. */
  readonly ca: Pem;
  /** This terminal's certificate, with its chain. */
  readonly cert: Pem;
  readonly key: Pem;
  /** Milliseconds for one operation, where the caller sets none. Default 10,000. */
  readonly timeout?: number;
}

const TIMEOUT = 10_000;
/** Longest answer (docs/hsm-service.md). */
const LIMIT = 4096;
/** Shorter than the service keeps an idle connection: nothing is written to one that is just being closed. */
const IDLE = 4_000;

/** Refusals after which the next provider may be asked, as nothing was spent (docs/hsm-service.md, at its end). */
const UNAVAILABLE: Readonly<Record<string, Unavailable>> = {
  'unknown-operation': 'not-offered',
  'algorithm-not-supported': 'algorithm',
  'unknown-key': 'no-key',
};

const FAILURES: Readonly<Record<HttpFailure, string>> = {
  unreachable: 'key-service-unreachable',
  lost: 'key-service-lost',
  late: 'key-service-late',
  cancelled: 'cancelled',
  'not-http': 'key-service-malformed',
  'too-long': 'key-service-malformed',
};

/**
 * The key service of docs/hsm-service.md: JSON over HTTPS with certificates on both sides. Several operations may be
 * under way at once.
 * @throws SscardError `key-service-address`, `key-service-credentials` (the file in `place`)
 * @example httpsKeyService({ url: 'https://keys.example:8443', ca: 'ca.pem', cert: 'terminal.pem', key: 'terminal.key' })
 */
export function httpsKeyService(options: KeyServiceOptions): HsmAdapter {
  return new HttpsKeyService(options);
}

class HttpsKeyService implements HsmAdapter {
  readonly #base: URL;
  readonly #agent: Agent;
  readonly #timeout: number;
  #closed = false;

  constructor({ url, timeout = TIMEOUT, ...identity }: KeyServiceOptions) {
    this.#base = addressOf(url);
    this.#agent = agentOf(identity);
    this.#timeout = timeout;
  }

  async send(step: HsmStep, waiting: Waiting): Promise<KeyAnswer<Readonly<Record<string, unknown>>>> {
    const { operation } = step;
    if (this.#closed)
      throw new SscardError('channel-closed', 'the key service was closed', { step: stepOf(operation) });
    const answer = await this.#post(step, waiting);
    if (answer.status === 200) return { kind: 'done', value: objectOf(operation, answer) };
    const code = refusalOf(answer);
    const reason = Object.hasOwn(UNAVAILABLE, code) ? UNAVAILABLE[code] : undefined;
    if (reason !== undefined) return { kind: 'unavailable', reason };
    throw failed('key-service-refused', operation, code, `the service answered ${answer.status}`);
  }

  async #post({ operation, subject, data }: HsmStep, { timeout = this.#timeout, signal }: Waiting) {
    const url = new URL(`v1/${operation}`, this.#base);
    const body = JSON.stringify({ ...subject, ...data });
    try {
      return await post({ url, agent: this.#agent, body, timeout, signal, limit: LIMIT });
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      throw failed(FAILURES[error.failure], operation, this.#base.host, error.failure, error.cause);
    }
  }

  /** Ends idle connections, and those on which an answer is awaited. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#agent.destroy();
  }
}

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // The address is not repeated: somebody may have put a password into it.
  if (url?.protocol !== 'https:' || `${url.search}${url.hash}${url.username}${url.password}` !== '')
    throw new SscardError('key-service-address', 'not https://host[:port][/path]');
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

/** The service is verified whatever the environment says; there is no way to switch that off. */
function agentOf(identity: { readonly ca: Pem; readonly cert: Pem; readonly key: Pem }): Agent {
  const tls = process.getBuiltinModule('node:tls');
  const https = process.getBuiltinModule('node:https');
  const [ca, cert, key] = [bytesOfPem(identity.ca), bytesOfPem(identity.cert), bytesOfPem(identity.key)];
  try {
    const secureContext = tls.createSecureContext({ ca, cert, key, minVersion: 'TLSv1.2' });
    return new https.Agent({ secureContext, rejectUnauthorized: true, keepAlive: true, timeout: IDLE });
  } catch (error) {
    throw new SscardError('key-service-credentials', 'no certificate, or no key of it', {}, { cause: error });
  } finally {
    key.fill(0);
  }
}

function bytesOfPem(pem: Pem): Buffer {
  if (typeof pem !== 'string') return Buffer.from(pem);
  try {
    return process.getBuiltinModule('node:fs').readFileSync(pem);
  } catch (error) {
    throw new SscardError('key-service-credentials', 'the file cannot be read', { place: pem }, { cause: error });
  }
}

function objectOf(operation: HsmOperation, { type, body }: HttpAnswer): Readonly<Record<string, unknown>> {
  const value = isJson(type) ? parsed(body) : undefined;
  if (!isObject(value)) throw malformed(operation, 'no JSON object');
  return value;
}

/** The service's code, if it is one; nothing else of a refusal is repeated. */
function refusalOf({ status, type, body }: HttpAnswer): string {
  const value = isJson(type) ? parsed(body) : undefined;
  const error = isObject(value) ? value['error'] : undefined;
  const code = isObject(error) ? error['code'] : undefined;
  return typeof code === 'string' && /^[a-z]+(?:-[a-z]+){0,4}$/.test(code) && code.length <= 40
    ? code
    : `http-${status}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isJson(type: string): boolean {
  return /^application\/json\s*(?:;|$)/i.test(type);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function failed(code: string, operation: HsmOperation, place: string, message: string, cause?: unknown): SscardError {
  return new SscardError(code, message, { step: stepOf(operation), place, outcome: outcomeOf(operation) }, { cause });
}
