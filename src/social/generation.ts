import { fromHex } from '../../apdu/bytes.ts';
import { SscardError } from '../../apdu/errors.ts';
import { type Line, refused } from '../../drivers/exchange.ts';
import { decodeText } from './codecs/text.ts';
import { detection } from './profile/load.ts';
import type { Generation } from './profile/profile.ts';
import { readRecord } from './record.ts';

export interface DetectedGeneration {
  readonly generation: Generation;
  /** 规范版本 as on the card, `2.01`. */
  readonly version: string;
  /** False for a version nobody described, of a known generation. */
  readonly described: boolean;
}

export interface DetectedVersion extends DetectedGeneration {
  /** 规范版本 as it came. */
  readonly versionValue: Uint8Array;
}

/**
 * Reads 规范版本, free on all generations, which decides the layout (1, rule 2). The application must be selected.
 * @throws SscardError `generation-unknown` with the version in its message, `card-refused`, `record-malformed`, and what
 * the channel throws
 */
export async function detectGeneration(line: Line): Promise<DetectedVersion> {
  const { version: record, application } = detection;
  const answer = await readRecord(line, { directory: application.directory, ...record });
  if (answer.kind === 'refused') throw refused(answer.sw, answer.where);
  const text = decodeText(answer.value, fromHex(record.padding));
  const version = text.kind === 'value' ? text.value : '';
  const generation = /^\d\.\d\d$/.test(version) ? detection.generations[version.charAt(0)] : undefined;
  if (generation === undefined) {
    const shown = /^[ -~]{1,8}$/.test(version) ? version : 'not readable';
    throw new SscardError('generation-unknown', `no layout for version ${shown}`, answer.where);
  }
  return { generation, version, described: detection.versions.includes(version), versionValue: answer.value };
}
