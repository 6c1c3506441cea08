import type { SscardError } from '../../../apdu/errors.ts';
import { refusalError, refusals } from '../refusals.ts';
import type { CcidAnswer } from './messages.ts';

const MUTE = 0xfe;

/** bError of a command that failed (USB CCID 1.1, 6.2.6; readers.md 2). A byte of our message that is wrong: nothing was done. */
const TABLE = refusals(
  [[0x00], 'unit', 'not-supported', 'not-done'],
  [[0x01], 'unit', 'length', 'not-done'],
  [[0x05], 'unit', 'no-such-slot', 'not-done'],
  [Array.from({ length: 0x7a }, (_, at) => 0x06 + at), 'unit', 'byte-refused', 'not-done'],
  [[0x02, 0x03, 0x04], 'unit', 'byte-refused', 'not-done'],
  [Array.from({ length: 0x40 }, (_, at) => 0x81 + at), 'unit', 'vendor'],
  [[0xa2], 'unit', 'short-circuit'],
  [[0xa3], 'protocol', 'atr-too-long'],
  [[0xab], 'protocol', 'nothing-exchanged'],
  [[0xb0, 0xbb], 'protocol', 'emv'],
  [[0xbd], 'protocol', 't1'],
  [[0xbe], 'unit', 'apdu-length'],
  [[0xe0], 'unit', 'slot-busy', 'not-done'],
  [[0xef], 'unit', 'pin-cancelled'],
  [[0xf0], 'unit', 'pin-timeout'],
  [[0xf2], 'unit', 'busy-automatic'],
  [[0xf3], 'protocol', 'deactivated-protocol'],
  [[0xf4], 'protocol', 'procedure-byte'],
  [[0xf5], 'protocol', 'class-not-supported'],
  [[0xf6], 'protocol', 'protocol-not-supported'],
  [[0xf7], 'protocol', 'bad-tck'],
  [[0xf8], 'protocol', 'bad-ts'],
  [[0xfb], 'unit', 'hardware'],
  [[0xfc], 'protocol', 'overrun'],
  [[0xfd], 'protocol', 'parity'],
  [[MUTE], 'mute', 'card-mute'],
  [[0xff], 'unit', 'aborted'],
);

const NO_CARD = refusals([[MUTE], 'absent', 'no-card']);

/**
 * Why a message failed. FE is a card that does not answer, or none: the slot status beside it tells.
 * @param blind the socket cannot tell: a card that does not come up is none
 */
export function ccidRefusal(answer: CcidAnswer, during: 'reset' | 'command' | 'act', blind = false): SscardError {
  const absent = answer.error === MUTE && (answer.card === 'absent' || (blind && during === 'reset'));
  return refusalError(absent ? NO_CARD : TABLE, answer.error, during);
}
