/** A decoded value, or why there is none. `odd` with a value: readable, with a remark. */
export type Decoded<T, Odd extends string> =
  | { readonly kind: 'value'; readonly value: T; readonly odd?: Odd }
  | { readonly kind: 'empty' }
  | { readonly kind: 'undecodable' };

/** Filled with one of the padding bytes only: all 00, all FF (3.1). A value of no bytes is empty, too. */
export function isEmpty(value: Uint8Array, empty: Uint8Array): boolean {
  return value.length === 0 || empty.some((filler) => value.every((byte) => byte === filler));
}
