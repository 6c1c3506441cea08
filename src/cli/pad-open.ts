import type { PinPad } from '../../drivers/pin-pad.ts';
import type { SerialPadAddress } from './pad-address.ts';

/**
 * The pad of an address; loads its driver and no other. Something is sent to this pad only, since the caller named it.
 * @throws SscardError what the port throws, `unit-silent`
 */
export async function openPad(address: SerialPadAddress, signal: AbortSignal): Promise<PinPad> {
  const { serialPorts } = await import('../../drivers/serial/ports.ts');
  const { port, baud } = address;
  const place = { ports: serialPorts(), port, ...(baud !== undefined && { baud }) };
  switch (address.protocol) {
    case 'plain': {
      const { profile, answer, digits } = address;
      const { plainPad } = await import('../../drivers/pinpad/plain/pad.ts');
      return plainPad(
        {
          ...place,
          ...(profile !== undefined && { profile }),
          ...(answer !== undefined && { answer }),
          ...(digits !== undefined && { fixed: digits }),
        },
        { signal },
      );
    }
    case 'kmy': {
      const { kmyPad } = await import('../../drivers/pinpad/kmy/pad.ts');
      return kmyPad({ ...place, ...(address.variant !== undefined && { variant: address.variant }) }, { signal });
    }
    case 'zt598':
      return (await import('../../drivers/pinpad/zt598/pad.ts')).zt598Pad(place, { signal });
  }
}
