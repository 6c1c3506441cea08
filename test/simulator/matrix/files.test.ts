import { expect } from 'vitest';
import type { CardImage } from '../../../src/simulator/image.ts';
import type { UpdateReport } from '../../../src/social/files/report.ts';
import type { Flow } from './flows.ts';
import { faultMatrix } from './matrix.ts';
import { pinOf, pins } from './rig.ts';

const ALL = ['1.0', '2.0', '3.0'] as const;

/** What is written, with the record as it has to stand on the card afterwards: tag, length, value by hand. */
interface Written {
  readonly address: string;
  readonly value: string;
  readonly directory: string;
  readonly fid: string;
  readonly record: string;
}

const TELEPHONE: Written = {
  address: 'DF01EF06|28',
  value: '0519-85529290',
  directory: 'DF01',
  fid: 'EF06',
  record: '280F303531392D383535323932393000' + '00',
};
const HEALTH: Written = { address: 'DF01EF07|29', value: '2', directory: 'DF01', fid: 'EF07', record: '290132' };
const ISSUED: Written = {
  address: 'SSSEEF05|05',
  value: '20200116',
  directory: 'SSSE',
  fid: 'EF05',
  record: '050420200116',
};

function recordOf(image: CardImage, { directory, fid, record }: Written): string | undefined {
  const file = image.directories.find(({ name }) => name === directory)?.files.find((one) => one.fid === fid);
  return file?.kind === 'records' ? file.records.find((one) => one.startsWith(record.slice(0, 2))) : undefined;
}

/** Every state that the report names is the state of the card. */
function truthOf(changes: readonly Written[]): NonNullable<Flow['truth']> {
  return (came, before, after) => {
    const { outcome, items } = came as UpdateReport;
    expect(items.map(({ address }) => address)).toEqual(changes.map(({ address }) => address));
    for (const [at, change] of changes.entries()) {
      const [old, now] = [recordOf(before, change), recordOf(after, change)];
      const state = items[at]?.state;
      if (state === 'new' || state === 'unchanged') expect(now).toBe(change.record);
      else if (state === 'old' || state === 'not-reached') expect(now).toBe(old);
      else if (state === 'damaged') expect([old, change.record]).not.toContain(now);
    }
    const settled = items.every(({ state }) => state === 'new' || state === 'unchanged');
    expect(outcome === 'done').toBe(settled);
  };
}

function writing(name: string, generations: Flow['generations'], changes: readonly Written[]): Flow {
  const asked = changes.map(({ address, value }) => ({ address, value }));
  return {
    name,
    generations,
    act: async (card, w) => {
      const report = await card.social.files.update(asked, w);
      return { ...report, kind: report.outcome };
    },
    truth: truthOf(changes),
    good: 'done',
    earns: true,
  };
}

/** Acts with files. */
const flows: readonly Flow[] = [
  {
    name: 'read one file under its key',
    generations: ALL,
    act: (card, w) => card.social.files.read(['DF01EF06'], w),
    earns: true,
  },
  {
    name: 'read one item under the PIN',
    generations: ALL,
    act: (card, w) => card.social.files.read(['DF04EF05|8C'], { pin: pinOf(pins.initial), ...w }),
    offersPin: true,
    earns: true,
  },
  {
    name: 'read the identity files',
    generations: ALL,
    act: (card, w) => card.social.files.read(['SSSEEF05', 'SSSEEF06'], w),
    earns: false,
  },
  writing('write one item', ALL, [ISSUED]),
  writing('write several items', ['2.0', '3.0'], [ISSUED, TELEPHONE, HEALTH]),
];

faultMatrix('files', flows);
