import { fromHex } from '../../apdu/bytes.ts';

/** Why the service does not do what it was asked: HTTP status, code and member of docs/hsm-service.md. */
export class HsmRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly member: string | undefined;

  constructor(status: number, code: string, message: string, member?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.member = member;
  }
}

/** Reads one member. @throws HsmRefusal `malformed`; the message never holds the value */
export type Read<T> = (value: unknown, member: string) => T;

/** What an object of readers reads. */
export type Members<S extends Readonly<Record<string, Read<unknown>>>> = { readonly [K in keyof S]: ReturnType<S[K]> };

/** An object with these members and no other. */
export function object<S extends Readonly<Record<string, Read<unknown>>>>(shape: S): Read<Members<S>> {
  return (value, member) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(member, 'an object');
    const stranger = Object.keys(value).find((name) => !Object.hasOwn(shape, name));
    if (stranger !== undefined) throw malformed(inside(member, stranger.slice(0, 40)), 'a known member');
    const read = Object.entries(shape).map(([name, of]) => {
      const given: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
      return [name, of(given, inside(member, name))];
    });
    return Object.fromEntries(read) as Members<S>;
  };
}

/** Bytes of exactly this many. */
export function hex(bytes: number): Read<Uint8Array> {
  return hexUpTo(bytes, bytes);
}

export function hexUpTo(least: number, most: number): Read<Uint8Array> {
  const form = new RegExp(`^(?:[0-9A-Fa-f]{2}){${least},${most}}$`);
  return (value, member) => {
    if (typeof value !== 'string' || !form.test(value))
      throw malformed(member, `${2 * least} to ${2 * most} hex digits`);
    return fromHex(value);
  };
}

export function text(form: RegExp, wanted: string): Read<string> {
  return (value, member) => {
    if (typeof value !== 'string' || !form.test(value)) throw malformed(member, wanted);
    return value;
  };
}

export function oneOf<const T>(...values: readonly T[]): Read<T> {
  return (value, member) => {
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) throw malformed(member, `one of ${values.join(', ')}`);
    return found;
  };
}

export function maybe<T>(read: Read<T>): Read<T | undefined> {
  return (value, member) => (value === undefined ? undefined : read(value, member));
}

export function orNull<T>(read: Read<T>): Read<T | null> {
  return (value, member) => (value === null ? null : read(value, member));
}

export function malformed(member: string, wanted: string): HsmRefusal {
  return new HsmRefusal(400, 'malformed', `not ${wanted}`, member === '' ? undefined : member);
}

function inside(member: string, name: string): string {
  return member === '' ? name : `${member}.${name}`;
}
