import { describe, expect, it } from 'vitest';
import type { CardImage } from '../../../src/simulator/image.ts';
import type { ItemChange } from '../../../src/social/files/change.ts';
import type { UpdateReport } from '../../../src/social/files/report.ts';
import { cardFile, type Inserted, inserted, smallParts } from './cards.ts';

/**
 * reliability-targets.md 5: power is lost at every point at which a write of an act stores a byte, and after the last
 * one. Then the card is looked at, what we said is compared with it, and the same act is run again.
 */

const NAME = { address: 'SSSEEF06|09', value: '欧阳王五' };
const GROUP = { address: 'DF01EF15|40:01', value: { schoolName: '不存在大学', graduationMonth: '1919-07' } };
const APPEND = {
  address: 'DF02EF07:00',
  value: { 'employmentRecord.startDate': '1920-01-01', 'employmentRecord.employerName': '江声书局' },
};
const BINARY = { address: 'DF01EF17', value: Uint8Array.of(...new Uint8Array(14).fill(0xff), 1, 2, 3, 4) };

const acts: Readonly<Record<string, readonly (ItemChange & { readonly address: string })[]>> = {
  'one record': [NAME],
  'a record of a group': [GROUP],
  'several records': [
    NAME,
    { address: 'SSSEEF05|05', value: '2020-02-29' },
    GROUP,
    { address: 'DF01EF06|28', value: '051900000000' },
  ],
  'a transparent file in two writes': [BINARY],
  'a new record of a cyclic file': [APPEND],
};

/** Everything that is written, and nothing else: keys spend tries. */
function content(image: CardImage): Readonly<Record<string, readonly string[]>> {
  const files = image.directories.flatMap(({ name, files }) =>
    files.map((file) => [name + file.fid, file.kind === 'transparent' ? [file.data] : file.records] as const),
  );
  return Object.fromEntries(files);
}

type Content = ReturnType<typeof content>;

const run = (changes: readonly ItemChange[], options: Parameters<typeof inserted>[0]) =>
  inserted({ ...options, overlays: [smallParts(16)] }).then(
    async (card): Promise<[Inserted, UpdateReport]> => [card, await card.files.update(changes)],
  );

describe('power lost at every point of an update', () => {
  it.each([
    ['atomic', false],
    ['tearing', true],
  ])(
    '%s card: what we say is so, nothing else has changed, and the same update again completes it',
    async (kind, tears) => {
      const counts: string[] = [];
      for (const [name, changes] of Object.entries(acts)) {
        const before = content((await cardFile()).card);
        const [whole] = await run(changes, { tears });
        const after = content(whole.card.image());
        const found = { cuts: 0, torn: 0 };
        for (const [at, command] of whole.sent.entries()) {
          if (/^00D[6C]/.test(command)) await everyPoint({ changes, tears, before, after, found }, at + 1);
        }
        counts.push(`${name} ${found.cuts} (${found.torn} torn)`);
        if (name === 'one record') expect(found.torn > 0).toBe(tears);
      }
      process.stdout.write(`power cuts of updates, ${kind} card: ${counts.join(', ')}\n`);
    },
  );
});

interface Act {
  readonly changes: readonly (ItemChange & { readonly address: string })[];
  readonly tears: boolean;
  readonly before: Content;
  readonly after: Content;
  /** How often power was lost, and how often that left a file neither old nor new. */
  readonly found: { cuts: number; torn: number };
}

/** Power lasts for no byte, for one, …, until the answer still leaves. */
async function everyPoint(act: Act, command: number): Promise<void> {
  for (let bytes = 0; bytes < 200; bytes++) {
    const [{ card }, report] = await run(act.changes, { tears: act.tears, cut: { command, bytes } });
    if (report.error === undefined) return;
    const where = `command ${command}, ${bytes} bytes`;
    expect({ where, error: report.error }).toMatchObject({ where, error: { code: 'card-removed' } });
    const now = content(card.image());
    expect({ where, untrue: untrue(act, report, now) }).toEqual({ where, untrue: [] });
    act.found.cuts++;
    if (Object.keys(now).some((file) => !same(now, act.before, file) && !same(now, act.after, file))) act.found.torn++;
    const [, again] = await run(act.changes, { card });
    expect({ where, outcome: again.outcome }).toEqual({ where, outcome: 'done' });
    expect({ where, content: content(card.image()) }).toEqual({ where, content: act.after });
  }
  throw new Error('the command never ends');
}

/** What the report says and is not so, and what has changed though nobody says so. Each change has a file of its own. */
function untrue({ changes, tears, before, after }: Act, { items }: UpdateReport, now: Content): string[] {
  const told = new Map(changes.map(({ address }, at) => [address.slice(0, 8), items[at]?.state ?? '']));
  return Object.keys(now).flatMap((file) => {
    const state = told.get(file) ?? 'not-reached';
    const is = (other: Content) => same(now, other, file);
    const possible: Readonly<Record<string, boolean>> = {
      new: is(after),
      old: is(before),
      'not-reached': is(before),
      damaged: !is(before) && !is(after),
      unknown: is(before) || is(after) || tears || told.size === 1,
    };
    return possible[state] === true ? [] : [`${file} ${state}`];
  });
}

function same(one: Content, other: Content, file: string): boolean {
  return JSON.stringify(one[file]) === JSON.stringify(other[file]);
}
