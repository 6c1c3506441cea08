/** Display names are cut here; the exact name is used for calls. */
const LONGEST_NAME = 256;

/**
 * Names fit to be shown and to be told apart: control characters, line and paragraph separators, direction marks and
 * bytes that are no UTF-8 become U+FFFD, long names are cut, a name that occurs again gets ` (2)`.
 * @param exact names as the service gives them
 * @returns one name for each, in the same order, all different
 */
export function displayNames(exact: readonly string[]): string[] {
  const used = new Set<string>();
  return exact.map((name) => {
    const plain = shorten(name.replace(UNPRINTABLE, '\uFFFD')) || '?';
    let shown = plain;
    for (let count = 2; used.has(shown); count++) shown = `${plain} (${count})`;
    used.add(shown);
    return shown;
  });
}

const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

function shorten(name: string): string {
  const letters = [...name];
  return letters.length <= LONGEST_NAME ? name : `${letters.slice(0, LONGEST_NAME).join('')}…`;
}

/** SAM slots are told by their name: no reader says it in another way through PC/SC. */
export function isSamSlot(name: string): boolean {
  return /(?:^|[^\p{L}])P?SAM(?![\p{L}])/iu.test(name);
}

/** What the name says where there is no card to ask: makers write `Contactless`, `PICC`, `CL` into it. */
export function isContactlessSlot(name: string): boolean {
  return /contactless|(?<!\p{L})(?:PICC|CL|NFC|RFID)(?!\p{L})/iu.test(name);
}
