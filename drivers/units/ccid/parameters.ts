import type { Atr } from '../../../apdu/atr.ts';
import { chooseProtocol, type ProtocolChoice, type T0Parameters, type T1Parameters } from '../../../apdu/protocol.ts';
import type { Protocol } from '../../reader.ts';
import type { CcidCommand } from './messages.ts';

/** `chooseProtocol` in the words of a channel. @returns undefined: the card offers nothing that is wanted */
export function wantedSetting(atr: Atr, wanted: readonly Protocol[], fast: boolean): ProtocolChoice | undefined {
  const numbers = wanted.map((name) => (name === 'T=1' ? 1 : 0));
  return chooseProtocol(atr, numbers, fast);
}

export function protocolName({ protocol }: ProtocolChoice): Protocol {
  return protocol === 1 ? 'T=1' : 'T=0';
}

/** SetParameters: FindexDindex, TCCKS, guard time, waiting, clock stop; for T=1 IFSC and NAD (readers.md 2). */
export function setParameters(card: T0Parameters | T1Parameters): CcidCommand {
  const { protocol, speed, extraGuardTime } = card;
  const inverse = card.convention === 'inverse' ? 0x02 : 0x00;
  const data =
    protocol === 0
      ? [speed, inverse, extraGuardTime, card.wi, 0]
      : [speed, checks(card) | inverse, extraGuardTime, (card.bwi << 4) | card.cwi, 0, card.ifsc, 0];
  return { kind: 'set-parameters', specific: [protocol, 0, 0], data: Uint8Array.from(data) };
}

function checks({ edc }: T1Parameters): number {
  return edc === 'CRC' ? 0x11 : 0x10;
}
