// docs/bank-tags.md: the data dictionary of the financial application, its bit fields and verification methods.

const SCOPES = [
  ['emv', '任何卡 / On any card'],
  ['pboc', '银联和交通卡（RID A000000333、A000000632） / UnionPay and transport cards (RID A000000333, A000000632)'],
  ['download', '终端参数，卡上没有 / Parameters of a terminal, not on a card'],
];
const MARKS = { CERTAIN: 'C', LIKELY: 'L' };
const SECRETS = { hide: '**', pan: '6+4' };

/** @param part reads a JSON file of the dictionary by its name @returns the text of docs/bank-tags.md */
export function bankTagsPage(part) {
  const tags = part('tags');
  const { fields, cvm } = part('bit-fields');
  const nameOf = (tag) => tags.find((one) => one.tag === tag)?.nameZh ?? '卡片验证结果';
  return [
    '# 金融应用的数据元 / Data objects of the financial application',
    '',
    '<!-- Made by `node test/tools/write-docs.mjs` from src/financial/dictionary/*.json. Do not edit. -->',
    '',
    '格式：n 数字，cn 左对齐数字，an 字母数字，ans 文本，a 字母，b 二进制，tpl 模板。标记：C 确定，L 很可能。保密：`**` 不出现在报文记录里，`6+4`',
    '只出现前六位和后四位。记录里还隐藏没有规则的一切（`src/trace/mask-bank-policy.ts`）。私有标签（9F50 至 9F7F、DFxx）只在其 RID 下有含义。位置后的 * 表示卡上必须有。',
    '',
    'Format: n digits, cn digits from the left, an letters and digits, ans text, a letters, b binary, tpl template. Marks: C',
    'certain, L likely. Secret: `**` never in a transcript, `6+4` the first six and last four digits. A transcript hides all',
    'else that no rule shows, too (`src/trace/mask-bank-policy.ts`). Private tags (9F50 to 9F7F, DFxx) mean something under',
    'their RID only. A * behind the place: a card must have it.',
    '',
    ...SCOPES.flatMap(([scope, title]) => [
      `## ${title}`,
      '',
      '| 标签 tag | 名称 | name | 格式 format | 字节 bytes | 来源 from | 位置 in | 保密 secret | 标记 |',
      '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
      ...tags.filter((one) => one.scope === scope).map(tagRow),
      '',
    ]),
    '## 位 / Bits',
    '',
    '`1.8` 是第一字节的最高位。/ `1.8` is the highest bit of the first byte.',
    '',
    ...Object.entries(fields).flatMap(([field, rows]) => [
      `### ${field} ${nameOf(field)}`,
      '',
      '| 位 bit | 含义 | meaning |',
      '| --- | --- | --- |',
      ...rows.flatMap(bitRows),
      '',
    ]),
    '## 持卡人验证方法 / Cardholder verification methods',
    '',
    ...[
      ['方法（8E、9F34 第一字节的低六位） / method', cvm.methods],
      ['条件（第二字节） / condition', cvm.conditions],
      ['结果（9F34 第三字节） / result', cvm.results],
    ].flatMap(([title, names]) => [
      `| ${title} | 含义 | meaning |`,
      '| --- | --- | --- |',
      ...Object.entries(names).map(([code, { name, nameZh }]) => `| ${code} | ${nameZh} | ${name} |`),
      '',
    ]),
  ].join('\n');
}

function tagRow({ tag, name, nameZh, format, min, max, lengths, source, confidence, secret, ...rest }) {
  const bytes = lengths?.join(', ') ?? (min === max ? max : `${min}–${max}`);
  const places = [...(rest.in ?? []), ...(rest.getData ? ['GET DATA'] : [])].join(', ');
  const required = rest.mandatory ? ' *' : '';
  const cells = [tag, nameZh, name, format, bytes, source, places + required, SECRETS[secret] ?? '', MARKS[confidence]];
  return `| ${cells.join(' | ')} |`;
}

function bitRows({ bit, name, nameZh, values }) {
  if (values === undefined) return [`| ${bit} | ${nameZh} | ${name} |`];
  const width = Math.log2(values.length);
  return values.flatMap((value, code) =>
    value === null ? [] : [`| ${bit} = ${code.toString(2).padStart(width, '0')} | ${value.nameZh} | ${value.name} |`],
  );
}
