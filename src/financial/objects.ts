import type { BerTlv } from '../../apdu/ber-tlv.ts';
import { readObjects } from '../../apdu/objects.ts';
import type { Rule } from './rules.ts';
import type { Session } from './session.ts';
import { formatTag } from './tag.ts';

const OBJECT_TWICE = { id: 'object-twice', clause: 'E3 10.2', effect: 'terminate' } as const satisfies Rule;

/**
 * Takes the objects of an answer or a record into `session.card`; one that was there already ends the transaction, also
 * when the answer to GET PROCESSING OPTIONS brought it and a record brings it again (P6).
 * @throws Termination
 */
export function takeObjects(session: Session, objects: readonly BerTlv[], place: string): void {
  const twice = session.card.add(objects);
  if (twice !== undefined) session.terminate(OBJECT_TWICE, `${place} ${formatTag(twice)}`);
}

/** Answer to a command that has two formats of it: values in fixed places, or objects in any order. */
export type Answer =
  | { readonly format: 1; readonly value: Uint8Array }
  | { readonly format: 2; readonly value: Uint8Array; readonly objects: readonly BerTlv[] };

/**
 * Format 1 is template 80, format 2 template 77 (E3 6.5.5.4, 6.5.8.4, 6.5.9.4).
 * @returns `undefined` when the answer is neither, or more than one of them
 */
export function readAnswer(answer: Uint8Array): Answer | undefined {
  const [template, ...more] = readObjects(answer) ?? [];
  if (template === undefined || more.length > 0) return undefined;
  const { tag, value, children } = template;
  if (tag === 0x80) return { format: 1, value };
  return tag === 0x77 && children !== undefined ? { format: 2, value, objects: children } : undefined;
}
