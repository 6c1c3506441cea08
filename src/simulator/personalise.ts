import { concat, toHex } from '../../apdu/bytes.ts';
import { encodeItem, encodeName } from './encode.ts';
import type { CardImage, FileImage, KeyImage } from './image.ts';
import { type ProfileFile, type ProfileItem, type ProfileKey, profileOf } from './profile.ts';

/** What is written on one card. */
export interface Personalisation {
  readonly generation: CardImage['generation'];
  readonly algorithm: CardImage['algorithm'];
  readonly atr: string;
  /** Default: the initial PIN. */
  readonly pin?: string;
  /** Item values by the profile's names; a name longer than its item goes on in the extension. */
  readonly items: Readonly<Record<string, string>>;
  /** The 16 bytes of a key, hex. */
  readonly key: (key: ProfileKey) => string;
}

/**
 * The card as it leaves the personaliser: files at full length, access rules on the card (social-security-card.md 2, 3).
 * With a `jiangsuPersonNumber` it has the provincial file EF0D.
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
  return {
    generation: order.generation,
    atr: order.atr,
    algorithm: order.algorithm,
    block: 'none',
    pin: { digits: order.pin ?? initialPin, tries, triesLeft: tries },
    directories: await Promise.all(directories),
  };
}

function keyImage({ id, name, externalAuthentication, tries }: ProfileKey, value: string): KeyImage {
  return { ...(id === null ? {} : { id }), name, value, externalAuthentication, tries, triesLeft: tries };
}

async function fileImage(file: ProfileFile, values: Readonly<Record<string, string>>): Promise<FileImage> {
  const { fid, sfi, read, update } = file;
  if (file.kind === 'transparent')
    return { fid, sfi, read, update, kind: 'transparent', size: file.size ?? 0, data: '' };
  const items = (file.items ?? []).toSorted((a, b) => a.record - b.record);
  const bytes = await encodeItems(items, values);
  const records = items.map(({ tag }, at) => {
    const value = bytes[at] ?? new Uint8Array();
    return toHex(concat([Uint8Array.of(Number.parseInt(tag, 16), value.length), value]));
  });
  return { fid, sfi, read, update, kind: file.kind, records };
}

async function encodeItems(
  items: readonly ProfileItem[],
  values: Readonly<Record<string, string>>,
): Promise<readonly Uint8Array[]> {
  const parts = items.filter(({ name }) => name === 'name' || name === 'nameExtension');
  const name = await encodeName(
    values['name'] ?? '',
    parts.map(({ length }) => length),
  );
  return Promise.all(
    items.map((item) => {
      const part = name[parts.indexOf(item)];
      return part ?? encodeItem(item.format, item.length, values[item.name] ?? '');
    }),
  );
}
