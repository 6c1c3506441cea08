import { equalBytes, fromHex } from '../../../apdu/bytes.ts';
import type { BlockCipher, CryptoProvider, Primitive } from './provider.ts';

/** Known results: published vectors (crypto.md 13), and for HMAC what openssl prints. All hex. */
const DES: readonly CipherProbe[] = [
  { cipher: 'DES', key: '8001010101010101', plain: '0000000000000000', result: '95A8D72813DAA94D' },
  { cipher: '3DES', key: '11223344556677888877665544332211', plain: '1122334400008000', result: '9B1D924E05595603' },
  {
    cipher: '3DES',
    key: '04AB321A318F08FB9B37F8ECB5835162B5B6C7A8BC610EB6',
    plain: '2E676486F1C7032E',
    result: 'D27480630A243AC5',
  },
  {
    cipher: '3DES',
    key: '3D4507C270DFE6C485C232156EB68316',
    iv: '9D873C75CA012B0C',
    plain: '04011766CFBD3B9DD3523E98673077FB',
    result: '5BF93D14E024DA7E952CA002B8076E96',
  },
];
const SM4: readonly CipherProbe[] = [
  {
    cipher: 'SM4',
    key: 'B35A0BEB143AE989B03A5F1DB4792E02',
    plain: '1E28804589DD31EF30C0DCD36D0C8366',
    result: 'B541C4896F7A544A61DFFA4ADCC03C32',
  },
  {
    cipher: 'SM4',
    key: '9E20A189FAE1F0E3736A62D2247D6CF7',
    iv: 'D952264BEC0D1F0F4CD3E5E1C774ED27',
    plain: 'C46F89B96D13C849F3F60E78C62F8DC1',
    result: 'A2FCAC6E176413AE8D95D9D340AC32E8',
  },
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
