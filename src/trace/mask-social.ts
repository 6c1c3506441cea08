import { decodeSimpleTlv } from '../../apdu/simple-tlv.ts';
import { ITEM_RULES, type ItemRule } from './mask-policy.ts';
import { hideExcept, type MaskedBytes } from './masked-bytes.ts';

/** Records of a file we have rules for: tags and lengths, and of the values what the rules show. */
export function maskRecords(file: number | undefined, data: Uint8Array): MaskedBytes | undefined {
  const rules = file === undefined ? undefined : ITEM_RULES.get(file);
  const records = rules && tryDecodeRecords(data);
  if (!rules || !records?.every(({ tag }) => rules.has(tag))) return undefined;
  const shown = new Uint8Array(data.length);
  let at = 0;
  for (const { tag, value } of records) {
    shown.fill(1, at, at + 2);
    at += 2;
    const rule = rules.get(tag);
    if (rule && rule.length === value.length) showValue(shown, at, value, rule);
    at += value.length;
  }
  return hideExcept(data, (position) => shown[position] === 1);
}

function showValue(shown: Uint8Array, start: number, value: Uint8Array, { show }: ItemRule): void {
  const end = start + value.length;
  if (show === 'all') shown.fill(1, start, end);
  else if (show === 'padding' || show === 'first-character') {
    const length = value.findLastIndex((byte) => !isPadding(byte)) + 1;
    shown.fill(1, start + length, end);
    const first = firstCharacter(value);
    // A name of one character would be shown whole.
    if (show === 'first-character' && first < length) shown.fill(1, start, start + first);
  } else if (show !== 'none') {
    shown.fill(1, start, start + show.first);
    shown.fill(1, end - show.last, end);
  }
}

/** Texts are filled up with 00; some writers use FF or blanks (social-security-card.md 3.1). No character ends in these. */
function isPadding(byte: number): boolean {
  return byte === 0x00 || byte === 0x20 || byte === 0xff;
}

/** Bytes of the first character in GB18030. */
function firstCharacter([lead = 0, second = 0]: Uint8Array): number {
  if (lead < 0x81) return 1;
  return second >= 0x30 && second <= 0x39 ? 4 : 2;
}

function tryDecodeRecords(data: Uint8Array): ReturnType<typeof decodeSimpleTlv> | undefined {
  try {
    return decodeSimpleTlv(data);
  } catch {
    return undefined;
  }
}
