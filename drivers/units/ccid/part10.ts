import { SscardError } from '../../../apdu/errors.ts';

/** What a control code asks a unit with a pad for (PC/SC part 10; readers.md 8.4). */
export type Part10Request = 'features' | 'properties' | 'verify' | 'modify';

/** CM_IOCTL_GET_FEATURE_REQUEST as pcsc-lite has it, as Windows has it, and bare. */
const FEATURE_REQUESTS: ReadonlySet<number> = new Set([0x4200_0000 + 3400, (0x31 << 16) | (3400 << 2), 3400]);
/** The codes a public driver gives (pcsc-on-this-stack.md 4). */
const FIRST_CODE = 0x4233_0000;
const FEATURES = { verify: 0x06, modify: 0x07, properties: 0x0a } as const;
/** wLcdLayout unknown; Enter, most digits and time can end an entry; no bTimeOut2. */
const PROPERTIES = Uint8Array.of(0x00, 0x00, 0x07, 0x00);

/** @throws SscardError `unsupported` */
export function part10Request(code: number): Part10Request {
  if (FEATURE_REQUESTS.has(code)) return 'features';
  for (const [name, tag] of Object.entries(FEATURES)) if (code === FIRST_CODE + tag) return name as Part10Request;
  throw new SscardError('unsupported', `no control code ${code.toString(16)}`, { outcome: 'not-done' });
}

/** The features with their control codes: tag, 04, code. */
export function part10Features(): Uint8Array {
  const list = new Uint8Array(6 * Object.keys(FEATURES).length);
  const view = new DataView(list.buffer);
  for (const [at, tag] of Object.values(FEATURES).entries()) {
    list.set([tag, 4], 6 * at);
    view.setUint32(6 * at + 2, FIRST_CODE + tag);
  }
  return list;
}

/** IFD_PIN_PROPERTIES. @param validation the only way to end an entry, where the pad has one only */
export function part10Properties(validation: number | undefined): Uint8Array {
  const properties = PROPERTIES.slice();
  if (validation !== undefined) properties[2] = validation;
  return properties;
}
