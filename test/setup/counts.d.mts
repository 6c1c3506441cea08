export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  notes: string[];
}

export function countReport(path: string, exitCode: number): Counts;
export function closingLine(counts: Pick<Counts, 'passed' | 'failed' | 'skipped'>): string;
