import type { EmulatedUnit, UnitSeats } from './unit.ts';

/** Protocol, as a reader address names it, and the model that stands for it where the caller wants none in particular. */
const makers = {
  'ccid-gemplus': async (seats) => new (await import('./gemplus.ts')).GemplusUnit(seats, { model: 'pos-pro' }),
  'crt-f2': async (seats) => new (await import('./crt-f2.ts')).CrtF2Unit(seats),
  'crt-02': async (seats) => new (await import('./crt-02.ts')).Crt02Unit(seats),
  alpar: async (seats) => new (await import('./alpar.ts')).AlparUnit(seats, { sockets: 2 }),
  'ccid-acs': async (seats) => new (await import('./acs.ts')).AcsUnit(seats),
} as const satisfies Record<string, (seats: UnitSeats) => Promise<EmulatedUnit>>;

/** A protocol that there is an emulated unit for. */
export type EmulatedProtocol = keyof typeof makers;

/** All of them. */
export const emulatedProtocols = Object.keys(makers) as readonly EmulatedProtocol[];

/**
 * A unit that speaks `protocol`, seen from its own side: put it on a wire. All of them have SAM sockets.
 * @example
 * const unit = await emulateUnit('ccid-gemplus', { card, sams: [psam] });
 * unit.misbehave({ kind: 'wrong-check', times: 2 });
 */
export function emulateUnit(protocol: EmulatedProtocol, seats: UnitSeats): Promise<EmulatedUnit> {
  return makers[protocol](seats);
}
