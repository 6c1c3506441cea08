import type { BerTlv } from '../../apdu/ber-tlv.ts';
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
