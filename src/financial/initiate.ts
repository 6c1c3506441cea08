import { encodeBerTlv } from '../../apdu/ber-tlv.ts';
import { type AflEntry, parseAfl } from './afl.ts';
import { buildDol, dolLength, parseDol } from './dol.ts';
import type { Fci } from './fci.ts';
import { readAnswer, takeObjects } from './objects.ts';
import type { Rule } from './rules.ts';
import type { Session } from './session.ts';

/** What GET PROCESSING OPTIONS gave. */
export type Initiated =
  | {
      readonly kind: 'initiated';
      /** Application interchange profile, two bytes. */
      readonly aip: Uint8Array;
      readonly afl: readonly AflEntry[];
      /** As they were sent, without template 83: a combined signature covers them. */
      readonly pdolValues: Uint8Array;
    }
  /** The card does not want this transaction: the application is left out, and another one chosen. */
  | { readonly kind: 'conditions-not-satisfied' };

const PDOL_MALFORMED = { id: 'pdol-malformed', clause: 'E3 5.4', effect: 'terminate' } as const satisfies Rule;
const CONDITIONS = {
  id: 'conditions-of-use-not-satisfied',
  clause: 'E3 10.1',
  effect: 'leave-out',
} as const satisfies Rule;
const REFUSED = { id: 'processing-options-refused', clause: 'E3 10.1', effect: 'terminate' } as const satisfies Rule;
const MALFORMED = {
  id: 'processing-options-malformed',
  clause: 'E3 6.5.8.4',
  effect: 'terminate',
} as const satisfies Rule;
const AFL_MALFORMED = { id: 'afl-malformed', clause: 'E3 10.2', effect: 'terminate' } as const satisfies Rule;

const DONE = 0x9000;
const NOT_SATISFIED = 0x6985;
const COMMAND_TEMPLATE = 0x83;
const AIP_TAG = 0x82;
const AFL_TAG = 0x94;
const AIP_LENGTH = 2;
/** Lc of a short command, less template and two bytes of length. */
const MOST_VALUES = 252;
const PLACE = 'GPO';

/**
 * Starts the application: GET PROCESSING OPTIONS with the values its PDOL asks for, from `session.terminal`. Leaves AIP
 * (82), AFL (94) and what else format 2 brought in `session.card`. The card counts a transaction (ATC) here: at most
 * once a reading (emv-pboc.md 8.2). Is the step `initiate-application` of the session.
 * @throws Termination by the rules of E3 10.1; SscardError what the channel throws
 */
export function initiate(session: Session, fci: Fci): Promise<Initiated> {
  return session.during('initiate-application', async () => {
    const pdolValues = valuesFor(session, fci);
    const data = encodeBerTlv([{ tag: COMMAND_TEMPLATE, value: pdolValues }]);
    const { data: answer, sw } = await session.send({ cla: 0x80, ins: 0xa8, p1: 0, p2: 0, data, le: 256 }, PLACE);
    if (sw === NOT_SATISFIED) {
      session.decide(CONDITIONS, PLACE);
      return { kind: 'conditions-not-satisfied' };
    }
    if (sw !== DONE) session.terminate(REFUSED, PLACE, sw);
    takeAnswer(session, answer);
    const aip = session.card.get(AIP_TAG);
    if (aip?.length !== AIP_LENGTH) session.terminate(MALFORMED, PLACE, sw);
    const afl = parseAfl(session.card.get(AFL_TAG) ?? new Uint8Array());
    if (afl === undefined) session.terminate(AFL_MALFORMED, PLACE, sw);
    return { kind: 'initiated', aip, afl, pdolValues };
  });
}

function valuesFor(session: Session, { pdol }: Fci): Uint8Array {
  const entries = parseDol(pdol ?? new Uint8Array());
  if (entries === undefined || dolLength(entries) > MOST_VALUES) session.terminate(PDOL_MALFORMED, PLACE);
  return buildDol(entries, (tag) => session.value(tag));
}

/** Format 1 is AIP and AFL without tags, format 2 objects in any order. */
function takeAnswer(session: Session, answer: Uint8Array): void {
  const came = readAnswer(answer);
  if (came?.format === 2) takeObjects(session, came.objects, PLACE);
  else if (came !== undefined && came.value.length > AIP_LENGTH) {
    session.card.set(AIP_TAG, came.value.subarray(0, AIP_LENGTH));
    session.card.set(AFL_TAG, came.value.subarray(AIP_LENGTH));
  } else session.terminate(MALFORMED, PLACE, DONE);
}
