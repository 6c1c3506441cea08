import type { ItemFormat } from './encode.ts';
import type { AccessRule, CardImage, PurseImage } from './image.ts';

/** What personalisation takes from `src/social/profile/*.json`: the file system as data (design.md 3, 1). */
export interface ProfileData extends ProfileDirectories {
  readonly application: { readonly aid: string; readonly fid: string };
  readonly directories: readonly { readonly id: string; readonly fid: string; readonly aid?: string | null }[];
  readonly pin: { readonly tries: number; readonly initialPin: string };
  readonly purse: Pick<PurseImage, 'directory' | 'keyIndex' | 'types'>;
  readonly certificate?: {
    readonly aid: string;
    readonly directory: string;
    /** `head`: hex, before the point. */
    readonly publicKey: { readonly fid: string; readonly length: number; readonly head: string };
  };
}

/** Files and keys, of the SSSE or of its directories. */
interface ProfileDirectories {
  readonly files: readonly ProfileFile[];
  readonly keys: readonly ProfileKey[];
}

export interface ProfileFile {
  readonly directory: string;
  readonly ef: string;
  readonly fid: string;
  readonly sfi: number;
  readonly kind: 'records' | 'transparent' | 'cyclic';
  readonly read: AccessRule;
  readonly update: AccessRule;
  readonly size?: number;
  /** Of a cyclic file; both absent where no public source says. */
  readonly records?: number;
  readonly recordLength?: number;
  readonly items: readonly ProfileItem[];
}

export interface ProfileItem {
  /** Null: a field of a cyclic or transparent file. */
  readonly tag: string | null;
  readonly record: number | null;
  readonly name: string;
  readonly format: ItemFormat | 'group';
  readonly length: number;
  /** Of a group. */
  readonly items?: readonly ProfileItem[];
}

export interface ProfileKey {
  readonly directory: string;
  readonly id: string | null;
  readonly name: string;
  readonly externalAuthentication: boolean;
  readonly tries: number;
  /** The key of the PSAM that gives this one, hex; null: in no PSAM (6.1). */
  readonly psam: { readonly usage: string; readonly id: string } | null;
}

/** @param jiangsu with the provincial overlay (chapter 9), which is for 2.0 and 3.0; older layouts lack it */
export async function profileOf(generation: CardImage['generation'], jiangsu: boolean): Promise<ProfileData> {
  const [base, ...more] = await Promise.all([
    environment(generation),
    directories(generation),
    ...(jiangsu && generation !== '1.0' ? overlays() : []),
  ]);
  const parts = [base, ...more];
  return { ...base, files: merged(parts.flatMap(({ files }) => files)), keys: parts.flatMap(({ keys }) => keys) };
}

/** A file that is there already gets the members a province gives it. */
function merged(files: readonly ProfileFile[]): readonly ProfileFile[] {
  const all = new Map<string, ProfileFile>();
  for (const file of files) {
    const name = file.directory + file.ef;
    all.set(name, { ...all.get(name), ...file });
  }
  return [...all.values()];
}

async function environment(generation: CardImage['generation']): Promise<ProfileData> {
  switch (generation) {
    case '1.0':
      return (await import('../social/profile/generation-1.0.json', { with: { type: 'json' } }))
        .default as unknown as ProfileData;
    case '2.0':
      return (await import('../social/profile/generation-2.0.json', { with: { type: 'json' } }))
        .default as unknown as ProfileData;
    case '3.0':
      return (await import('../social/profile/generation-3.0.json', { with: { type: 'json' } }))
        .default as unknown as ProfileData;
  }
}

/** The tree of 3.0 is that of 2.0 (2.4). */
async function directories(generation: CardImage['generation']): Promise<ProfileDirectories> {
  const { default: data } =
    generation === '1.0'
      ? await import('../social/profile/generation-1.0.directories.json', { with: { type: 'json' } })
      : await import('../social/profile/generation-2.0.directories.json', { with: { type: 'json' } });
  return data as unknown as ProfileDirectories;
}

function overlays(): readonly Promise<ProfileDirectories>[] {
  const files = [
    import('../social/profile/jiangsu.json', { with: { type: 'json' } }),
    import('../social/profile/jiangsu.directories.json', { with: { type: 'json' } }),
  ];
  return files.map(async (file) => (await file).default as unknown as ProfileDirectories);
}
