/** As the books write it, whole bytes. @example formatTag(0x9f38) // '9F38' */
export function formatTag(tag: number): string {
  const hex = tag.toString(16).toUpperCase();
  return hex.length % 2 === 0 ? hex : `0${hex}`;
}
