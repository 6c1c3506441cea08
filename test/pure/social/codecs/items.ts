import type { CodingRules, ItemDescription } from '../../../../src/social/profile/profile.ts';

/** Coding of the card (3.1). */
export const CODING: CodingRules = { textEncoding: 'gb18030', textPadding: '00FF20', empty: '00FF' };

/** An item of a format and a length; the rest as tests seldom need it. */
export function item(
  format: ItemDescription['format'],
  length: number,
  more: Partial<ItemDescription> = {},
): ItemDescription {
  return {
    tag: '8C',
    record: 1,
    name: 'some',
    nameZh: '某项',
    format,
    length,
    codeTable: null,
    confidence: 'LIKELY',
    nameConfidence: 'LIKELY',
    source: 'S9',
    ...more,
  };
}

/** 学历信息, tag 40 of DF01 EF15. */
export const EDUCATION = item('group', 52, {
  tag: '40',
  name: 'educationEntry',
  items: [
    item('an', 3, { tag: '57', record: null, name: 'educationDegreeCode', codeTable: 'GB/T 4658 / GB/T 6864' }),
    item('cn', 3, { tag: '58', record: null, name: 'graduationMonth', meaning: 'month' }),
    item('an', 40, { tag: '59', record: null, name: 'schoolName' }),
  ],
});
