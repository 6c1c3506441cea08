/**
 * The little of `reflect-metadata` that `@peculiar/x509` looks for when it is loaded: a note of any kind about a class.
 * Import this file before it.
 */
const notes = new WeakMap<object, Map<unknown, unknown>>();

const metadata = {
  defineMetadata(key: unknown, value: unknown, target: object): void {
    notes.set(target, (notes.get(target) ?? new Map()).set(key, value));
  },
  getOwnMetadata(key: unknown, target: object): unknown {
    return notes.get(target)?.get(key);
  },
  getMetadata(key: unknown, target: object): unknown {
    return notes.get(target)?.get(key);
  },
};

Object.assign(Reflect, metadata);
