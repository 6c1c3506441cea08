import * as nodeCrypto from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decryptCbc, decryptEcb, encryptCbc, encryptEcb, lastBlockCbc } from '../../../src/crypto/blocks.ts';
import { nodeProvider, type Platform } from '../../../src/crypto/providers/node.ts';
import { portableProvider } from '../../../src/crypto/providers/portable.ts';
import type { CryptoProvider, Primitive } from '../../../src/crypto/providers/provider.ts';
import { choose, providerOf, withProvider } from '../../../src/crypto/providers/select.ts';
import { hmacSm3, sm3 } from '../../../src/crypto/sm3.ts';

const PRIMITIVES: readonly Primitive[] = ['DES', 'SM4', 'SM3'];

/** A platform that lacks a cipher or digest, as those on BoringSSL do: it throws for the name. */
function without(missing: RegExp): Platform {
  const refuse = (name: string) => {
    if (missing.test(name)) throw new Error(`unknown: ${name}`);
  };
  return {
    ...nodeCrypto,
    createCipheriv: ((name: string, ...rest: [never, never]) => {
      refuse(name);
      return nodeCrypto.createCipheriv(name, ...rest);
    }) as Platform['createCipheriv'],
    createHash: (name, options) => {
      refuse(name);
      return nodeCrypto.createHash(name, options);
    },
  };
}

const names = (platform: CryptoProvider) =>
  PRIMITIVES.map((primitive) => choose(primitive, [platform, portableProvider]).name);

describe('the choice of a provider', () => {
  it('is the platform for what it has', () => {
    expect(PRIMITIVES.map((primitive) => providerOf(primitive).name)).toEqual(['node', 'node', 'node']);
  });

  it.each([
    ['SM4 and SM3', /^sm/, ['node', 'portable', 'portable']],
    ['CBC of SM4', /^sm4-cbc$/, ['node', 'portable', 'node']],
    ['three-key 3DES', /^des-ede3$/, ['portable', 'node', 'node']],
    ['CBC of DES', /^des-ede3-cbc$/, ['portable', 'node', 'node']],
  ])('is ours, for that alone, where the platform lacks %s', (_, missing, chosen) => {
    expect(names(nodeProvider(without(missing)))).toEqual(chosen);
  });

  it('is ours where the platform computes something else', () => {
    const wrong: CryptoProvider = {
      ...nodeProvider(nodeCrypto),
      transform: (_direction, _cipher, _key, data) => data.slice(),
      sm3: () => new Uint8Array(32),
    };
    expect(names(wrong)).toEqual(['portable', 'portable', 'portable']);
  });

  it('is ours where the platform enciphers but does not decipher', () => {
    const node = nodeProvider(nodeCrypto);
    const half: CryptoProvider = {
      ...node,
      transform: (direction, ...rest) => node.transform(direction === 'decipher' ? 'encipher' : direction, ...rest),
    };
    expect(names(half)).toEqual(['portable', 'portable', 'node']);
  });

  it('fails by name when nothing computes it', () => {
    expect(() => choose('SM4', [nodeProvider(without(/^sm4/))])).toThrow('no provider computes SM4');
  });
});

describe('a forced provider', () => {
  it('ends with its work', () => {
    const inside = withProvider('portable', () => providerOf('SM4').name);
    expect([inside, providerOf('SM4').name]).toEqual(['portable', 'node']);
  });

  it('ends when its work throws', () => {
    const work = () => {
      throw new Error('work');
    };
    expect(() => withProvider('portable', work)).toThrow('work');
    expect(providerOf('SM4').name).toBe('node');
  });

  it('gives way to another inside and comes back', () => {
    const seen = withProvider('portable', () => [
      withProvider('node', () => providerOf('DES').name),
      providerOf('DES').name,
    ]);
    expect(seen).toEqual(['node', 'portable']);
  });
});

describe('the two providers', () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const both = (work: () => Uint8Array) => expect(withProvider('portable', work)).toEqual(withProvider('node', work));

  it.each([
    ['DES', 8, 8],
    ['3DES', 16, 8],
    ['3DES', 24, 8],
    ['SM4', 16, 16],
  ] as const)('agree on %s with keys of %i bytes', (cipher, keyLength, block) => {
    const cases = fc.record({
      key: bytes(keyLength),
      iv: bytes(block),
      data: fc.integer({ min: 0, max: 9 }).chain((blocks) => bytes(blocks * block)),
    });
    fc.assert(
      fc.property(cases, ({ key, iv, data }) => {
        both(() => encryptEcb(cipher, key, data));
        both(() => decryptEcb(cipher, key, data));
        both(() => encryptCbc(cipher, key, data, iv));
        both(() => decryptCbc(cipher, key, data, iv));
        if (data.length > 0) both(() => lastBlockCbc(cipher, key, data, iv));
      }),
      { numRuns: 50 },
    );
  });

  it('agree on SM3 and HMAC-SM3 of any length', () => {
    const data = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(data, data, (key, message) => {
        both(() => sm3(message));
        both(() => hmacSm3(key, message));
      }),
      { numRuns: 100 },
    );
  });

  it.each(['node', 'portable'] as const)('leave key, data and initial value alone: %s', (name) => {
    const [key, data, iv] = [new Uint8Array(16).fill(3), new Uint8Array(24).fill(4), new Uint8Array(8).fill(5)];
    withProvider(name, () => decryptCbc('3DES', key, encryptCbc('3DES', key, data, iv), iv));
    expect([key, data, iv]).toEqual([
      new Uint8Array(16).fill(3),
      new Uint8Array(24).fill(4),
      new Uint8Array(8).fill(5),
    ]);
  });

  it.each(['node', 'portable'] as const)('give bytes in memory of their own: %s', (name) => {
    const results = withProvider(name, () => [
      encryptEcb('DES', new Uint8Array(8), new Uint8Array(8)),
      encryptEcb('SM4', new Uint8Array(16), new Uint8Array(16)),
    ]);
    expect(results.map(({ buffer }) => buffer.byteLength)).toEqual([8, 16]);
  });
});

describe('a key that is put together for the platform', () => {
  it('is wiped after each use', () => {
    const given: Uint8Array[] = [];
    const watched: Platform = {
      ...nodeCrypto,
      createCipheriv: ((name: string, key: Uint8Array, iv: Uint8Array | null) => {
        given.push(key);
        return nodeCrypto.createCipheriv(name, key, iv);
      }) as Platform['createCipheriv'],
    };
    const key = new Uint8Array(8).fill(7);
    nodeProvider(watched).transform('encipher', 'DES', key, new Uint8Array(8), null);
    nodeProvider(watched).transform('encipher', 'DES', key, new Uint8Array(8), new Uint8Array(8));
    expect(given.map((bytes) => [...bytes])).toEqual([Array(16).fill(0), Array(24).fill(0)]);
  });
});
