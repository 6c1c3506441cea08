import { nodeProvider } from './node.ts';
import { portableProvider } from './portable.ts';
import { works } from './probe.ts';
import type { CryptoProvider, Primitive } from './provider.ts';

const chosen: { [primitive in Primitive]?: CryptoProvider } = {};
let node: CryptoProvider | undefined;
let forced: CryptoProvider | undefined;

/** The provider of a primitive: the platform where it really works, else ours. Found out at the first use. */
export function providerOf(primitive: Primitive): CryptoProvider {
  if (forced) return forced;
  chosen[primitive] ??= choose(primitive, [platform(), portableProvider]);
  return chosen[primitive];
}

/**
 * Does `work` with one provider, whatever the platform can do: for tests, and to compare the two. Ends with `work`, so
 * `work` is synchronous, like everything in this folder that computes.
 * @example withProvider('portable', () => encryptEcb('SM4', key, block))
 */
export function withProvider<T>(name: CryptoProvider['name'], work: () => T): T {
  const before = forced;
  forced = name === 'node' ? platform() : portableProvider;
  try {
    return work();
  } finally {
    forced = before;
  }
}

/**
 * The first candidate that gives the known results of a primitive.
 * @throws Error when none does: the program is broken
 */
export function choose(primitive: Primitive, candidates: readonly CryptoProvider[]): CryptoProvider {
  const found = candidates.find((candidate) => works(candidate, primitive));
  if (!found) throw new Error(`no provider computes ${primitive}`);
  return found;
}

/** Loaded at the first use: a program that only reads open files never pays for node:crypto. */
function platform(): CryptoProvider {
  node ??= nodeProvider(process.getBuiltinModule('node:crypto'));
  return node;
}
