import type { MaskedBytes } from './masked-bytes.ts';

/** A value longer than this is told by its length: a photo, a reserved area. */
const LONGEST_HEX = 32;
const PADDING = new Set([0x00, 0xff, 0x20]);
const decoder = new TextDecoder('gb18030');

/** How a value is written: characters, digits with F behind them, anything else. */
export type ValueForm = 'text' | 'digits' | 'bytes';

/** A value as people read it; `*` stands for a hidden byte. Nothing is guessed: what is no text is shown as hex. */
export function showValue(form: ValueForm, value: MaskedBytes): string {
  if (value.bytes.length === 0) return '';
  if (value.hidden.every((flag) => flag === 1)) return '***';
  switch (form) {
    case 'text':
      return textOf(value);
    case 'digits':
      return hexOf(value, '').replace(/F+$/, '');
    case 'bytes':
      return value.bytes.length > LONGEST_HEX ? `[${value.bytes.length}]` : hexOf(value, ' ');
  }
}

function hexOf({ bytes, hidden }: MaskedBytes, between: string): string {
  const parts = Array.from(bytes, (byte, at) =>
    hidden[at] === 1 ? '**' : byte.toString(16).toUpperCase().padStart(2, '0'),
  );
  return parts.join(between);
}

function textOf({ bytes, hidden }: MaskedBytes): string {
  const end = bytes.findLastIndex((byte, at) => hidden[at] === 1 || !PADDING.has(byte)) + 1;
  let text = '';
  for (let at = 0; at < end; ) {
    const isHidden = hidden[at] === 1;
    let next = at + 1;
    while (next < end && (hidden[next] === 1) === isHidden) next++;
    text += isHidden ? '*'.repeat(next - at) : decoder.decode(bytes.subarray(at, next));
    at = next;
  }
  return text.replaceAll(/\p{Cc}/gu, '?');
}
