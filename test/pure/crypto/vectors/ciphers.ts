import { challengeCryptogram, foldedCryptogram, processCryptogram } from '../../../../src/crypto/authentication.ts';
import { decryptCbc, decryptEcb, encryptCbc, encryptEcb } from '../../../../src/crypto/blocks.ts';
import { keyCheckValue, withOddParity } from '../../../../src/crypto/des-keys.ts';
import { diversify, diversifyLevels, processKey } from '../../../../src/crypto/diversify.ts';
import { desMac, pad1, pad2, sm4Mac } from '../../../../src/crypto/mac.ts';
import { hmacSm3, sm3 } from '../../../../src/crypto/sm3.ts';
import type { Handler, Input } from './vector.ts';

const des = (key: Uint8Array) => (key.length === 8 ? 'DES' : '3DES');

function padded(input: Input, block: 8 | 16): Uint8Array {
  const data = input.bytes('data');
  return input.count('padding') === 1 ? pad1(data, block) : pad2(data, block);
}

const desMacOf: Handler = (input) => ({ mac: desMac(input.bytes('key'), padded(input, 8), input.bytes('iv')) });

/** The card's key, as the vector gives it or derived. */
function cardKey(input: Input): Uint8Array {
  if (input.has('key')) return input.bytes('key');
  return diversify(input.cipher(), input.bytes('masterKey'), input.bytes('factor'));
}

export const cipherHandlers: Readonly<Record<string, Handler>> = {
  'des.ecb.encrypt': (input) => {
    const key = input.bytes('key');
    return { cipher: encryptEcb(des(key), key, input.bytes('data')) };
  },
  'des.ecb.decrypt': (input) => {
    const key = input.bytes('key');
    return { plain: decryptEcb(des(key), key, input.bytes('data')) };
  },
  'des.cbc.encrypt': (input) => {
    const key = input.bytes('key');
    return { cipher: encryptCbc(des(key), key, input.bytes('data'), input.bytes('iv')) };
  },
  'des.parity': (input) => ({ odd: withOddParity(input.bytes('key')) }),
  'des.kcv': (input) => {
    const key = input.bytes('key');
    return { kcv: keyCheckValue(des(key), key) };
  },
  'sm4.ecb.encrypt': (input) => ({ cipher: encryptEcb('SM4', input.bytes('key'), input.bytes('data')) }),
  'sm4.ecb.decrypt': (input) => ({ plain: decryptEcb('SM4', input.bytes('key'), input.bytes('data')) }),
  'sm4.cbc.encrypt': (input) => ({
    cipher: encryptCbc('SM4', input.bytes('key'), input.bytes('data'), input.bytes('iv')),
  }),
  'sm4.cbc.decrypt': (input) => ({
    plain: decryptCbc('SM4', input.bytes('key'), input.bytes('data'), input.bytes('iv')),
  }),
  // CBC over zeros enciphers the initial value again and again: all the rounds with one cipher object.
  'sm4.ecb.iterate': (input) => {
    const zeros = new Uint8Array(16 * input.count('times'));
    return { cipher: encryptCbc('SM4', input.bytes('key'), zeros, input.bytes('data')).slice(-16) };
  },
  'sm4.kcv': (input) => ({ kcv: keyCheckValue('SM4', input.bytes('key')) }),
  sm3: (input) => ({ digest: sm3(input.bytes('data')) }),
  'sm3.hmac': (input) => ({ mac: hmacSm3(input.bytes('key'), input.bytes('data')) }),
  'mac.alg1': desMacOf,
  'mac.alg3': desMacOf,
  'mac.sm4': (input) => ({ mac: sm4Mac(input.bytes('key'), padded(input, 16), input.bytes('iv')) }),
  'mac.pad2': (input) => ({ padded: pad2(input.bytes('data'), input.count('block') === 8 ? 8 : 16) }),
  'pboc.diversify': (input, vector) => {
    const factors = (vector.in['factors'] as unknown as string[]).map((hex) =>
      Uint8Array.from(Buffer.from(hex, 'hex')),
    );
    const levels = factors.map((_, at) =>
      diversifyLevels(input.cipher(), input.bytes('key'), factors.slice(0, at + 1)),
    );
    return { levels, key: levels.at(-1) };
  },
  'auth.block': (input) => {
    const key = cardKey(input);
    const cryptogram = challengeCryptogram(input.cipher(), key, input.bytes('challenge'));
    return input.has('key') ? { cryptogram } : { key, cryptogram };
  },
  'auth.fold16': (input) => ({
    cryptogram: foldedCryptogram(input.cipher(), cardKey(input), input.bytes('challenge')),
  }),
  'auth.process': (input) => {
    const key = cardKey(input);
    const factor = input.bytes('processFactor');
    return {
      processKey: processKey(input.cipher(), key, factor),
      cryptogram: processCryptogram(input.cipher(), key, factor, input.bytes('original')),
    };
  },
};
