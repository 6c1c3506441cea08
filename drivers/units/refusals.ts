import { SscardError } from '../../apdu/errors.ts';

/**
 * What is wrong when a unit refuses: there is no card; it does not answer; it breaks its protocol; it has no power; or it is
 * the unit itself.
 */
export type Fault = 'absent' | 'mute' | 'protocol' | 'unpowered' | 'unit';

/** One error code of a unit. */
export interface Refusal {
  readonly fault: Fault;
  /** Stable key. */
  readonly reason: string;
  /** The unit says that nothing was done. */
  readonly outcome?: 'not-done';
}

/** Error codes of a unit, as its manual lists them. */
export type RefusalTable = ReadonlyMap<number, Refusal>;

const CODES = {
  /** Every fault of the card is one: it does not come up. */
  reset: {
    absent: 'no-card',
    mute: 'card-unresponsive',
    protocol: 'card-unresponsive',
    unpowered: 'card-unresponsive',
    unit: 'unit-refused',
  },
  command: {
    absent: 'card-removed',
    mute: 'card-mute',
    protocol: 'card-protocol',
    unpowered: 'card-reset',
    unit: 'unit-refused',
  },
  /** The card is not spoken to. */
  act: {
    absent: 'no-card',
    mute: 'unit-refused',
    protocol: 'unit-refused',
    unpowered: 'unit-refused',
    unit: 'unit-refused',
  },
} as const;

/**
 * A refusal as an error: `no-card`, `card-unresponsive` (reset), `card-removed`, `card-mute`, `card-protocol`, `card-reset`
 * (command), `unit-refused`.
 * @param code the unit's own, kept as `platformCode`
 */
export function refusalError(table: RefusalTable, code: number, during: 'reset' | 'command' | 'act'): SscardError {
  const { fault, reason, outcome } = table.get(code) ?? { fault: 'unit', reason: 'unknown-code' };
  return new SscardError(CODES[during][fault], `the unit refused: ${reason}`, {
    reason,
    platformCode: code,
    outcome: outcome ?? 'unknown',
  });
}

/** Lists entries of a table: codes, what is wrong, why. */
export function refusals(
  ...entries: readonly (readonly [codes: readonly number[], fault: Fault, reason: string, outcome?: 'not-done'])[]
): RefusalTable {
  return new Map(
    entries.flatMap(([codes, fault, reason, outcome]) =>
      codes.map((code) => [code, { fault, reason, ...(outcome !== undefined && { outcome }) }] as const),
    ),
  );
}
