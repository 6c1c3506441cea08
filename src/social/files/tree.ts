import { formatAddress } from '../address.ts';
import type { CardProfile, DirectoryDescription, FileDescription, ItemDescription } from '../profile/profile.ts';
import { taggedItems } from './plan.ts';

/** A directory with its files. */
export interface DirectoryTree {
  readonly directory: DirectoryDescription;
  readonly files: readonly FileTree[];
}

/** A file with its items; access rules and confidence are in the descriptions. */
export interface FileTree {
  readonly address: string;
  readonly file: FileDescription;
  /** In the order of their records. Fields of a file without tags have the address of the file. */
  readonly items: readonly { readonly address: string; readonly item: ItemDescription }[];
}

/**
 * What a card of this description has. Directories without files are left out.
 * @example fileTree(await loadWholeProfile('2.0'))[0]?.files[0]?.items[0]?.address // 'SSSEEF05|01'
 */
export function fileTree({ directories, files }: CardProfile): DirectoryTree[] {
  return directories
    .map((directory) => ({
      directory,
      files: files.filter((file) => file.directory === directory.id).map(treeOf),
    }))
    .filter(({ files }) => files.length > 0);
}

function treeOf(file: FileDescription): FileTree {
  const address = formatAddress({ directory: file.directory, ef: file.ef });
  const items = file.kind === 'records' ? taggedItems(file) : (file.items ?? []).map((item) => ({ address, item }));
  return { address, file, items: items.map(({ address, item }) => ({ address, item })) };
}
