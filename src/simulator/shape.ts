import { SscardError } from '../../apdu/errors.ts';

/** The shape of JSON that a simulated card comes from: checks that name the first wrong member. */

/** A value and where it stands in the file. */
export interface Member {
  readonly value: unknown;
  readonly path: string;
}

/** @throws Misfit */
export type Check = (member: Member) => void;

/** The first member that is not what it should be. */
class Misfit extends Error {
  readonly path: string;

  constructor({ path }: Member, wanted: string) {
    super(`not ${wanted}`);
    this.path = path === '' ? '(whole file)' : path;
  }
}

/**
 * Has a value checked. @param file its name, for the error
 * @throws SscardError `sim-file-malformed` with the first wrong member in `place` (`card.json: card.pin.tries`)
 */
export function checkShape(value: unknown, file: string, check: Check): void {
  try {
    check({ value, path: '' });
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw new SscardError('sim-file-malformed', error.message, { place: `${file}: ${error.path}` });
  }
}

export function misfit(of: Member, wanted: string): never {
  throw new Misfit(of, wanted);
}

/** A member of an object; its value is `undefined` when it is not there. @throws Misfit when it is no object */
export function member(of: Member, name: string): Member {
  if (typeof of.value !== 'object' || of.value === null || Array.isArray(of.value)) throw new Misfit(of, 'an object');
  const value: unknown = Object.hasOwn(of.value, name) ? Reflect.get(of.value, name) : undefined;
  return { value, path: of.path === '' ? name : `${of.path}.${name}` };
}

export const object =
  (checks: Readonly<Record<string, Check>>): Check =>
  (whole) => {
    if (typeof whole.value !== 'object' || whole.value === null || Array.isArray(whole.value)) {
      throw new Misfit(whole, 'an object');
    }
    for (const [name, check] of Object.entries(checks)) check(member(whole, name));
  };

/** An object whose members have names of one form. */
export const table =
  (name: RegExp, wanted: string, check: Check, most: number): Check =>
  (whole) => {
    object({})(whole);
    const entries = Object.entries(whole.value as object);
    if (entries.length > most) throw new Misfit(whole, `an object of at most ${most} members`);
    for (const [key, value] of entries) {
      const path = `${whole.path}.${key}`;
      if (!name.test(key)) throw new Misfit({ value, path }, `named by ${wanted}`);
      check({ value, path });
    }
  };

export const list =
  (check: Check, most: number): Check =>
  (whole) => {
    const { value, path } = whole;
    if (!Array.isArray(value) || value.length > most) throw new Misfit(whole, `a list of at most ${most}`);
    value.forEach((element, at) => {
      check({ value: element, path: `${path}[${at}]` });
    });
  };

export const exactly =
  (...values: readonly unknown[]): Check =>
  (whole) => {
    if (!values.includes(whole.value)) throw new Misfit(whole, `one of ${values.join(', ')}`);
  };

export const text =
  (pattern: RegExp, wanted: string): Check =>
  (whole) => {
    if (typeof whole.value !== 'string' || !pattern.test(whole.value)) throw new Misfit(whole, wanted);
  };

export const upTo =
  (most: number): Check =>
  (whole) => {
    const { value } = whole;
    if (!Number.isInteger(value) || Number(value) < 0 || Number(value) > most) throw new Misfit(whole, `0 to ${most}`);
  };

export const maybe =
  (check: Check): Check =>
  (whole) => {
    if (whole.value !== undefined) check(whole);
  };

export const hex = (least: number, most: number): Check =>
  text(new RegExp(`^([0-9A-F]{2}){${least},${most}}$`), `${least} to ${most} bytes of hex`);

export const name = text(/^[\w.-]{1,32}$/, 'a name');
export const bool: Check = exactly(true, false);
