import { expect } from 'vitest';
import type { SscardError } from '../../../apdu/errors.ts';
import type { Unit, UnitProtocol } from '../../../drivers/units/unit.ts';
import { ScriptedPort } from './scripted-port.ts';

/** What a unit told its listener, as text. */
export type Told = string[];

export interface Place {
  readonly baud?: number;
  readonly options?: Readonly<Record<string, string>>;
}

/** Opens a unit that plays `script`, and does `work` with it to the script's end. */
export async function playUnit(
  protocol: UnitProtocol,
  script: string,
  work: (unit: Unit, told: Told) => Promise<void>,
  { baud, options = {} }: Place = {},
): Promise<ScriptedPort> {
  const port = new ScriptedPort(script);
  const told: Told = [];
  const listener = {
    card: (slot: number, present: boolean) => told.push(`${slot} ${present ? 'in' : 'out'}`),
    moved: (position: string) => told.push(position),
    gone: () => told.push('gone'),
  };
  const place = { ports: port, port: 'script', options: new Map(Object.entries(options)) };
  try {
    await using unit = await protocol.open({ ...place, ...(baud !== undefined && { baud }) }, listener);
    await work(unit, told);
  } finally {
    expect(port.rest).toEqual([]);
  }
  return port;
}

/** Code, reason and outcome of what went wrong. */
export const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    ({ code, details: { reason, outcome } }: SscardError) => [code, reason, outcome],
  );
