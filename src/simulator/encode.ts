import { concat, fromHex } from '../../apdu/bytes.ts';
import { SscardError } from '../../apdu/errors.ts';

/** Format of an item as the profile names it (social-security-card.md 3.1). */
export type ItemFormat = 'b' | 'cn' | 'an' | 'dec';

/**
 * Value bytes of one item, at its full length: `cn` BCD digits filled on the right with F, `an` GB18030 text filled
 * with 00, `dec` BCD digits after zeros, `b` hex. An empty value gives the format's filling (10: empty records are
 * stored at full length).
 * @throws SscardError `sim-value-malformed` when the value is too long or not of the format
 */
export async function encodeItem(format: ItemFormat, length: number, value: string): Promise<Uint8Array> {
  if (format === 'an') {
    const [bytes = new Uint8Array(), rest] = cutText(await encodeText(value), [length]);
    if (rest !== undefined) throw malformed(`more than ${length} bytes of text`);
    return bytes;
  }
  if (format === 'cn' || format === 'dec') {
    if (!/^\d*$/.test(value) || value.length > 2 * length) throw malformed(`not up to ${2 * length} digits`);
    return fromHex(format === 'cn' ? value.padEnd(2 * length, 'F') : value.padStart(2 * length, '0'));
  }
  const bytes = value === '' ? new Uint8Array(length).fill(0xff) : fromHex(value);
  if (bytes.length !== length) throw malformed(`not ${length} bytes`);
  return bytes;
}

/** A name in its item and the extension, each cut on a character boundary; what fits in neither is left off (3.1). */
export async function encodeName(name: string, lengths: readonly number[]): Promise<Uint8Array[]> {
  return cutText(await encodeText(name), lengths).slice(0, lengths.length);
}

/** Each character by itself. @throws SscardError `sim-value-malformed` for one that GB18030 cannot hold */
async function encodeText(text: string): Promise<Uint8Array[]> {
  const characters = [...text];
  if (characters.every((character) => character >= ' ' && character <= '~')) {
    return characters.map((character) => Uint8Array.of(character.charCodeAt(0)));
  }
  const { default: iconv } = await import('iconv-lite');
  return characters.map((character) => {
    const bytes = iconv.encode(character, 'gb18030');
    // The encoder writes `?` for what it cannot hold and says nothing.
    if (iconv.decode(bytes, 'gb18030') !== character) throw malformed('a character that GB18030 does not hold');
    return Uint8Array.from(bytes);
  });
}

/** Fields of the given lengths filled with 00, then the rest as one more element if there is one. */
function cutText(characters: readonly Uint8Array[], lengths: readonly number[]): Uint8Array[] {
  let at = 0;
  const fields = lengths.map((length) => {
    const field = new Uint8Array(length);
    for (let used = 0; at < characters.length; at++) {
      const character = characters[at] ?? new Uint8Array();
      if (used + character.length > length) break;
      field.set(character, used);
      used += character.length;
    }
    return field;
  });
  return at < characters.length ? [...fields, concat(characters.slice(at))] : fields;
}

function malformed(why: string): SscardError {
  return new SscardError('sim-value-malformed', why, { step: 'personalise' });
}
