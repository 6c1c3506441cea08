import { filesWords } from '../i18n/files.ts';
import { type DirectoryTree, type FileTree, fileTree } from '../social/files/tree.ts';
import { loadWholeOverlays, loadWholeProfile } from '../social/profile/load.ts';
import { applyOverlays } from '../social/profile/merge.ts';
import type { AccessRule, Generation } from '../social/profile/profile.ts';
import type { Context, Outcome } from './context.ts';
import { paint, table } from './layout.ts';
import type { Language } from './settings.ts';
import { siteOverlays, withSocialCard } from './social-card.ts';

/** `sscard files tree`: what a card has, by its description; `--generation` needs no card. */
export async function runFilesTree(context: Context): Promise<Outcome> {
  const { options, settings, signal } = context;
  const generation = options.get('generation') as Generation | undefined;
  if (generation !== undefined) {
    const overlays = [...(await loadWholeOverlays()), ...(await siteOverlays(settings))];
    const profile = applyOverlays(await loadWholeProfile(generation), overlays, null);
    return treeOutcome(fileTree(profile), settings.lang);
  }
  return withSocialCard(context, async (card) => treeOutcome(await card.social.files.tree({ signal }), settings.lang));
}

function treeOutcome(tree: readonly DirectoryTree[], lang: Language): Outcome {
  const directories = tree.map(({ directory, files }) => ({
    directory: directory.id,
    fid: directory.fid,
    nameZh: directory.nameZh,
    confidence: directory.confidence,
    files: files.map(fileOf),
  }));
  const text = tree.flatMap(({ directory, files }) => [
    paint('bold', `${directory.id}  ${directory.nameZh}`),
    ...files.map((file) => fileText(file, lang)),
  ]);
  return { members: { directories }, text: text.join('\n') };
}

function fileOf({ address, file, items }: FileTree): Record<string, unknown> {
  const { name, nameZh, kind, read, update, confidence, source } = file;
  return {
    ...{ address, name, nameZh, kind, read, update, confidence, source },
    items: items.map(({ address: place, item }) => ({
      address: place,
      name: item.name,
      nameZh: item.nameZh,
      format: item.format,
      length: item.length,
      codeTable: item.codeTable,
      confidence: item.confidence,
    })),
  };
}

function fileText({ address, file, items }: FileTree, lang: Language): string {
  const texts = filesWords[lang];
  const rights = `${texts.read} ${ruleText(file.read, lang)}  ${texts.update} ${ruleText(file.update, lang)}`;
  const rows = items.map(({ address: place, item }) => [
    `    ${place}`,
    `${item.format}${item.length}`,
    lang === 'zh' ? item.nameZh : item.name,
    item.codeTable ?? '',
  ]);
  const title = `  ${address}  ${lang === 'zh' ? file.nameZh : file.name}  [${rights}]`;
  return rows.length === 0 ? title : `${title}\n${table(rows)}`;
}

function ruleText(rule: AccessRule, lang: Language): string {
  const { rules } = filesWords[lang];
  if (typeof rule === 'string') return rule === 'free' || rule === 'never' || rule === 'pin' ? rules[rule] : rule;
  return 'anyOf' in rule
    ? rule.anyOf.map((one) => ruleText(one, lang)).join(rules.or)
    : rule.allOf.map((one) => ruleText(one, lang)).join(rules.and);
}
