import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { type HidPacking, hidPackings, packReports, unpackReport } from '../../../drivers/hid/packing.ts';

interface Vector {
  readonly id: string;
  readonly profile: HidPacking;
  readonly frame: string;
  readonly reportsToWrite: readonly string[];
}

const file = new URL('../../../fixtures/vectors/readers/hid-packing.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: readonly Vector[] };

describe('frames in HID reports', () => {
  it.each(vectors)('are written as published: $id', ({ profile, frame, reportsToWrite }) => {
    expect(packReports(fromHex(frame), profile).map(toHex)).toEqual(reportsToWrite);
  });

  it.each(vectors)('are found again in the reports: $id', ({ profile, frame, reportsToWrite }) => {
    // What is read has no 00 in front; a numbered report has its number.
    const read = reportsToWrite.map((report) => fromHex(profile === 'rid-64' ? report : report.slice(2)));
    const bytes = read.map((report) => toHex(unpackReport(report, profile) ?? Uint8Array.of())).join('');
    expect(bytes.slice(0, frame.length)).toBe(frame);
    expect(bytes.slice(frame.length)).toMatch(/^(00)*$/);
  });

  it('knows every packing there is a vector for', () => {
    expect(new Set(vectors.map(({ profile }) => profile))).toEqual(new Set(hidPackings));
  });

  it.each([
    ['a count beyond its end', 'len1-64', Uint8Array.of(64, ...new Uint8Array(63))],
    ['no byte at all', 'len1-64', new Uint8Array(0)],
    ['another number', 'rid-64', Uint8Array.of(6, 1, 2, 3)],
  ] as const)('a report with %s is none', (_, packing, report) => {
    expect(unpackReport(report, packing)).toBeUndefined();
  });
});
