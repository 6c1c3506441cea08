import { describe, expect, it } from 'vitest';
import { loadWholeOverlays, loadWholeProfile } from '../../../src/social/profile/load.ts';
import { withOverlay } from '../../../src/social/profile/merge.ts';
import type { AccessRule, CardProfile, Generation, KeyDescription } from '../../../src/social/profile/profile.ts';

/** social-security-card.md 2.2: file, structure, read, update; `national | Jiangsu` where the region differs. */
const FILES_2_0 = `
SSSE EF05 records 7; free; UKSSSE
SSSE EF06 records 7; free; UKSSSE
SSSE EF07 transparent 1024; RKSSSE; UKSSSE
SSSE EF08 transparent 4096; RKSSSE; UKSSSE
DF01 EF05 records 3; PIN or RKDF01; UK1DF01
DF01 EF06 records 5; PIN or RKDF01; UK4DF01
DF01 EF07 records 1; PIN or RKDF01; UK2DF01
DF01 EF08 records 1; PIN or RKDF01; UK3DF01
DF01 EF09 records 3; PIN or RKDF01; UK2DF01
DF01 EF0A records 3; PIN or RKDF01; UK5DF01
DF01 EF15 records 4; PIN or RKDF01; UK6DF01
DF01 EF16 transparent 296; free; UK7DF01
DF01 EF17 transparent 296; free; UK8DF01
DF01 EF18 transparent 296; free; UK9DF01
DF01 EF19 transparent 296; free; UKADF01
DF01 EF1A transparent 296; free; UKBDF01
DF02 EF05 records 6; PIN or RKDF02; UK1DF02
DF02 EF06 records 7; PIN or RKDF02; UK2DF02
DF02 EF07 cyclic 4 × 85; PIN or RKDF02; UK3DF02
DF02 EF09 records 4; PIN or RKDF02; UK4DF02
DF02 EF15 records 6; PIN or RKDF02; UK5DF02
DF02 EF16 cyclic 4 × 18; PIN or RKDF02; UK6DF02
DF03 EF05 records 7; PIN or RKDF03EF05; UK1DF03
DF03 EF06 records 10; PIN or RKDF03; UK2DF03
DF03 EF07 records 6; PIN or RKDF03; UK3DF03
DF03 EF15 records 3; PIN or RKDF03; UK4DF03
DF03 EF16 records 2; PIN or RKDF03; UK5DF03
DF03 EF17 records 5; PIN or RKDF03; UK6DF03
DF03 EF18 records 5; PIN or RKDF03; UK7DF03
DF03 EF19 records 4; PIN or RKDF03; UK8DF03
DF04 EF05 records 16; PIN or RK1DF04; UK1DF04
DF04 EF06 records 3; PIN and RK1DF04; UK2DF04
DF04 EF08 cyclic 30 × 28; PIN; never
DF04 EF15 cyclic 8 × 3; PIN or RK1DF04; UK2DF04
DF07 EF05 records 5; RK1DF07; UK1DF07
DF07 EF06 records 3; RK2DF07; UK2DF07
DF07 EF07 records 2; RK3DF07; UK3DF07`;

const OF_3_0 = { 'SSSE EF06 records 7; free; UKSSSE': 'SSSE EF06 records 7; RKSSSE; UKSSSE' };

const OF_JIANGSU = `
SSSE EF0D records 4; free; UK2SSSE
DF05 EF05 records 33; PIN; UK1DF05
DF06 EF05 records 5; RK1DF06; UK1DF06
DF06 EF06 records 28; RK1DF06; UK1DF06`;

