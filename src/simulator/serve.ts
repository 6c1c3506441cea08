import type { VirtualCard } from './readers.ts';
import type { VpcdCard } from './vpcd.ts';

/**
 * A simulated card as the virtual PC/SC reader wants it.
 * @example serveVpcd(asVpcdCard(await openCardFile('card.json')), { port: 35963 })
 */
export function asVpcdCard(card: VirtualCard): VpcdCard {
  return {
    atr: () => card.atr,
    powerOn: () => card.powerOn(),
    powerOff: () => card.powerOff(),
    reset: () => card.reset(),
    process: (command) => card.process(command),
  };
}
