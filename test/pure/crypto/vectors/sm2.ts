import { concat, equalBytes } from '../../../../apdu/bytes.ts';
import { signatureFromDer, signatureToDer } from '../../../../src/crypto/signature-der.ts';
import { identityDigest, messageDigest, sm2PublicKey, sm2Sign, sm2Verify } from '../../../../src/crypto/sm2.ts';
import { sm2Decrypt, sm2Encrypt } from '../../../../src/crypto/sm2-encryption.ts';
import type { Handler } from './vector.ts';

export const sm2Handlers: Readonly<Record<string, Handler>> = {
  'sm2.sign': (input) => {
    const [d, id, message] = [input.bytes('d'), input.bytes('id'), input.bytes('message')];
    const pub = sm2PublicKey(d);
    const sig = sm2Sign(d, message, id, () => input.bytes('k'));
    if (!sm2Verify(pub, message, sig, id)) return {};
    return { pub, za: identityDigest(pub, id), e: messageDigest(pub, message, id), sig, sigDer: signatureToDer(sig) };
  },
  'sm2.verify': (input) => ({
    valid: sm2Verify(input.bytes('pub'), input.bytes('message'), input.bytes('sig'), input.bytes('id')),
  }),
  'sm2.encrypt': (input) => {
    const [d, pub, message] = [input.bytes('d'), input.bytes('pub'), input.bytes('message')];
    const [current, old] = (['C1C3C2', 'C1C2C3'] as const).map((order) => {
      const enciphered = sm2Encrypt(pub, message, order, () => input.bytes('k'));
      const opened = sm2Decrypt(d, enciphered, order);
      return opened && equalBytes(opened, message) ? enciphered : new Uint8Array(0);
    });
    const [c1, c3, c2] = [current?.slice(0, 65), current?.slice(65, 97), current?.slice(97)];
    if (!c1 || !c2 || !c3 || !old || !equalBytes(old, concat([c1, c2, c3]))) return {};
    return { c1, c2, c3 };
  },
  'sm2.der': (input) => {
    const der = signatureToDer(input.bytes('sig'));
    const back = signatureFromDer(der);
    return back && equalBytes(back, input.bytes('sig')) ? { der } : {};
  },
};
