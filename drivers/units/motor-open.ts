import type { Framer } from '../framer.ts';
import { Line } from '../line.ts';
import type { Waiting } from '../reader.ts';
import type { Talk } from '../talk.ts';
import { identityOf } from './cards.ts';
import { type MotorDialect, MotorUnit } from './motor.ts';
import { frameTime } from './timing.ts';
import type { Unit, UnitListener, UnitPlace } from './unit.ts';
import { Whereabouts } from './whereabouts.ts';

/** A dialect that makes its unit's acquaintance, and makes it again after a broken conversation. */
export interface MotorAcquaintance<E> extends MotorDialect<E> {
  /**
   * @param speeds to be tried, in this order
   * @param wanted speed that the caller named
   * @returns what the unit calls itself
   */
  begin(talk: Talk<E>, speeds: readonly number[], wanted?: number): Promise<Uint8Array>;
  recover(talk: Talk<E>, speeds: readonly number[]): Promise<void>;
  stop(talk: Talk<E>): Promise<void>;
}

/** One family of motor units, with the settings of the reader address. */
export interface MotorFamily<E extends { readonly kind: string }> {
  /** What a unit is called that tells nothing. */
  readonly name: string;
  readonly framer: Framer<E>;
  readonly longestFrame: number;
  /** The first one is where a unit begins. */
  readonly speeds: readonly number[];
  readonly slots: number;
  readonly moves: boolean;
  /** @param restarted the unit began anew: no card has power */
  dialect(where: Whereabouts, restarted: () => void): MotorAcquaintance<E>;
}

/** @throws SscardError what the port throws, `unit-silent`, `unit-refused` */
export async function openMotorUnit<E extends { readonly kind: string }>(
  family: MotorFamily<E>,
  place: UnitPlace,
  listener: UnitListener,
  waiting: Waiting,
): Promise<Unit> {
  const { name, framer, longestFrame, speeds, slots, moves } = family;
  const { baud = speeds[0] ?? 0 } = place;
  const where = new Whereabouts(listener);
  let unit: MotorUnit<E> | undefined;
  const dialect = family.dialect(where, () => unit?.restarted());
  const from = (first: number) => [first, ...speeds.filter((speed) => speed !== first)];
  const line = await Line.open<E>(
    place.ports,
    place.port,
    { baud },
    {
      framer,
      frameTime: (speed) => frameTime(longestFrame, speed),
      stop: (talk) => dialect.stop(talk),
      recover: (talk) => dialect.recover(talk, from(talk.baud ?? baud)),
      gone: (cause) => listener.gone(cause),
    },
    waiting,
  );
  try {
    const version = await line.run(waiting, (talk) => dialect.begin(talk, from(baud), place.baud));
    unit = new MotorUnit({ identity: identityOf(version, name), slots, moves, line, dialect, where });
    return unit;
  } catch (error) {
    await line.close();
    throw error;
  }
}
