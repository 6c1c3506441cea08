import { fromHex } from '../../../apdu/bytes.ts';
import { decodeText } from './text.ts';

const CONTROL = /\p{Cc}/u;

/** Why a text cannot be written. The text itself is not in it. */
export interface TextRefusal {
  readonly why: string;
}

/**
 * A text in GB18030, filled with 00 (3.1).
 * @param cut what does not fit is left off on a character boundary; otherwise it is refused
 * @example await encodeText('张三', 6, fromHex('00FF20'), false) // D5 C5 C8 FD 00 00
 */
export async function encodeText(
  text: string,
  length: number,
  padding: Uint8Array,
  cut: boolean,
): Promise<Uint8Array | TextRefusal> {
  if (CONTROL.test(text)) return { why: 'a control character' };
  const characters = await encodeCharacters(text);
  if (characters === undefined) return { why: 'a character that GB18030 does not hold' };
  const last = characters.at(-1)?.at(-1);
  if (last !== undefined && padding.includes(last)) return { why: 'ends with a blank, which would not be read back' };
  const field = new Uint8Array(length);
  let used = 0;
  for (const bytes of characters) {
    if (used + bytes.length > length) return cut ? field : { why: `more than ${length} bytes of text` };
    field.set(bytes, used);
    used += bytes.length;
  }
  return field;
}

/** Each character by itself, so that a text can be cut between two. */
async function encodeCharacters(text: string): Promise<Uint8Array[] | undefined> {
  const all = [...text];
  if (all.every((character) => character >= ' ' && character <= '~')) {
    return all.map((character) => Uint8Array.of(character.charCodeAt(0)));
  }
  const { default: iconv } = await import('iconv-lite');
  const encoded = all.map((character) => later.get(character) ?? Uint8Array.from(iconv.encode(character, 'gb18030')));
  // The encoder writes `?` for what it cannot hold, and says nothing.
  return encoded.every((bytes, at) => readsAs(bytes, all[at])) ? encoded : undefined;
}

/**
 * Characters that got two bytes in a later edition of the code, as the platform reads them. The encoder writes four, as
 * the edition of 2005 did: a text that was read would not fit in its item again.
 */
const later: ReadonlyMap<string, Uint8Array> = new Map(
  ['A6D9A6DAA6DBA6DCA6DDA6DEA6DFA6ECA6EDA6F3', 'FE59FE61FE66FE67FE6DFE7EFE90FEA0'].flatMap((codes) =>
    (codes.match(/.{4}/g) ?? []).map((code) => {
      const bytes = fromHex(code);
      return [new TextDecoder('gb18030').decode(bytes), bytes] as const;
    }),
  ),
);

function readsAs(bytes: Uint8Array, character: string | undefined): boolean {
  const back = decodeText(bytes, new Uint8Array());
  return back.kind === 'value' && back.value === character;
}
