import type { ItemFormat } from './encode.ts';
import type { AccessRule, CardImage } from './image.ts';

/** What personalisation takes from `src/social/profile/*.json`: the file system as data (design.md 3, 1). */
export interface ProfileData {
  readonly application: { readonly aid: string; readonly fid: string };
  readonly directories: readonly { readonly id: string; readonly fid: string; readonly aid?: string | null }[];
  readonly files: readonly ProfileFile[];
  readonly keys: readonly ProfileKey[];
  readonly pin: { readonly tries: number; readonly initialPin: string };
}

export interface ProfileFile {
  readonly directory: string;
  readonly fid: string;
  readonly sfi: number;
  readonly kind: 'records' | 'transparent' | 'cyclic';
  readonly read: AccessRule;
  readonly update: AccessRule;
  readonly size?: number;
  readonly items?: readonly ProfileItem[];
}

export interface ProfileItem {
  readonly tag: string;
  readonly record: number;
  readonly name: string;
  readonly format: ItemFormat;
  readonly length: number;
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

/** @param jiangsu with the provincial overlay (chapter 9); older layouts lack it */
export async function profileOf(generation: CardImage['generation'], jiangsu: boolean): Promise<ProfileData> {
  const base = await load(generation);
  if (!jiangsu) return base;
  const { default: overlay } = await import('../social/profile/jiangsu.json', { with: { type: 'json' } });
  const { files, keys } = overlay as unknown as Partial<ProfileData>;
  return { ...base, files: [...base.files, ...(files ?? [])], keys: [...base.keys, ...(keys ?? [])] };
}

async function load(generation: CardImage['generation']): Promise<ProfileData> {
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
