/** Where PINs come from: the pad that is configured, a hidden prompt on the terminal, or one line each of an open file. */
export type PinFrom =
  | { readonly kind: 'prompt' }
  | { readonly kind: 'pad' }
  | { readonly kind: 'lines'; readonly fd: number };

const FORM = /^(?:pad|prompt|stdin|fd:\d{1,6})$/;

/** Whether a text says where PINs come from. Standard output and error give none. */
export function isPinFrom(text: unknown): text is string {
  return typeof text === 'string' && FORM.test(text) && text !== 'fd:1' && text !== 'fd:2';
}

/**
 * @param text `isPinFrom`
 * @example readPinFrom('fd:3') // { kind: 'lines', fd: 3 }
 */
export function readPinFrom(text: string): PinFrom {
  if (text === 'prompt' || text === 'pad') return { kind: text };
  return { kind: 'lines', fd: text === 'stdin' ? 0 : Number(text.slice('fd:'.length)) };
}
