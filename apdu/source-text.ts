/**
 * The text of a file that a person wrote.
 * @returns `undefined` for bytes that are no UTF-8
 */
export function sourceText(source: string | Uint8Array): string | undefined {
  if (typeof source === 'string') return source;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(source);
  } catch {
    return undefined;
  }
}

/** Where an offset stands in a text, 1-based. A line ends with CR LF, CR or LF. @example positionIn('{\n "a"', 3) // { line: 2, column: 2 } */
export function positionIn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const start = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
  return { line: before.split(/\r\n|\r|\n/).length, column: before.length - start + 1 };
}

/** Where brackets nest deeper than `most`: parsers of JSON are recursive. Brackets inside of texts count, too. */
export function nestsDeeper(text: string, most: number): number | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    if (depth > most) return at;
  }
  return undefined;
}
