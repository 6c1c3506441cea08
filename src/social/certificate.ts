import { fromHex, toHex } from '../../apdu/bytes.ts';
import { SscardError } from '../../apdu/errors.ts';
import type { CommandApdu } from '../../apdu/types.ts';
import { exchange, refused } from '../../drivers/exchange.ts';
import type { Flow } from './flow.ts';
import type { Where } from './steps.ts';

/** The SM2 key of the certificate application (2.6). `absent`: this card has no such application, or no key in it. */
export type CertificateKey =
  | {
      readonly kind: 'key';
      /** x ‖ y, 128 hex digits, without 04 in front; null where the head in front of it is not the one described. */
      readonly publicKey: string | null;
      /** All of the file, hex. */
      readonly raw: string;
    }
  | { readonly kind: 'absent' };

const DONE = 0x9000;
const NOT_FOUND = 0x6a82;

/**
 * Reads the public key: application by AID, its directory by name, the file, its bytes (2.6). Free; nothing is signed.
 * The social security application is not the selected one any more.
 * @throws SscardError `card-refused`, `answer-malformed`, and what the channel throws
 */
export async function readCertificateKey({ line, profile: { certificate } }: Flow): Promise<CertificateKey> {
  if (certificate === undefined) return { kind: 'absent' };
  const { aid, directory, publicKey } = certificate;
  const send = async (command: CommandApdu, where: Where) => {
    const { data, sw } = await exchange(line, command, where);
    if (sw !== DONE && sw >> 8 !== 0x61 && sw !== NOT_FOUND) throw refused(sw, where);
    return sw === NOT_FOUND ? undefined : data;
  };
  const select = (p1: number, name: string, where: Where) =>
    send({ cla: 0x00, ins: 0xa4, p1, p2: 0x00, data: fromHex(name) }, where);
  const file: Where = { step: 'read-certificate', place: `certificate ${publicKey.fid}` };
  const found =
    (await select(0x04, aid, { step: 'select-application', place: 'certificate' })) &&
    (await select(0x04, directory, { step: 'select-directory', place: 'certificate' })) &&
    (await select(0x02, publicKey.fid, file)) &&
    (await send({ cla: 0x00, ins: 0xb0, p1: 0x00, p2: 0x00, le: publicKey.length }, file));
  if (found === undefined) return { kind: 'absent' };
  if (found.length !== publicKey.length)
    throw new SscardError('answer-malformed', `not ${publicKey.length} bytes`, { ...file });
  const raw = toHex(found);
  return { kind: 'key', publicKey: raw.startsWith(publicKey.head) ? raw.slice(publicKey.head.length) : null, raw };
}
