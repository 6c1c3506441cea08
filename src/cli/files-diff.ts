import { readFileSync } from 'node:fs';
import { SscardError } from '../../apdu/errors.ts';
import { filesWords } from '../i18n/files.ts';
import { diffOf, type FilesDifference, type ItemDifference } from '../social/files/diff.ts';
import { parseDump } from '../social/files/dump.ts';
import type { FilesReading } from '../social/files/reading.ts';
import { cardNumberOf } from './card-number.ts';
import type { Context, Outcome } from './context.ts';
import { type ItemMember, itemMember } from './item-members.ts';
import { shownValue } from './item-text.ts';
import { table } from './layout.ts';
import { failedBy } from './refusals.ts';
import type { Language } from './settings.ts';
import { siteOverlays } from './social-card.ts';
import { beginUnmasking } from './unmask.ts';
import { withPinIfAsked } from './with-pin.ts';

/** `sscard files diff <dump> [dump]`: a dump against the card, or against another dump. */
export async function runFilesDiff(context: Context): Promise<Outcome> {
  const {
    arguments: [first = '', second],
    settings,
  } = context;
  const unmasking = beginUnmasking(context);
  const masked = unmasking === undefined;
  const overlays = await siteOverlays(settings);
  const before = await parseDump(readDump(first), first, overlays);
  const compared = (after: FilesReading) => {
    unmasking?.record(cardNumberOf(after));
    return failedBy(told(diffOf(before, after), masked, settings.lang), after.pinDenial);
  };
  if (second !== undefined) return compared(await parseDump(readDump(second), second, overlays));
  return withPinIfAsked(context, async (card, allowed) => compared(await card.social.files.read('all', allowed)));
}

function readDump(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new SscardError('dump-unreadable', 'cannot be read', { place: path }, { cause: error });
  }
}

interface DifferenceMember extends Pick<ItemMember, 'address' | 'name' | 'nameZh'> {
  readonly first: unknown;
  readonly second: unknown;
}

function told({ items, files, compared }: FilesDifference, masked: boolean, lang: Language): Outcome {
  const members = items.map((item) => differenceMember(item, masked));
  const rows = members.map(({ address, name, nameZh, first, second }) => [
    address,
    (lang === 'zh' ? nameZh : name) ?? '',
    `${shownValue(first, lang)} → ${shownValue(second, lang)}`,
  ]);
  const notCompared = files.map(({ file, first, second }) => [file, '', `${first} → ${second}`]);
  const texts = filesWords[lang];
  return {
    members: { diff: { items: members, files, compared }, masked },
    text: [table([...rows, ...notCompared]), texts.compared(compared, items.length)].filter(Boolean).join('\n'),
  };
}

function differenceMember({ address, item, first, second }: ItemDifference, masked: boolean): DifferenceMember {
  const fieldOf = (value: ItemDifference['first']) =>
    value.kind === 'absent' ? null : itemMember({ address, item, value, raw: new Uint8Array() }, masked).value;
  const named = { address, name: item?.name ?? null, nameZh: item?.nameZh ?? null };
  return { ...named, first: fieldOf(first), second: fieldOf(second) };
}
