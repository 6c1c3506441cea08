import { equalBytes } from '../../../apdu/bytes.ts';
import type { Talk } from '../../talk.ts';
import { identityOf } from '../cards.ts';
import { ApduLevel } from '../ccid/apdu-level.ts';
import { type CcidAnswer, type CcidCommand, transfer, type Voltage } from '../ccid/messages.ts';
import type { CcidSession } from '../ccid/session.ts';
import { findAtSpeeds, followSpeed } from '../ccid/speeds.ts';
import { type CcidAcquaintance, openCcidUnit } from '../ccid/unit.ts';
import { readOptions } from '../options.ts';
import type { UnitPlace, UnitProtocol } from '../unit.ts';
import { acsCarrier, cardMoves } from './carrier.ts';
import { type AcsEvent, acsFramer } from './framer.ts';
import { type AcsModelName, acsModels } from './models.ts';

/** Options of the reader address. */
const OPTIONS = {
  /** Default: what the unit says to a question of the ACR1281S. */
  model: Object.keys(acsModels) as AcsModelName[],
  /** It takes APDUs over 261 bytes, in pieces. Default no. */
  extended: ['yes', 'no'],
  /** The first voltage that is tried. */
  voltage: ['5', '3', '1.8'],
} as const;

type Settings = ReturnType<typeof readOptions<typeof OPTIONS>>;
type Session = CcidSession<AcsEvent>;

/** dwLength is at most 0105h (readers.md 4). */
const LONGEST_DATA = 0x105;
const FAST = 115_200;
/** Where units start, then where a program before us may have put them. */
const SPEEDS = [9_600, FAST, 57_600, 38_400, 19_200, 230_400] as const;
const POLL = 300;
/** After a change of speed (readers.md 1, rule 7). */
const SETTLE = 100;
const VOLTAGES: readonly Voltage[] = ['5', '3', '1.8'];
const CONTACTS_OF_ACR1281S = { slot: 1, face: 1 };
const FIRST_SAM = { slot: 0, face: 1 };
const WHO: CcidCommand = { kind: 'escape', data: Uint8Array.of(0xe0, 0x00, 0x00, 0x18, 0x00) };
/** The printed length byte inside the answer is not consistent (acs-19). */
const BEFORE_TEXT = 5;
/** 115,200, and tell the movement of cards. */
const ESCAPE_FAST = Uint8Array.of(0x44, 0x84);
const APDU_FAST = Uint8Array.of(0xff, 0x00, 0x44, 0x01, 0x00);
const FAST_DONE = { escape: Uint8Array.of(0x90, 0x84), apdu: Uint8Array.of(0x90, 0x01) } as const;

/** Who was found. */
interface Found {
  readonly name: AcsModelName;
  readonly identity: string;
}

/** CCID on a serial line, ACS form (readers.md 4): ACR1281S, ACR122S, ACR122L. */
export const ccidAcs: UnitProtocol = {
  name: 'ccid-acs',
  poll: POLL,
  async open(place, listener, waiting) {
    const settings = readOptions(place.options, OPTIONS);
    const speeds = speedsOf(place);
    const first = (settings.voltage ?? '5') as Voltage;
    const form = {
      settings: { baud: speeds[0] },
      framer: acsFramer(),
      carrier: acsCarrier,
      voltages: [first, ...VOLTAGES.filter((one) => one !== first)],
      level: () => new ApduLevel(LONGEST_DATA, settings.extended === 'yes'),
      moves: (event: AcsEvent) => (event.kind === 'notice' ? cardMoves(event.bits) : []),
      acquaint: async (talk: Talk<AcsEvent>, session: Session, tries: number): Promise<CcidAcquaintance> => {
        const found = await findAtSpeeds(talk, speeds, tries, () => whoIsThere(talk, session, settings));
        if (place.baud === undefined && talk.baud === speeds[0]) await speedUp(talk, session, found);
        return { identity: found.identity, slots: acsModels[found.name].slots };
      },
    } as const;
    return openCcidUnit(form, place, listener, waiting);
  },
};

function speedsOf({ baud }: UnitPlace): readonly [number, ...number[]] {
  return baud === undefined ? SPEEDS : [baud];
}

/** An ACR1281S says who it is; the others have no such question published, and refuse it. */
async function whoIsThere(talk: Talk<AcsEvent>, session: Session, { model }: Settings): Promise<Found> {
  const name = model as AcsModelName | undefined;
  if (name !== undefined && name !== 'acr1281s') {
    await session.ask(talk, FIRST_SAM, { kind: 'slot-status' });
    return { name, identity: name.toUpperCase() };
  }
  const answer = await session.ask(talk, CONTACTS_OF_ACR1281S, WHO);
  if (answer.command === 'failed') return { name: name ?? 'acr122l', identity: (name ?? 'ACR122').toUpperCase() };
  return { name: 'acr1281s', identity: identityOf(answer.data.subarray(BEFORE_TEXT), 'ACR1281S') };
}

async function speedUp(talk: Talk<AcsEvent>, session: Session, { name }: Found): Promise<void> {
  const by = acsModels[name].speedBy;
  const answer =
    by === 'escape'
      ? await session.ask(talk, CONTACTS_OF_ACR1281S, { kind: 'escape', data: ESCAPE_FAST })
      : await session.ask(talk, FIRST_SAM, transfer(APDU_FAST));
  if (answer.command === 'failed' || !equalBytes(answer.data, FAST_DONE[by])) return;
  await followSpeed(talk, FAST, SETTLE, () => again(talk, session, name));
}

function again(talk: Talk<AcsEvent>, session: Session, name: AcsModelName): Promise<CcidAnswer> {
  if (name === 'acr1281s') return session.ask(talk, CONTACTS_OF_ACR1281S, WHO);
  return session.ask(talk, FIRST_SAM, { kind: 'slot-status' });
}
