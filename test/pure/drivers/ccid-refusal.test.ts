import { describe, expect, it } from 'vitest';
import type { CcidAnswer } from '../../../drivers/units/ccid/messages.ts';
import { ccidRefusal } from '../../../drivers/units/ccid/refusal.ts';

const refused = (error: number, card: CcidAnswer['card'] = 'active'): CcidAnswer => ({
  ...{ kind: 'data-block', slot: 0, sequence: 0, card, command: 'failed', error, last: 0 },
  data: new Uint8Array(0),
});
const told = (error: number, during: 'reset' | 'command' | 'act', card?: CcidAnswer['card']) => {
  const { code, details } = ccidRefusal(refused(error, card), during);
  return [code, details.reason, details.outcome];
};

/** bError as readers.md 2 lists them, after a command to a card. */
const COMMAND = [
  [0xff, 'unit-refused', 'aborted', 'unknown'],
  [0xfd, 'card-protocol', 'parity', 'unknown'],
  [0xfc, 'card-protocol', 'overrun', 'unknown'],
  [0xfb, 'unit-refused', 'hardware', 'unknown'],
  [0xf8, 'card-protocol', 'bad-ts', 'unknown'],
  [0xf7, 'card-protocol', 'bad-tck', 'unknown'],
  [0xf6, 'card-protocol', 'protocol-not-supported', 'unknown'],
  [0xf5, 'card-protocol', 'class-not-supported', 'unknown'],
  [0xf4, 'card-protocol', 'procedure-byte', 'unknown'],
  [0xf3, 'card-protocol', 'deactivated-protocol', 'unknown'],
  [0xf2, 'unit-refused', 'busy-automatic', 'unknown'],
  [0xf0, 'unit-refused', 'pin-timeout', 'unknown'],
  [0xef, 'unit-refused', 'pin-cancelled', 'unknown'],
  [0xe0, 'unit-refused', 'slot-busy', 'not-done'],
  [0xc0, 'unit-refused', 'vendor', 'unknown'],
  [0xbe, 'unit-refused', 'apdu-length', 'unknown'],
  [0xbd, 'card-protocol', 't1', 'unknown'],
  [0xbb, 'card-protocol', 'emv', 'unknown'],
  [0xb0, 'card-protocol', 'emv', 'unknown'],
  [0xab, 'card-protocol', 'nothing-exchanged', 'unknown'],
  [0xa3, 'card-protocol', 'atr-too-long', 'unknown'],
  [0xa2, 'unit-refused', 'short-circuit', 'unknown'],
  [0x81, 'unit-refused', 'vendor', 'unknown'],
  [0x7f, 'unit-refused', 'byte-refused', 'not-done'],
  [0x0a, 'unit-refused', 'byte-refused', 'not-done'],
  [0x05, 'unit-refused', 'no-such-slot', 'not-done'],
  [0x01, 'unit-refused', 'length', 'not-done'],
  [0x00, 'unit-refused', 'not-supported', 'not-done'],
] as const;

describe('a command that failed', () => {
  it.each(COMMAND)('says why: %s', (error, code, reason, outcome) => {
    expect(told(error, 'command')).toEqual([code, reason, outcome]);
  });

  it('keeps the number of the reader', () => {
    expect(ccidRefusal(refused(0xc1), 'command').details.platformCode).toBe(0xc1);
  });

  it.each([
    ['active', 'command', 'card-mute', 'card-mute'],
    ['inactive', 'command', 'card-mute', 'card-mute'],
    ['absent', 'command', 'card-removed', 'no-card'],
    ['inactive', 'reset', 'card-unresponsive', 'card-mute'],
    ['absent', 'reset', 'no-card', 'no-card'],
  ] as const)('with FE and a card that is %s, at a %s, is %s', (card, during, code, reason) => {
    expect(told(0xfe, during, card).slice(0, 2)).toEqual([code, reason]);
  });

  it('with FE in a socket that cannot tell is an empty one, at a reset', () => {
    expect(ccidRefusal(refused(0xfe, 'inactive'), 'reset', true).code).toBe('no-card');
    expect(ccidRefusal(refused(0xfe, 'inactive'), 'command', true).code).toBe('card-mute');
  });

  it.each([0xf8, 0xf7, 0xf6, 0xa3])('at a reset is a card that does not come up: %s', (error) => {
    expect(told(error, 'reset')[0]).toBe('card-unresponsive');
  });
});
