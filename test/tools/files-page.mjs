// docs/files.md: the file system of the card as the profile describes it.

const MARKS = { CERTAIN: 'C', LIKELY: 'L', ASSUMED: 'A' };
const MEANINGS = {
  date: 'YYYYMMDD',
  month: 'YYYYMM',
  datetime: 'YYYYMMDDhhmmss',
  fen: '分 / fen',
  number: '数 / number',
  photo: 'JPEG',
};

/** @param part reads a JSON file of the profile by its name @returns the text of docs/files.md */
export function filesPage(part) {
  const generation = (name, directories) => {
    const [own, below] = [part(`generation-${name}`), part(`generation-${directories}.directories`)];
    return { ...own, files: [...own.files, ...below.files], keys: [...own.keys, ...below.keys] };
  };
  const [first, second, third] = [generation('1.0', '1.0'), generation('2.0', '2.0'), generation('3.0', '2.0')];
  const regional = ['jiangsu', 'jiangsu.directories'].map(part);
  const jiangsu = { files: regional.flatMap(({ files }) => files), keys: regional.flatMap(({ keys }) => keys) };
  return [
    '# 文件和数据项 / Files and items',
    '',
    '<!-- Made by `node test/tools/write-docs.mjs` from src/social/profile/*.json. Do not edit. -->',
    '',
    '标记：C 出自标准，L 很可能，A 假定。项一栏先是标签、格式和长度的标记，后是含义的标记。权限：`|` 任一，`+` 全部。',
    '',
    'Marks: C from a standard, L likely, A assumed; of an item first the mark of tag, format and length, then that of the',
    'meaning. Access: `|` either, `+` both. Addresses: `DF04EF05|8C`, `SSSEEF05|07`; record n of a cyclic file or of a repeated',
    'group: `DF02EF07:1`, `DF02EF15|99:1`.',
    '',
    ...chapter('2.0', second, second),
    '## 3.0',
    '',
    '与 2.0 相同，只有以下不同。/ As 2.0, but for:',
    '',
    ...differences(second, third),
    ...chapter('1.0', first, first),
    ...chapter('江苏 / Jiangsu (2.0, 3.0)', jiangsu, {
      keys: [...second.keys, ...jiangsu.keys],
      directories: second.directories,
    }),
    ...chapter('PSAM', { ...part('psam'), keys: [] }, part('psam')),
  ].join('\n');
}

function chapter(title, { files, keys }, whole) {
  const lines = [`## ${title}`, ''];
  for (const { id, fid, aid, nameZh, confidence, source } of whole.directories) {
    const own = files.filter(({ directory }) => directory === id);
    const ownKeys = keys.filter(({ directory }) => directory === id);
    if (own.length + ownKeys.length === 0) continue;
    lines.push(`### ${title} ${id} ${nameZh}`, '', `FID ${fid}, AID ${aid} (${MARKS[confidence]}: ${source})`, '');
    lines.push(...own.flatMap((file) => fileLines(file, whole.keys ?? [])));
    if (ownKeys.length > 0) lines.push(...keyLines(ownKeys, files));
  }
  return lines;
}

function fileLines(file, keys) {
  const { directory, ef, name, nameZh, fid, sfi, confidence, source, note, items } = file;
  const access = (rule) => accessText(rule, directory, keys);
  const address = directory === 'MF' ? `PSAM ${ef}` : directory + ef;
  if (fid === undefined) return [`#### ${address}`, '', `read: ${access(file.read)}${note ? `; ${note}` : ''}`, ''];
  return [
    `#### ${address} ${nameZh} ${name}`,
    '',
    `FID ${fid}, SFI ${hex(sfi)}, ${structure(file)}; read: ${access(file.read)}; update: ${access(file.update)}` +
      `${file.accessConfidence ? ` (${MARKS[file.accessConfidence]})` : ''}; ${MARKS[confidence]}: ${source}${note ? `; ${note}` : ''}`,
    '',
    '| 标签 tag | 记录 rec | 名称 | name | 格式 format | 代码表、含义 / table, meaning | 标记 | 来源 / source |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...repeated(items).flatMap(([item, last]) => [
      itemRow(item, '', last === item.record ? (item.record ?? '–') : `${item.record}–${last}`),
      ...(item.items ?? []).map((part) => itemRow(part, '└ ', '–')),
    ]),
    '',
  ];
}

