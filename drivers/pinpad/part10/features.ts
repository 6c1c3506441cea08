import { SscardError } from '../../../apdu/errors.ts';

/** What a reader offers beside carrying commands (PC/SC part 10, 2.2): control code of each feature. */
export type ReaderFeatures = ReadonlyMap<number, number>;

/** Tags of features that are used here. */
export const FEATURE = { verifyDirect: 0x06, modifyDirect: 0x07, pinProperties: 0x0a } as const;

/** CM_IOCTL_GET_FEATURE_REQUEST: 3400, as each platform writes control codes. */
export function featureRequest(platform: NodeJS.Platform = process.platform): number {
  return platform === 'win32' ? (0x31 << 16) | (3400 << 2) : 0x4200_0000 + 3400;
}

/**
 * Reads the answer to the feature request: tag, length 4, control code with its high byte first.
 * @throws SscardError `answer-malformed`
 */
export function readFeatures(bytes: Uint8Array): ReaderFeatures {
  const found = new Map<number, number>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length; at += 6) {
    if (bytes[at + 1] !== 4 || at + 6 > bytes.length) {
      throw new SscardError('answer-malformed', 'features are tag, 04, four bytes', { offset: at });
    }
    found.set(bytes[at] as number, view.getUint32(at + 2));
  }
  return found;
}
