import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../apdu/bytes.ts';
import { encodeItem, encodeName } from '../../src/simulator/encode.ts';
import { cardNumberCheck, citizenNumberCheck, inventCard } from '../../src/simulator/holders.ts';
import { inventFile } from '../../src/simulator/invent.ts';
import { cardKey } from '../../src/simulator/keys.ts';
import { seededRandom } from '../../src/simulator/random.ts';

describe('item values (3.1)', () => {
  it.each([
    ['cn', 4, '20200115', '20200115'],
    ['cn', 12, '32040000001', '32040000001FFFFFFFFFFFFF'],
    ['cn', 1, '', 'FF'],
    ['an', 4, '2.0', '322E3000'],
    ['an', 2, '', '0000'],
    ['an', 6, '张三', 'D5C5C8FD0000'],
    ['an', 6, '李㐀', 'C0EE8139EE39'],
    ['b', 2, 'AB01', 'AB01'],
    ['b', 2, '', 'FFFF'],
    ['dec', 4, '12345', '00012345'],
    ['dec', 3, '', '000000'],
  ] as const)('%s%i %j', async (format, length, value, expected) => {
    expect(toHex(await encodeItem(format, length, value))).toBe(expected);
  });

  it.each([
    ['cn', 1, '123'],
    ['cn', 2, '12A'],
    ['an', 2, '123'],
    ['an', 3, '张三'],
    ['an', 4, '\ud800'],
    ['b', 2, 'AB'],
    ['dec', 1, '123'],
    ['dec', 2, '1F'],
  ] as const)('%s%i does not hold %j', async (format, length, value) => {
    await expect(encodeItem(format, length, value)).rejects.toThrow(
      expect.objectContaining({ code: 'sim-value-malformed' }),
    );
  });
});

describe('names (3.1, 3.2.2)', () => {
  const fields = async (name: string, ...lengths: number[]) => (await encodeName(name, lengths)).map(toHex);

  it('are cut on a character boundary, and go on in the extension', async () => {
    expect(await fields('张三李', 5, 4)).toEqual(['D5C5C8FD00', 'C0EE0000']);
  });

  it('do not split a character of four bytes', async () => {
    expect(await fields('李㐀', 5, 4)).toEqual(['C0EE000000', '8139EE39']);
  });

  it('lose what fits nowhere, as whole characters', async () => {
    expect(await fields('张三李', 3)).toEqual(['D5C500']);
  });
});

describe('check characters (chapter 8)', () => {
  it.each(['C04990002', 'B04990013', 'D04990026', 'E04990031', 'F04990047'])('card number %s', (number) => {
    expect(cardNumberCheck(number.slice(0, 8))).toBe(number.slice(8));
  });

  it.each(['320499189001010113', '320499188506070221', '320499189909090336'])('citizen number %s', (number) => {
    expect(citizenNumberCheck(number.slice(0, 17))).toBe(number.slice(17));
  });
});

describe('invented holders', () => {
  const cards = Array.from({ length: 200 }, (_, seed) => inventCard('2.0', seededRandom(seed)));

  it('are born before 1900, in a division that does not exist', () => {
    for (const { items } of cards) expect(items['socialSecurityNumber']).toMatch(/^32049918[5-9]\d{8}[\dX]$/);
  });

  it('have a number that agrees with birth date and sex', () => {
    for (const { items } of cards) {
      const number = items['socialSecurityNumber'] ?? '';
      expect(number.slice(6, 14)).toBe(items['birthDate']);
      expect(Number(number[16]) % 2 === 1 ? '1' : '2').toBe(items['sex']);
    }
  });

  it('have an identification code of the form of chapter 8, with the last four bytes of the ATR', () => {
    for (const { atr, items } of cards) {
      expect(items['cardIdentificationCode']).toMatch(new RegExp(`^320400D156000005${atr.slice(-8)}[0-9A-F]{8}$`));
    }
  });

  it('have an ATR of the form of 1.1', () => {
    for (const { atr } of cards) expect(atr).toMatch(/^3B6D0000008[157]543100|^3B6D00000090543100/);
  });

  it('differ', () => {
    expect(new Set(cards.map(({ atr }) => atr)).size).toBe(cards.length);
  });
});

describe('card keys (6.3)', () => {
  it('come from the master as in the worked vector of 6.7', () => {
    const master = fromHex('000102030405060708090A0B0C0D0E0F');
    expect(toHex(cardKey('3DES', master, '320400', `3B6D0000000081${'00'.repeat(2)}8697159900BF7C7A`))).toBe(
      'A1B22EFD89B03EA0C70596AAE23B5856',
    );
  });

  it.each(['2.0', '3.0'] as const)('of a new %s card come from the masters in its file', async (generation) => {
    const { card, masters } = await inventFile({ generation, seed: 1 });
    const derived = masters.map(({ value }) => toHex(cardKey(card.algorithm, fromHex(value), '320400', card.atr)));
    expect(card.directories.flatMap(({ keys }) => keys.map(({ value }) => value))).toEqual(derived);
  });
});

describe('the card of a generation (2.2, 2.4, 3.2.2)', () => {
  const records = async (generation: '1.0' | '2.0' | '3.0') => {
    const { card } = await inventFile({ generation, seed: 1 });
    const files = card.directories[0]?.files ?? [];
    return files.map((file) =>
      file.kind === 'transparent'
        ? `${file.fid} ${file.size}`
        : `${file.fid} ${file.records.map((record) => record.slice(0, 2)).join(' ')}`,
    );
  };

  it('1.0 has no photo, no extension of the name, no provincial file', async () => {
    expect(await records('1.0')).toEqual(['EF05 01 02 03 04 05 06 07', 'EF06 08 09 0A 0B 0C 0D', 'EF07 768']);
  });

  it.each(['2.0', '3.0'] as const)('%s has them all', async (generation) => {
    expect(await records(generation)).toEqual([
      'EF05 01 02 03 04 05 06 07',
      'EF06 08 09 4E 0A 0B 0C 0D',
      'EF07 1024',
      'EF08 4096',
      'EF0D EA EB EC ED',
    ]);
  });
});
