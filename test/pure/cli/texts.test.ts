import { describe, expect, test } from 'vitest';
import { globalOptions, verbs } from '../../../src/cli/verbs.ts';
import { checkWords } from '../../../src/i18n/check.ts';
import { verbExamples, verbNotes, verbTexts } from '../../../src/i18n/cli.ts';
import { doctorTexts } from '../../../src/i18n/doctor.ts';
import { fieldTexts, oddityTexts } from '../../../src/i18n/fields.ts';
import { helpWords, optionTexts } from '../../../src/i18n/help.ts';
import { pinWords } from '../../../src/i18n/pin.ts';
import { reasonTexts } from '../../../src/i18n/reasons.ts';
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