const FILES_1_0 = `
SSSE EF05 records 7; free; UKSSSE
SSSE EF06 records 6; free; UKSSSE
SSSE EF07 transparent 768; RKSSSE; UKSSSE
DF01 EF05 records 4; PIN or RKDF01; UK1DF01
DF01 EF06 records 4; PIN or RKDF01; UK4DF01
DF01 EF07 records 1; PIN or RKDF01; UK2DF01
DF01 EF08 records 1; PIN or RKDF01; UK3DF01
DF01 EF09 records 5; PIN or RKDF01; UK2DF01
DF01 EF0A records 3; PIN or RKDF01; UK5DF01
DF02 EF05 records 5; PIN or RKDF02; UK1DF02
DF02 EF06 records 7; PIN or RKDF02; UK2DF02
DF02 EF07 cyclic ? × ?; PIN or RKDF02; UK3DF02
DF02 EF08 records 4; PIN or RKDF02; UK3DF02
DF02 EF09 records 5; PIN or RKDF02; UK4DF02
DF03 EF05 records 8; PIN or RKDF03EF05; UK1DF03
DF03 EF06 records 5; PIN or RKDF03; UK2DF03
DF03 EF07 records 8; PIN or RKDF03; UK3DF03
DF04 EF05 records 14; PIN or RK1DF04; UK1DF04
DF04 EF06 records 3; PIN and RK1DF04; UK2DF04
DF04 EF08 cyclic 10 × 28; PIN; never`;

/** 6.1: key, PSAM usage and id, card id, address in the HSM; `*`: not for EXTERNAL AUTHENTICATION. */
const KEYS_2_0 = `
SSSE IRK* 67 08 00
SSSE STK* 48 09 –
SSSE PUK 48 10 06 0090
SSSE RKSSSE 47 0A 0A 004C
SSSE UKSSSE 48 12 04 0094
DF01 STK* – –
DF01 RKDF01 47 2E 82 004F
DF01 UK1DF01 48 42 83 0097
DF01 UK2DF01 48 43 84 009A
DF01 UK3DF01 47 24 85 0176
DF01 UK4DF01 47 25 86 0179
DF01 UK5DF01 48 44 87
DF01 UK6DF01 47 2F 89
DF01 UK7DF01 47 30 8A
DF01 UK8DF01 47 31 8B
DF01 UK9DF01 47 32 8C
DF01 UKADF01 47 33 8D
DF01 UKBDF01 47 34 8E
DF02 STK* – –
DF02 RKDF02 47 35 82 0064
DF02 UK1DF02 47 26 83
DF02 UK2DF02 48 45 84
DF02 UK3DF02 48 46 85
DF02 UK4DF02 47 27 86
DF02 UK5DF02 47 28 87
DF02 UK6DF02 47 36 89
DF03 STK* – –
DF03 RKDF03EF05 47 2C 83 0196
DF03 RKDF03 47 2B 84 0193
DF03 UK1DF03 48 47 86
DF03 UK2DF03 47 29 87
DF03 UK3DF03 48 48 88
DF03 UK4DF03 47 37 89
DF03 UK5DF03 47 38 8A
DF03 UK6DF03 47 39 8B
DF03 UK7DF03 47 3A 8C
DF03 UK8DF03 47 3B 8D
DF04 STK* – –
DF04 RK1DF04 67 2D 84 0182
DF04 UK1DF04 48 49 85
DF04 UK2DF04 47 2A 86
DF04 DLK* – –
DF04 DPK* – –
DF04 DTK* – –
DF05 STK* – –
DF06 STK* – –
DF07 STK* – –
DF07 RK1DF07 47 3D 83 007A
DF07 RK2DF07 47 3F 84 0080
DF07 RK3DF07 47 B1 85 0086
DF07 UK1DF07 47 3E 86
DF07 UK2DF07 47 B0 87
DF07 UK3DF07 47 B2 88`;

const KEYS_OF_JIANGSU = `
SSSE UK2SSSE 48 13 0D
DF05 UK1DF05 47 B4 83
DF06 RK1DF06 48 52 83
DF06 UK1DF06 48 53 85`;

const linesOf = (table: string) => table.trim().split('\n').toSorted();

