import { SscardError } from '../../apdu/errors.ts';

/** Values an option of the reader address may have. */
export type OptionChoices = Readonly<Record<string, readonly string[]>>;

/**
 * Options as the reader address has them (`addr=5&motor=no`).
 * @returns what was given, by name
 * @throws SscardError `address-malformed`: no such option, or no such value of it; with the `choices`
 */
export function readOptions<C extends OptionChoices>(
  options: ReadonlyMap<string, string> | undefined,
  choices: C,
): Partial<Record<keyof C, string>> {
  const given: Partial<Record<keyof C, string>> = {};
  for (const [name, value] of options ?? []) {
    const values = Object.hasOwn(choices, name) ? choices[name] : undefined;
    if (values === undefined) throw malformed('no such option', name, Object.keys(choices));
    if (!values.includes(value)) throw malformed('no such value', name, values);
    given[name as keyof C] = value;
  }
  return given;
}

/** Whole numbers as the values of an option. */
export function numbers(first: number, last: number): readonly string[] {
  return Array.from({ length: last - first + 1 }, (_, at) => String(first + at));
}

function malformed(why: string, place: string, choices: readonly string[]): SscardError {
  return new SscardError('address-malformed', `${why}: ${place}`, { place, choices });
}
