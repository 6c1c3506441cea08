import { readFileSync } from 'node:fs';

/**
 * The counts of one vitest run from its JSON report and its exit code. What vitest reports beside its tests counts as
 * a failure: a file that could not be loaded, an error that no test caught, a run that collected nothing.
 */
export function countReport(path, exitCode) {
  const report = readReport(path);
  if (report === undefined)
    return {
      passed: 0,
      failed: 1,
      skipped: 0,
      notes: [`no report (exit code ${exitCode})`],
    };
  const counts = { passed: 0, failed: 0, skipped: 0, notes: [] };
  for (const file of report.testResults) {
    for (const test of file.assertionResults) counts[kindOf(test.status)]++;
    const blamed = file.assertionResults.some((test) => test.status === 'failed');
    if (file.status === 'failed' && !blamed) note(counts, `${file.name}: ${firstLine(file.message) || 'did not load'}`);
  }
  const total = counts.passed + counts.failed + counts.skipped;
  if (total === 0) note(counts, 'no test was collected');
  else if (exitCode !== 0 && counts.failed === 0)
    note(counts, `vitest ended with exit code ${exitCode}: an error outside of the tests`);
  return counts;
}

/** `N passed, N failed`, and the skipped ones if there are any: the line that CI reads. */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function kindOf(status) {
  if (status === 'passed') return 'passed';
  return status === 'failed' ? 'failed' : 'skipped';
}

function note(counts, text) {
  counts.failed++;
  counts.notes.push(text);
}

function firstLine(text) {
  return (text ?? '').split('\n', 1)[0];
}

function readReport(path) {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8'));
    return Array.isArray(report.testResults) ? report : undefined;
  } catch {
    return undefined;
  }
}
