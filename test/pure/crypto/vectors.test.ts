import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../apdu/bytes.ts';
import { providerOf, withProvider } from '../../../src/crypto/providers/select.ts';
import { cipherHandlers } from './vectors/ciphers.ts';
import { emvHandlers } from './vectors/emv.ts';
import { messageHandlers } from './vectors/messages.ts';
import { sm2Handlers } from './vectors/sm2.ts';
import { type Handler, Input, type Vector } from './vectors/vector.ts';

/** All published vectors of crypto.md 13, through the platform and through what stands in for it. */
const COUNTS = {
  auth: 16,
  checkdigit: 24,
  des: 23,
  diversify: 9,
  'emv-crypto': 52,
  'emv-rsa': 34,
  'emv-sm2': 15,
  epurse: 14,
  mac: 44,
  pinblock: 37,
  'secure-messaging': 28,
  sm2: 23,
  sm3: 15,
  sm4: 14,
};

const handlers: Readonly<Record<string, Handler>> = {
  ...cipherHandlers,
  ...emvHandlers,
  ...messageHandlers,
  ...sm2Handlers,
};

const folder = new URL('../../../fixtures/vectors/crypto/', import.meta.url);
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace('.json', ''));
const vectorsOf = (file: string): Vector[] => JSON.parse(readFileSync(new URL(`${file}.json`, folder), 'utf8')).vectors;

/** Bytes as the vector files write them, at any depth. */
function written(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(written);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, written(member)]));
}

function computed(vector: Vector): unknown {
  try {
    return written(handlers[vector.op]?.(new Input(vector.in), vector));
  } catch (error) {
    if (error instanceof RangeError) return { error: true };
    throw error;
  }
}

describe.each(['node', 'portable'] as const)('published vectors through the %s provider', (provider) => {
  it('are computed by that provider and no other', () => {
    const used = withProvider(provider, () => (['DES', 'SM4', 'SM3'] as const).map((one) => providerOf(one).name));
    expect(used).toEqual([provider, provider, provider]);
  });

  it.each(files)('%s', (file) => {
    const results = vectorsOf(file).map((vector) => ({
      id: vector.id,
      out: withProvider(provider, () => computed(vector)),
    }));
    expect(results).toEqual(vectorsOf(file).map(({ id, out }) => ({ id, out })));
  });
});

describe('the vector files', () => {
  it('hold 348 vectors, and each operation is handled', () => {
    expect(Object.fromEntries(files.map((file) => [file, vectorsOf(file).length]))).toEqual(COUNTS);
    expect(Object.values(COUNTS).reduce((sum, count) => sum + count)).toBe(348);
    const operations = new Set(files.flatMap(vectorsOf).map(({ op }) => op));
    expect([...operations].sort()).toEqual(Object.keys(handlers).sort());
  });
});
