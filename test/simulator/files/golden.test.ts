import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { KeyProvider } from '../../../src/keys/provider.ts';
import type { SocialFiles } from '../../../src/social/files/social-files.ts';
import { goldenScript, pinOf, scriptedCard, scriptedKeys } from '../account/scripted.ts';

/** Reading and writing send the golden exchanges, and make of their answers what stands on the golden card. */

const CHALLENGE = '1122334455667788';

/** A provider with one key: what it is asked, and its answer, stand in the golden exchange. */
function withKey(name: string, cryptogram: string): Partial<KeyProvider> {
  return {
    cryptogram: async ({ card, key, challenge, data }) => {
      expect({ city: card.city, factor: toHex(card.factor), name: key.name }).toEqual({
        city: '320400',
        factor: '8660320499000001',
        name,
      });
      expect([toHex(challenge), toHex(data)]).toEqual([CHALLENGE, CHALLENGE]);
      return { kind: 'done', value: fromHex(cryptogram) };
    },
  };
}

interface Golden {
  readonly keys?: Partial<KeyProvider>;
  readonly act: (files: SocialFiles) => Promise<unknown>;
  readonly outcome: unknown;
}

const withPin = () => ({ pin: pinOf('123456'), lastTry: true });
/** Address, item and value of each item of each file. */
const values = async (files: ReturnType<SocialFiles['read']>) =>
  (await files).files.map((file) =>
    file.kind === 'read' ? file.items.map(({ address, value }) => [address, value]) : file.kind,
  );
const done = (address: string, state = 'new') => ({ outcome: 'done', items: [{ address, state }] });
const value = (value: unknown) => ({ kind: 'value', value });
const EMPTY = { kind: 'empty' };

const golden: Readonly<Record<string, Golden>> = {
  'flow-read-with-key': {
    keys: withKey('RK1DF04', '7C5E9903322D1B6C'),
    act: (files) => values(files.read(['DF04EF05|8C|80|'])),
    outcome: [
      [
        ['DF04EF05|8C', value({ code: '11', nameZh: '在职', nameEn: 'In work' })],
        ['DF04EF05|80', value('2020-02-01')],
      ],
    ],
  },
  'flow-read-with-pin': {
    act: (files) => values(files.read(['medicalPersonCategory'], withPin())),
    outcome: [[['DF04EF05|8C', value({ code: '11', nameZh: '在职', nameEn: 'In work' })]]],
  },
  'flow-read-several': {
    act: (files) => values(files.read(['DF02EF07$SSSEEF05|05|$', 'DF01EF07', 'DF01EF15', 'DF01EF16'], withPin())),
    outcome: [
      [['SSSEEF05|05', value('2020-01-15')]],
      [['DF01EF07|29', EMPTY]],
      [
        ['DF01EF15|2A', value({ code: '20' })],
        ['DF01EF15|40:01', expect.objectContaining({ kind: 'value' })],
        ['DF01EF15|40:02', expect.objectContaining({ kind: 'value' })],
        ['DF01EF15|40:03', EMPTY],
      ],
      [['DF01EF16', EMPTY]],
      [
        ['DF02EF07:01', value('4010100')],
        ['DF02EF07:01', value('1915-03-01')],
        ['DF02EF07:01', EMPTY],
        ['DF02EF07:01', value('云中书局')],
        ['DF02EF07:02', value('2990000')],
        ['DF02EF07:02', value('1912-08-01')],
        ['DF02EF07:02', value('1915-02-28')],
        ['DF02EF07:02', value('太湖之滨学堂')],
      ],
    ],
  },
  'flow-write-name': {
    keys: withKey('UKSSSE', 'B33CEE40001A457B'),
    act: (files) => files.update([{ address: 'SSSEEF06|09', value: '张三三' }]),
    outcome: { outcome: 'done', items: [{ address: 'SSSEEF06|09', state: 'new', old: value('张三') }] },
  },
  'flow-write-unchanged': {
    act: (files) => files.update([{ address: 'name', value: '张三' }]),
    outcome: done('SSSEEF06|09', 'unchanged'),
  },
  'flow-write-group': {
    keys: withKey('UK6DF01', 'F7B7661954568D10'),
    act: (files) => files.update([{ address: 'DF01EF15|40:02,58', value: '1916-06' }], withPin()),
    outcome: done('DF01EF15|40:02,58'),
  },
  'flow-append': {
    keys: withKey('UK3DF02', '3B9FA1522896CEE9'),
    act: (files) => {
      const value = {
        'employmentRecord.occupation': '4010100',
        'employmentRecord.startDate': '1920-01-01',
        'employmentRecord.employerName': '江声书局',
      };
      return files.update([{ address: 'DF02EF07:00', value }], withPin());
    },
    outcome: { outcome: 'done', items: [{ address: 'DF02EF07:00', state: 'new' }] },
  },
  'flow-write-binary': {
    keys: withKey('UK7DF01', 'F19281EFF7990111'),
    act: (files) => {
      const value = Uint8Array.of(...new Uint8Array(240).fill(0xff), 0xab, 0xcd);
      return files.update([{ address: 'DF01EF16', value }]);
    },
    outcome: done('DF01EF16'),
  },
};

describe('the terminal sends the golden exchanges', () => {
  it.each(Object.entries(golden))('%s', async (name, { keys = {}, act, outcome }) => {
    const { social, left } = await scriptedCard({ ...goldenScript(name), keys: scriptedKeys(keys), overlays: [] });
    expect(await act(social.files)).toMatchObject(outcome as object);
    expect(left).toEqual([]);
  });
});
