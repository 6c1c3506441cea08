import { fileImage, type ItemValues } from './file-images.ts';
import type { CardImage, CertificateImage, KeyImage, PurseImage } from './image.ts';
import { type ProfileData, type ProfileKey, profileOf } from './profile.ts';

/** What is written on one card. */
export interface Personalisation {
  readonly generation: CardImage['generation'];
  readonly algorithm: CardImage['algorithm'];
  readonly atr: string;
  /** Default: the initial PIN. */
  readonly pin?: string;
  /** A name longer than its item goes on in the extension. */
  readonly items: ItemValues;
  /** The 16 bytes of a key, hex. */
  readonly key: (key: ProfileKey) => string;
  /** Default: an account without money, before its first transaction. */
  readonly account?: Partial<Account>;
  /** Of the certificate application: x ‖ y, 64 bytes hex. Only generation 3.0 has one. */
  readonly publicKey?: string;
}

type Account = Pick<PurseImage, 'balance' | 'year' | 'selfPaid' | 'pooled' | 'onlineSerial' | 'offlineSerial'>;

const NEW_ACCOUNT: Account = {
  balance: 0,
  year: '0000',
  selfPaid: 0,
  pooled: 0,
  onlineSerial: 0,
  offlineSerial: 0,
};

/**
 * The card as it leaves the personaliser: files at full length, access rules on the card (social-security-card.md 2, 3).
 * With a `jiangsuPersonNumber` it has the provincial files.
 * @throws SscardError `sim-value-malformed`
 */
export async function personalise(order: Personalisation): Promise<CardImage> {
  const profile = await profileOf(order.generation, order.items['jiangsuPersonNumber'] !== undefined);
  const { tries, initialPin } = profile.pin;
  const directories = profile.directories.map(async ({ id, fid, aid }) => ({
    name: id,
    fid,
    ...(typeof aid === 'string' ? { aid } : {}),
    keys: profile.keys.filter(({ directory }) => directory === id).map((key) => keyImage(key, order.key(key))),
    files: await Promise.all(
      profile.files.filter(({ directory }) => directory === id).map((file) => fileImage(file, order.items)),
    ),
  }));
  const { directory, keyIndex, types } = profile.purse;
  return {
    generation: order.generation,
    atr: order.atr,
    algorithm: order.algorithm,
    block: 'none',
    pin: { digits: order.pin ?? initialPin, tries, triesLeft: tries },
    purse: { directory, keyIndex, types, ...NEW_ACCOUNT, ...order.account },
    ...certificate(profile, order.publicKey ?? ''),
    directories: await Promise.all(directories),
  };
}

function keyImage({ id, name, externalAuthentication, tries }: ProfileKey, value: string): KeyImage {
  return { ...(id === null ? {} : { id }), name, value, externalAuthentication, tries, triesLeft: tries };
}

/** EF 0012 of the certificate application (2.6), short identifier as everywhere the low byte of the FID. */
function certificate({ certificate }: ProfileData, point: string): { readonly certificate?: CertificateImage } {
  if (certificate === undefined) return {};
  const { aid, directory, publicKey } = certificate;
  const { fid, length: size, head } = publicKey;
  const data = point === '' ? '' : head + point;
  const sfi = Number.parseInt(fid, 16) & 0x1f;
  const file = { fid, sfi, read: 'free', update: 'never', kind: 'transparent', size, data } as const;
  return { certificate: { aid, name: directory, files: [file] } };
}
