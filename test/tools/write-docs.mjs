// Writes docs/assumptions.md and docs/files.md from the profile, docs/bank-tags.md from the dictionary of the financial
// application: `node test/tools/write-docs.mjs`. Tests compare them with this output.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bankTagsPage } from './bank-tags-page.mjs';
import { filesPage } from './files-page.mjs';

const root = new URL('../../', import.meta.url);
const json = (folder) => (name) => JSON.parse(readFileSync(new URL(`${folder}/${name}.json`, root), 'utf8'));
const profile = json('src/social/profile');
const PARTS = [
  'generation-1.0',
  'generation-2.0',
  'generation-3.0',
  'generation-1.0.directories',
  'generation-2.0.directories',
  'jiangsu',
  'jiangsu.directories',
];

/** Every generated page by its path. */
export const PAGES = {
  'docs/assumptions.md': assumptionsPage,
  'docs/bank-tags.md': () => bankTagsPage(json('src/financial/dictionary')),
  'docs/files.md': () => filesPage(profile),
};

/** @returns the text of docs/assumptions.md */
function assumptionsPage() {
  const { assumptions } = profile('assumptions');
  const parts = PARTS.map(profile);
  const of = (side) => assumptions.filter((one) => one.side === side).flatMap(assumptionLines);
  return [
    '# 假定 / Assumptions',
    '',
    '<!-- Made by `node test/tools/write-docs.mjs` from src/social/profile/*.json. Do not edit. -->',
    '',
    '公开资料没有说明、程序又必须依靠的事实。有正式规范的网点改 `src/social/profile/` 里的数据即可，不用改程序。',
    '',
    'Facts that no public source states and the program has to rely on. An outlet with the real specification corrects the',
    'data in `src/social/profile/`, not the code. Clauses are those of the reference on the social security card.',
    '',
    '## 终端 / Terminal',
    '',
    ...of('terminal'),
    '## 模拟卡 / Simulated card',
    '',
    ...of('twin'),
    '## 数据中标为假定的条目 / Entries of the data marked as assumed',
    '',
    '| 条目 / entry | 假定 / assumed | 来源 / source |',
    '| --- | --- | --- |',
    ...new Set(parts.flatMap(assumedRows)),
    '',
  ].join('\n');
}

function assumptionLines({ id, value, zh, en, source }) {
  return [`- **${id}**: \`${value}\`  `, `  ${zh}  `, `  ${en} (${source})`, ''];
}

function assumedRows({ directories = [], files = [], keys = [] }) {
  const rows = [];
  const row = (entry, what, source) => rows.push(`| ${entry} | ${what} | ${source} |`);
  for (const one of directories) {
    if (one.confidence === 'ASSUMED') row(`${one.id} ${one.nameZh}`, `AID ${one.aid}`, one.source);
  }
  for (const file of files) {
    const address = file.directory + file.ef;
    if (file.confidence === 'ASSUMED') row(`${address} ${file.nameZh}`, 'structure', file.source);
    if (file.accessConfidence === 'ASSUMED') row(`${address} ${file.nameZh}`, 'access', file.source);
    for (const item of (file.items ?? []).flatMap((one) => [one, ...(one.items ?? [])])) {
      const entry = `${address}${item.tag === null ? '' : `\\|${item.tag}`} ${item.nameZh}`;
      if (item.confidence === 'ASSUMED') row(entry, `${item.format} ${item.length}`, item.source);
      if (item.nameConfidence === 'ASSUMED') row(entry, `meaning: ${item.name}`, item.source);
    }
  }
  for (const key of keys) {
    if (key.confidence === 'ASSUMED')
      row(`${key.directory} ${key.name}`, `card id ${key.id}, PSAM ${key.psam?.usage}`, key.source);
    if (key.triesConfidence === 'ASSUMED') row(`${key.directory} ${key.name}`, `${key.tries} tries`, key.source);
  }
  return rows;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, page] of Object.entries(PAGES)) writeFileSync(new URL(path, root), page());
}
