import { readTemplate } from '../../apdu/objects.ts';
import type { Rule } from './rules.ts';
import type { Session } from './session.ts';
import { formatTag } from './tag.ts';

/** What GET DATA gave. `absent`: the card does not give this object, `sw` says why; 9000 with an answer that is another object. */
export type Datum =
  | { readonly kind: 'value'; readonly value: Uint8Array }
  | { readonly kind: 'absent'; readonly sw: number };

const OTHER_OBJECT = { id: 'get-data-other-object', clause: 'E3 6.5.7', effect: 'note' } as const satisfies Rule;

/**
 * Asks the card for one object, and puts it in `session.card`. Needs no GET PROCESSING OPTIONS. Belongs to the step that
 * asks.
 * @param tag two bytes, as 9F17
 * @throws SscardError what the channel throws
 */
export async function getData(session: Session, tag: number): Promise<Datum> {
  const place = formatTag(tag);
  const command = { cla: 0x80, ins: 0xca, p1: tag >> 8, p2: tag & 0xff, le: 256 };
  const { data, sw } = await session.send(command, place);
  if (sw !== 0x9000) return { kind: 'absent', sw };
  const value = readTemplate(data, tag)?.value;
  if (value === undefined) {
    session.decide(OTHER_OBJECT, place);
    return { kind: 'absent', sw };
  }
  session.card.set(tag, value);
  return { kind: 'value', value };
}
