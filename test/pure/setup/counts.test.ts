import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closingLine, countReport } from '../../setup/counts.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sscard-counts-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const file = (status: string, tests: string[], message = '') => ({
  name: 'some.test.ts',
  status,
  message,
  assertionResults: tests.map((each) => ({ status: each })),
});
const count = (testResults: unknown, exitCode: number) => {
  const path = join(folder, 'report.json');
  writeFileSync(path, JSON.stringify({ testResults }));
  return countReport(path, exitCode);
};

describe('the counts of a level', () => {
  it('are those of its tests', () => {
    const files = [file('passed', ['passed', 'passed', 'skipped']), file('failed', ['passed', 'failed', 'todo'])];
    expect(count(files, 1)).toEqual({ passed: 3, failed: 1, skipped: 2, notes: [] });
  });

  it('hold a failure for a file that did not load', () => {
    const files = [file('passed', ['passed']), file('failed', [], 'Cannot find module\nat somewhere')];
    expect(count(files, 1)).toMatchObject({ passed: 1, failed: 1, notes: ['some.test.ts: Cannot find module'] });
  });

  it('hold a failure for a file whose hook failed after its tests passed', () => {
    expect(count([file('failed', ['passed'], 'hook')], 1)).toMatchObject({ passed: 1, failed: 1 });
  });

  it('hold a failure for an error outside of the tests', () => {
    expect(count([file('passed', ['passed'])], 1)).toMatchObject({ passed: 1, failed: 1 });
  });

  it('hold a failure when no test was collected', () => {
    expect(count([], 0)).toMatchObject({ passed: 0, failed: 1 });
  });

  it('hold a failure when vitest left no report', () => {
    expect(countReport(join(folder, 'absent.json'), 139)).toMatchObject({ passed: 0, failed: 1 });
  });
});

describe('the closing line', () => {
  it('names passed and failed', () => {
    expect(closingLine({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
  });

  it('names skipped tests only when there are some', () => {
    expect(closingLine({ passed: 12, failed: 1, skipped: 2 })).toBe('12 passed, 1 failed, 2 skipped');
  });
});
