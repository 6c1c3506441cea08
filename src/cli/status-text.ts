import { describeStatus } from '../../apdu/status.ts';
import type { Text } from '../i18n/errors.ts';
import { STATUS_TEXTS } from '../i18n/status.ts';

/** Meaning of a status word. Total: an unknown one says so. */
export function statusText(sw: number): Text {
  return STATUS_TEXTS[describeStatus(sw).key] ?? { zh: '含义未知', en: 'Meaning unknown' };
}
