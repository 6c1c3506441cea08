/**
 * How a stream of bytes travels in HID reports of a fixed size (readers.md 10).
 * - `raw-64`: 64 bytes a report, padded with 00; where the frame ends its own length says. CERTAIN for one maker.
 * - `len1-64`: the first byte says how many of the other 63 count. ASSUMED.
 * - `rid-64`: numbered reports of 63 bytes, padded with 00. ASSUMED.
 */
export type HidPacking = 'raw-64' | 'len1-64' | 'rid-64';

/** All of them. */
export const hidPackings: readonly HidPacking[] = ['raw-64', 'len1-64', 'rid-64'];

const REPORT = 64;
/** Number of the reports where the device numbers them (vector hid-04). */
const REPORT_ID = 0x05;

/**
 * The reports to write, each with its number in front: 00 where the device has none.
 * @example packReports(Uint8Array.of(2, 0, 2, 0x30, 0x30, 3, 3), 'raw-64')[0]?.length // 65
 */
export function packReports(bytes: Uint8Array, packing: HidPacking, reportId = REPORT_ID): Uint8Array[] {
  const room = packing === 'raw-64' ? REPORT : REPORT - 1;
  const reports: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += room) {
    const part = bytes.subarray(at, at + room);
    const report = new Uint8Array(packing === 'rid-64' ? REPORT : REPORT + 1);
    if (packing === 'rid-64') report[0] = reportId;
    if (packing === 'len1-64') report[1] = part.length;
    report.set(part, packing === 'len1-64' ? 2 : 1);
    reports.push(report);
  }
  return reports;
}

/**
 * What counts of a report that was read. Padding of `raw-64` and `rid-64` cannot be told from data: zeros behind a whole frame
 * belong to no frame, and the framer skips them.
 * @returns nothing for a report that cannot be: wrong number, wrong count
 */
export function unpackReport(report: Uint8Array, packing: HidPacking, reportId = REPORT_ID): Uint8Array | undefined {
  if (packing === 'raw-64') return report;
  const [first] = report;
  if (first === undefined) return undefined;
  if (packing === 'rid-64') return first === reportId ? report.subarray(1) : undefined;
  return first < report.length ? report.subarray(1, 1 + first) : undefined;
}
