import { describe, expect, test } from 'vitest';
import { globalOptions, verbs } from '../../../src/cli/verbs.ts';
import { accountWords } from '../../../src/i18n/account.ts';
import { checkWords } from '../../../src/i18n/check.ts';
import { verbExamples, verbNotes, verbTexts } from '../../../src/i18n/cli.ts';
import { doctorTexts } from '../../../src/i18n/doctor.ts';
import { fieldTexts, oddityTexts } from '../../../src/i18n/fields.ts';
import { filesWords } from '../../../src/i18n/files.ts';
import { helpWords, optionTexts } from '../../../src/i18n/help.ts';
import { pinWords } from '../../../src/i18n/pin.ts';
import { reasonTexts } from '../../../src/i18n/reasons.ts';
import { traceWords } from '../../../src/i18n/trace.ts';
import { words } from '../../../src/i18n/words.ts';

const options = [...globalOptions, ...verbs.flatMap((verb) => verb.options)].map(({ name }) => name);
const names = verbs.map(({ name }) => name);

describe('texts of the command', () => {
  test('every verb has its line and examples, and nothing else has', () => {
    expect(Object.keys(verbTexts)).toEqual(names);
    expect(Object.keys(verbExamples)).toEqual(names);
    expect(Object.keys(verbNotes).filter((name) => !names.includes(name))).toEqual([]);
  });

  test('every option has its line, and nothing else has', () => {
    expect(Object.keys(optionTexts).sort()).toEqual([...new Set(options)].sort());
  });

  test.each([
    ['help', helpWords],
    ['fields', fieldTexts],
    ['oddities', oddityTexts],
    ['words', words],
    ['pin', pinWords],
    ['check', checkWords],
  ])('%s: the same keys in both languages', (_name, { zh, en }) => {
    expect(keys(en)).toEqual(keys(zh));
  });

  test('what doctor looks at has a label in both languages', () => {
    for (const { label } of Object.values(doctorTexts)) expect(label.zh && label.en).toBeTruthy();
  });
});

describe('texts with parts', () => {
  /** Every function in a table of texts, with what it says to these. */
  function said(value: unknown, parts: readonly unknown[]): string[] {
    if (typeof value === 'function') return [value(...parts)];
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap((one) => said(one, parts)) : [];
  }

  test.each([
    ['account', accountWords, 3],
    ['words', words, 4],
    ['pin', pinWords, 1],
    ['check', checkWords, 0],
    ['trace', traceWords, 2],
    ['files', filesWords, 1],
  ])('%s: say something in both languages, with the parts in it and nothing undefined', (_name, table, least) => {
    for (const parts of [
      [2031, 3],
      [null, undefined],
    ]) {
      const [zh, en] = [said(table.zh, parts), said(table.en, parts)];
      expect(zh.length).toBeGreaterThanOrEqual(least);
      expect(en).toHaveLength(zh.length);
      for (const text of [...zh, ...en]) expect(text).not.toBe('');
      if (parts[0] !== null) for (const text of [...zh, ...en]) expect(text).toContain('2031');
    }
  });
});

function keys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, keys(inner)]),
  );
}

describe('reasons', () => {
  test.each([
    'never',
    'pin-needed',
    'no-directory',
    'card-unidentified',
    'undescribed-right',
    'undescribed-layout',
    'no-key',
    'key-refused',
    'key-locked',
    'pin-wrong',
    'pin-blocked',
    'pin-not-sent',
    'absent',
    'empty',
    'not-jpeg',
    'cut',
  ])('%s, why a card keeps something, has a text in both languages', (reason) => {
    expect(reasonTexts[reason]?.zh).toMatch(/\p{Script=Han}/u);
    expect(reasonTexts[reason]?.en).toMatch(/^[\x20-\x7e]+$/);
  });
});