function structure({ kind, size, records, recordLength, items }) {
  if (kind === 'transparent') return `transparent ${size}`;
  return kind === 'cyclic' ? `cyclic ${records ?? '?'} × ${recordLength ?? '?'}` : `${items.length} records`;
}

/** A group that stands in a file several times, once; with the number of its last record. */
function repeated(items) {
  const found = [];
  for (const item of items) {
    const before = found.at(-1);
    if (item.format === 'group' && before?.[0].tag === item.tag) before[1] = item.record;
    else found.push([item, item.record]);
  }
  return found;
}

function itemRow(item, inside, record) {
  const { tag, name, nameZh, format, length, codeTable, meaning, confidence, nameConfidence, source } = item;
  const table = [codeTable, MEANINGS[meaning]].filter(Boolean).join('; ');
  const marks = MARKS[confidence] + MARKS[nameConfidence];
  const bytes = `${format} ${length || '?'}`;
  return `| ${inside}${tag ?? '–'} | ${record} | ${nameZh} | ${name} | ${bytes} | ${table} | ${marks} | ${source} |`;
}

function keyLines(keys, files) {
  const uses = ({ directory, id }) =>
    files
      .filter((file) => file.directory === directory)
      .flatMap(({ ef, read, update }) => [
        ...(keyIds(read).includes(id) ? [`read ${ef}`] : []),
        ...(update !== undefined && keyIds(update).includes(id) ? [`update ${ef}`] : []),
      ])
      .join(', ');
  return [
    '| 密钥 key | 名称 | 卡内标识 card id | PSAM | HSM | 外部认证 ext. auth. | 次数 tries | 用途 / for | 标记 | 来源 / source |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...keys.map((key) => {
      const psam = key.psam === null ? '–' : `${key.psam.usage} ${key.psam.id}`;
      const external = key.externalAuthentication ? 'yes' : 'no';
      const cells = [key.name, key.nameZh, key.id ?? '–', psam, key.hsm ?? '–', external, key.tries, uses(key)];
      return `| ${[...cells, MARKS[key.confidence], key.source].join(' | ')} |`;
    }),
    '',
  ];
}

function keyIds(rule) {
  if (typeof rule === 'string') return rule.startsWith('key:') ? [rule.slice(4)] : [];
  return (rule.anyOf ?? rule.allOf).flatMap(keyIds);
}

function accessText(rule, directory, keys) {
  if (typeof rule !== 'string') {
    return (rule.anyOf ?? rule.allOf)
      .map((one) => accessText(one, directory, keys))
      .join(rule.anyOf === undefined ? ' + ' : ' | ');
  }
  if (!rule.startsWith('key:')) return rule === 'pin' ? 'PIN' : rule;
  return keys.find((key) => key.directory === directory && key.id === rule.slice(4))?.name ?? rule;
}

function differences(before, after) {
  const lines = [];
  for (const file of after.files) {
    const { directory, ef, read, update } = file;
    const old = before.files.find((one) => one.directory === directory && one.ef === ef);
    if (JSON.stringify([old.read, old.update]) === JSON.stringify([read, update])) continue;
    lines.push(`- ${directory}${ef}: read ${accessText(read, directory, after.keys)} (${file.source})`);
  }
  lines.push(`- ${before.algorithm} → ${after.algorithm}`);
  if (after.certificate) lines.push(`- certificate application, AID ${after.certificate.aid}`);
  return [...lines, ''];
}

function hex(value) {
  return value.toString(16).toUpperCase().padStart(2, '0');
}
