import { describe, expect, it } from 'vitest';
import { parseAtr } from '../../../apdu/atr.ts';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { ProtocolChoice } from '../../../apdu/protocol.ts';
import type { Protocol } from '../../../drivers/reader.ts';
import { encodeCommand } from '../../../drivers/units/ccid/messages.ts';
import { protocolName, setParameters, wantedSetting } from '../../../drivers/units/ccid/parameters.ts';

const message = (atr: string, protocol: Protocol, sequence: number, fast = true) => {
  const setting = wantedSetting(parseAtr(fromHex(atr)), [protocol], fast) as ProtocolChoice;
  return toHex(encodeCommand(setParameters(setting), 0, sequence));
};

describe('what runs', () => {
  const wanted = (atr: string, ...protocols: Protocol[]) => wantedSetting(parseAtr(fromHex(atr)), protocols, true);

  it('is in the words of a channel', () => {
    expect(protocolName(wanted('3B80800101', 'T=1') as ProtocolChoice)).toBe('T=1');
    expect(protocolName(wanted('3B80800101', 'T=1', 'T=0') as ProtocolChoice)).toBe('T=0');
    expect(wanted('3B6800000073C84000009000', 'T=1')).toBeUndefined();
  });
});

describe('SetParameters', () => {
  it('of T=0 has speed, guard time and WI of the card (ccid-14)', () => {
    expect(message('3B12189000', 'T=0', 5)).toBe('610500000000050000001800000A00');
  });

  it('of T=1 has BWI, CWI and IFSC of the card (ccid-16)', () => {
    expect(message('3B9018800109', 'T=1', 6)).toBe('610700000000060100001810004D002000');
  });

  it('tells the inverse convention, guard time, WI and CRC', () => {
    // T0 = 40: TC1 = 05; then TD1 = 40: T=0, TC2 = 20.
    expect(message('3FC0054020', 'T=0', 0)).toBe('610500000000000000001102052000');
    // TC1 = FF, TD1 = 81: T=1, TD2 = 71: TA3 = FE, TB3 = 45, TC3 = 01.
    expect(message('3BC0FF8171FE450175', 'T=1', 0)).toBe('610700000000000100001111FF4500FE00');
  });
});