function fileLines({ files, keys }: CardProfile): string[] {
  return files
    .map(({ directory, ef, kind, items = [], size, records = '?', recordLength = '?', read, update }) => {
      const access = (rule: AccessRule) => accessText(rule, directory, keys);
      const extent = kind === 'records' ? items.length : kind === 'cyclic' ? `${records} × ${recordLength}` : size;
      return `${directory} ${ef} ${kind} ${extent}; ${access(read)}; ${access(update)}`;
    })
    .toSorted();
}

function accessText(rule: AccessRule, directory: string, keys: readonly KeyDescription[]): string {
  if (typeof rule !== 'string') {
    const [rules, word] = 'anyOf' in rule ? [rule.anyOf, ' or '] : [rule.allOf, ' and '];
    return rules.map((one) => accessText(one, directory, keys)).join(word);
  }
  if (rule === 'pin') return 'PIN';
  const key = keys.find((one) => one.directory === directory && `key:${one.id}` === rule);
  return key?.name ?? rule;
}

function keyLines({ keys }: CardProfile): string[] {
  return keys
    .map(({ directory, name, externalAuthentication, psam, id, hsm }) =>
      [
        directory,
        externalAuthentication ? name : `${name}*`,
        psam === null ? '–' : `${psam.usage} ${psam.id}`,
        id ?? '–',
        hsm ?? '',
      ]
        .join(' ')
        .trimEnd(),
    )
    .toSorted();
}

async function ofJiangsu(generation: Generation): Promise<CardProfile> {
  return (await loadWholeOverlays()).reduce(withOverlay, await loadWholeProfile(generation));
}

describe('the table of files', () => {
  it.each([
    ['1.0', linesOf(FILES_1_0)],
    ['2.0', linesOf(FILES_2_0)],
    ['3.0', linesOf(FILES_2_0).map((line) => (OF_3_0 as Record<string, string>)[line] ?? line)],
  ] as const)('of %s is that of the reference', async (generation, expected) => {
    expect(fileLines(await loadWholeProfile(generation))).toEqual(expected);
  });

  it('of Jiangsu has four files more, and the PIN before DF07', async () => {
    const national = linesOf(FILES_2_0).map((line) => line.replace(/; (RK\dDF07)/, '; PIN and $1'));
    expect(fileLines(await ofJiangsu('2.0'))).toEqual([...national, ...linesOf(OF_JIANGSU)].toSorted());
  });
});

describe('the table of keys', () => {
  it.each(['2.0', '3.0'] as const)('of %s is that of the reference', async (generation) => {
    expect(keyLines(await loadWholeProfile(generation))).toEqual(linesOf(KEYS_2_0));
    expect(keyLines(await ofJiangsu(generation))).toEqual(
      [...linesOf(KEYS_2_0), ...linesOf(KEYS_OF_JIANGSU)].toSorted(),
    );
  });

  it('of 1.0 has those of the files it has', async () => {
    const absent = /^DF01 UK[6789AB]|^DF02 UK[56]|^DF03 UK[4-8]|^DF07 [RU]K/;
    expect(keyLines(await loadWholeProfile('1.0'))).toEqual(linesOf(KEYS_2_0).filter((line) => !absent.test(line)));
  });

  it('gives the PUK three tries and every other key fifteen', async () => {
    for (const { name, tries, triesConfidence } of (await ofJiangsu('2.0')).keys) {
      expect([name, tries, triesConfidence]).toEqual([name, name === 'PUK' ? 3 : 15, 'ASSUMED']);
    }
  });

  it('marks what 6.1 marks', async () => {
    const assumed = (await ofJiangsu('2.0')).keys.filter(({ confidence }) => confidence === 'ASSUMED');
    expect(assumed.map(({ name }) => name)).toEqual(['RKDF01', 'RKDF02', 'RKDF03EF05', 'RKDF03']);
  });
});
