import { concat, fromHex } from '../../../../apdu/bytes.ts';
import { withOddParity } from '../../../../src/crypto/des-keys.ts';
import {
  applicationCryptogram,
  responseCryptogram,
  responseCryptogramWithStatus,
  scriptMac,
} from '../../../../src/crypto/emv-cryptograms.ts';
import { cardMasterKey, commonSessionKey, pbocSessionKey } from '../../../../src/crypto/emv-keys.ts';
import type { CombinedSignature, OfflineResult } from '../../../../src/crypto/offline.ts';
import {
  recoverCardKey,
  recoverIssuerKey,
  verifyCombined,
  verifyDynamic,
  verifyStatic,
} from '../../../../src/crypto/rsa-offline.ts';
import { sm2PublicKey } from '../../../../src/crypto/sm2.ts';
import {
  readCardKey,
  readIssuerKey,
  verifyCombinedSm2,
  verifyDynamicSm2,
  verifyStaticSm2,
} from '../../../../src/crypto/sm2-offline.ts';
import { type RsaKeyPair, rsaKeyPair, signStatic } from '../rsa-signing.ts';
import type { Handler, Input } from './vector.ts';

const rsaKey = (input: Input, who: string) => ({ modulus: input.bytes(`${who}N`), exponent: input.bytes(`${who}E`) });

function today(input: Input) {
  const text = input.text('today');
  return { year: 2000 + Number(text.slice(0, 2)), month: Number(text.slice(2, 4)) };
}

const combined = (input: Input): CombinedSignature => ({
  signature: input.bytes('tag9F4B'),
  unpredictableNumber: input.bytes('unpredictableNumber'),
  pdolValues: input.bytes('pdolValues'),
  cdol1Values: input.bytes('cdol1Values'),
  cdol2Values: input.bytes('cdol2Values'),
  response: input.bytes('responseTlv'),
  cryptogramInformation: input.integer('cid'),
});

function judged<T>(result: OfflineResult<T>, facts: (value: T) => Record<string, unknown>): Record<string, unknown> {
  return result.kind === 'valid' ? { valid: true, ...facts(result.value) } : { valid: false };
}

const combinedFacts: Parameters<
  typeof judged<{ cryptogram: Uint8Array; cardDynamicNumber: Uint8Array; transactionDigest: Uint8Array }>
>[1] = ({ cryptogram, cardDynamicNumber, transactionDigest }) => ({
  ac: cryptogram,
  iccDynamicNumber: cardDynamicNumber,
  txHash: transactionDigest,
});

const masterKey =
  (option: 'A' | 'B' | 'SM4'): Handler =>
  (input) => ({ mk: cardMasterKey(option, input.bytes('imk'), input.text('pan'), input.text('psn')) });

export const emvHandlers: Readonly<Record<string, Handler>> = {
  'emv.mkA': masterKey('A'),
  'emv.mkB': masterKey('B'),
  'emv.mkSm4': masterKey('SM4'),
  'emv.csk': (input) => {
    const sk = commonSessionKey(input.bytes('mk'), input.bytes('r'));
    return { sk, skOdd: withOddParity(sk) };
  },
  'pboc.sk': (input) => {
    const sk = pbocSessionKey(input.cipher(), input.bytes('mk'), input.bytes('atc'));
    return input.cipher() === 'SM4' ? { sk } : { sk, skOdd: withOddParity(sk) };
  },
  'emv.ac': (input) => ({ ac: applicationCryptogram(input.cipher(), input.bytes('sk'), input.bytes('data')) }),
  'emv.arpc1': (input) => ({
    arpc: responseCryptogram(input.cipher(), input.bytes('sk'), input.bytes('arqc'), input.bytes('arc')),
  }),
  'emv.arpc2': (input) => ({
    arpc: responseCryptogramWithStatus(input.bytes('sk'), input.bytes('arqc'), input.bytes('csu'), input.bytes('pad')),
  }),
  'pboc.scriptMac': (input) => {
    const [header, data] = [input.bytes('header'), input.bytes('data')];
    const mac = scriptMac(input.cipher(), input.bytes('sk'), header, input.bytes('atc'), input.bytes('ac'), data);
    return { mac, apdu: concat([header, data, mac]) };
  },
  'emv.recoverIssuer': (input) => {
    const issuer = {
      certificate: input.bytes('tag90'),
      remainder: input.bytes('tag92'),
      exponent: input.bytes('tag9F32'),
    };
    return judged(recoverIssuerKey(rsaKey(input, 'ca'), issuer, input.text('pan'), today(input)), ({ plain, key }) => ({
      plain,
      issuerN: key.modulus,
    }));
  },
  'emv.recoverIcc': (input) => {
    const card = {
      certificate: input.bytes('tag9F46'),
      remainder: input.bytes('tag9F48'),
      exponent: input.bytes('tag9F47'),
    };
    const issuer = rsaKey(input, 'issuer');
    return judged(
      recoverCardKey(issuer, card, input.text('pan'), today(input), input.bytes('staticData')),
      ({ plain, key }) => ({ plain, iccN: key.modulus }),
    );
  },
  'emv.sda': (input) =>
    judged(verifyStatic(rsaKey(input, 'issuer'), input.bytes('tag93'), input.bytes('staticData')), (dataAuthCode) => ({
      dataAuthCode,
    })),
  'emv.dda': (input) =>
    judged(
      verifyDynamic(rsaKey(input, 'icc'), input.bytes('tag9F4B'), input.bytes('terminalDynamicData')),
      (iccDynamicNumber) => ({ iccDynamicNumber }),
    ),
  'emv.cda': (input) => judged(verifyCombined(rsaKey(input, 'icc'), combined(input)), combinedFacts),
  // Private keys of a simulated card: what each signs, the code verifies under the public half.
  'emv.testKeys': (_, { out }) => {
    const works = Object.values(out).every((pair) => {
      const key = rsaKeyPair(pair as RsaKeyPair);
      const data = fromHex('5F3401');
      return verifyStatic(key, signStatic(key, fromHex('DAC1'), data), data).kind === 'valid';
    });
    return works ? out : {};
  },
  'sm2.recoverIssuer': (input) =>
    judged(readIssuerKey(input.bytes('caPub'), input.bytes('tag90'), input.text('pan'), today(input)), ({ key }) => ({
      issuerPub: key,
    })),
  'sm2.recoverIcc': (input) =>
    judged(
      readCardKey(
        input.bytes('issuerPub'),
        input.bytes('tag9F46'),
        input.text('pan'),
        today(input),
        input.bytes('staticData'),
      ),
      ({ key }) => ({ iccPub: key }),
    ),
  'sm2.sda': (input) =>
    judged(verifyStaticSm2(input.bytes('issuerPub'), input.bytes('tag93'), input.bytes('staticData')), (code) => ({
      dataAuthCode: code,
    })),
  'sm2.dda': (input) =>
    judged(
      verifyDynamicSm2(input.bytes('iccPub'), input.bytes('tag9F4B'), input.bytes('terminalDynamicData')),
      (iccDynamicNumber) => ({ iccDynamicNumber }),
    ),
  'sm2.cda': (input) => judged(verifyCombinedSm2(input.bytes('iccPub'), combined(input)), combinedFacts),
  'sm2.testKeys': (_, { out }) =>
    Object.fromEntries(
      Object.entries(out as Record<string, { d: string }>).map(([who, { d }]) => [
        who,
        { d, pub: sm2PublicKey(fromHex(d)) },
      ]),
    ),
};
