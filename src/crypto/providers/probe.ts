import { equalBytes, fromHex } from '../../../apdu/bytes.ts';
import type { BlockCipher, CryptoProvider, Primitive } from './provider.ts';

/** Known results: of the standards, of a published purse session, and of openssl for the last one. All hex. */
const DES: readonly CipherProbe[] = [
  { cipher: 'DES', key: '0123456789ABCDEF', plain: '4E6F772069732074', result: '3FA40E8A984D4815' },
  { cipher: '3DES', key: '11223344556677888877665544332211', plain: '1122334400008000', result: '9B1D924E05595603' },
  {
    cipher: '3DES',
    key: '0123456789ABCDEF23456789ABCDEF01456789ABCDEF0123',
    plain: '5468652071756663',
    result: 'A826FD8CE53B855F',
  },
  {
    cipher: 'DES',
    key: '0123456789ABCDEF',
    iv: '1234567890ABCDEF',
    plain: '4E6F77206973207468652074696D6520',
    result: 'E5C7CDDE872BF27C43E934008C389C0F',
  },
];
const SM4_KEY = '0123456789ABCDEFFEDCBA9876543210';
const SM4: readonly CipherProbe[] = [
  { cipher: 'SM4', key: SM4_KEY, plain: SM4_KEY, result: '681EDF34D206965E86B3E94F536E4246' },
  { cipher: 'SM4', key: SM4_KEY, iv: SM4_KEY, plain: SM4_KEY, result: '2677F46B09C122CC975533105BD4A22A' },
];
const ABC = '616263';
const SM3_OF_ABC = '66C7F0F462EEEDD9D1F2D46BDC10E4E24167C4875CF2F7A2297DA02B8F4BA8E0';
const HMAC_KEY = '6B';
const HMAC_OF_ABC = 'AF684D81732E81F6A9C5DD0AA68F27667B36DEBCEBE29E094A654C3D496A898A';

interface CipherProbe {
  readonly cipher: BlockCipher;
  readonly key: string;
  readonly iv?: string;
  readonly plain: string;
  readonly result: string;
}

/** Whether a provider really computes a primitive: some runtimes list ciphers that then fail (crypto.md 1). */
export function works(provider: CryptoProvider, primitive: Primitive): boolean {
  try {
    if (primitive === 'SM3') return digests(provider);
    return (primitive === 'DES' ? DES : SM4).every((probe) => ciphers(provider, probe));
  } catch {
    // What the platform does not know throws.
    return false;
  }
}

function digests(provider: CryptoProvider): boolean {
  return (
    equalBytes(provider.sm3(fromHex(ABC)), fromHex(SM3_OF_ABC)) &&
    equalBytes(provider.hmacSm3(fromHex(HMAC_KEY), fromHex(ABC)), fromHex(HMAC_OF_ABC))
  );
}

function ciphers(provider: CryptoProvider, { cipher, key, iv, plain, result }: CipherProbe): boolean {
  const transform = (direction: 'encipher' | 'decipher', data: string) =>
    provider.transform(direction, cipher, fromHex(key), fromHex(data), iv === undefined ? null : fromHex(iv));
  return (
    equalBytes(transform('encipher', plain), fromHex(result)) &&
    equalBytes(transform('decipher', result), fromHex(plain))
  );
}
