import type { Talk } from '../../talk.ts';
import { identityOf } from '../cards.ts';
import type { Voltage } from '../ccid/messages.ts';
import type { CcidSession } from '../ccid/session.ts';
import type { SlotPlace } from '../ccid/slot.ts';
import { findAtSpeeds, followSpeed } from '../ccid/speeds.ts';
import { TpduLevel } from '../ccid/tpdu-level.ts';
import { type CcidAcquaintance, openCcidUnit } from '../ccid/unit.ts';
import { numbers, readOptions } from '../options.ts';
import type { UnitPlace, UnitProtocol } from '../unit.ts';
import { gemplusCarrier } from './carrier.ts';
import { type GemplusEvent, gemplusFramer } from './framer.ts';
import { type GemplusModel, gemplusModels, unknownGemplus } from './models.ts';

const YES_NO = ['yes', 'no'] as const;
/** Options of the reader address. */
const OPTIONS = {
  /** Default: what the firmware text says. */
  model: gemplusModels.map(({ name }) => name),
  slots: numbers(1, 8),
  /** The unit has keys of its own. Default: as its model. */
  pinpad: YES_NO,
  /** A damaged answer is asked for again. Default yes (LIKELY that the unit can). */
  repeat: YES_NO,
  /** The first voltage that is tried. */
  voltage: ['5', '3', '1.8'],
} as const;

type Settings = ReturnType<typeof readOptions<typeof OPTIONS>>;
type Session = CcidSession<GemplusEvent>;

const FAST = 115_200;
const SLOW = 9_600;
const HERE = { slot: 0, face: 0 };
const FIRMWARE = Uint8Array.of(0x02);
const FIRMWARE_SEC1210 = Uint8Array.of(0x06);
const HOLD_NOTICES = Uint8Array.of(0x01, 0x01, 0x01);
const SPEED_UP = Uint8Array.of(0x01, 0x10, 0x20);
/** Milliseconds in which a unit that does not say of itself that a card came is looked at again. */
const POLL = 300;
/** After a change of speed (readers.md 3). */
const SETTLE = 250;
const VOLTAGES: readonly Voltage[] = ['5', '3', '1.8'];

/** CCID on a serial line, Gemplus form (readers.md 3): GemPC Twin and Pinpad, GemCore POS Pro and SIM Pro, SEC1210. */
export const ccidGemplus: UnitProtocol = {
  name: 'ccid-gemplus',
  poll: POLL,
  async open(place, listener, waiting) {
    const settings = readOptions(place.options, OPTIONS);
    const speeds = speedsOf(place, settings);
    const first = (settings.voltage ?? '5') as Voltage;
    const form = {
      settings: { baud: speeds[0], stopBits: 2, rts: false },
      framer: gemplusFramer(),
      carrier: gemplusCarrier(settings.repeat !== 'no'),
      voltages: [first, ...VOLTAGES.filter((one) => one !== first)],
      level: () => new TpduLevel(),
      moves: (event: GemplusEvent) => (event.kind === 'notice' ? [{ slot: 0, present: event.present }] : []),
      acquaint: async (talk: Talk<GemplusEvent>, session: Session, tries: number) => {
        const identity = await find(talk, session, { speeds, tries, free: place.baud === undefined });
        return makeReady(talk, session, identity, settings);
      },
    } as const;
    return openCcidUnit(form, place, listener, waiting);
  },
};

/** Where the unit is looked for: at the speed that was named, or where units of this kind start. */
function speedsOf({ baud }: UnitPlace, { model }: Settings): readonly [number, ...number[]] {
  if (baud !== undefined) return [baud];
  const slow = gemplusModels.find(({ name }) => name === model)?.slow;
  return slow ? [SLOW, FAST] : [FAST, SLOW];
}

/** Where a unit is looked for, and whether its speed may be changed. */
interface Search {
  readonly speeds: readonly number[];
  readonly tries: number;
  readonly free: boolean;
}

/** At 9600, where it need not stay, it is put to 115,200. @returns what the unit calls itself */
function find(talk: Talk<GemplusEvent>, session: Session, { speeds, tries, free }: Search): Promise<string> {
  return findAtSpeeds(talk, speeds, tries, async () => {
    if (talk.baud !== SLOW || !free) return whoIsThere(talk, session);
    await session.ask(talk, HERE, { kind: 'slot-status' });
    const answer = await session.ask(talk, HERE, { kind: 'escape', data: SPEED_UP });
    if (answer.command === 'failed') return whoIsThere(talk, session);
    return followSpeed(talk, FAST, SETTLE, () => whoIsThere(talk, session));
  });
}

async function whoIsThere(talk: Talk<GemplusEvent>, session: Session): Promise<string> {
  for (const data of [FIRMWARE, FIRMWARE_SEC1210]) {
    const answer = await session.ask(talk, HERE, { kind: 'escape', data });
    if (answer.command === 'ok') return identityOf(answer.data, 'CCID');
  }
  return 'CCID';
}

async function makeReady(
  talk: Talk<GemplusEvent>,
  session: Session,
  identity: string,
  settings: Settings,
): Promise<CcidAcquaintance> {
  const model = modelOf(identity, settings);
  if (model.notices) await session.ask(talk, HERE, { kind: 'escape', data: HOLD_NOTICES });
  const pinpad = settings.pinpad === undefined ? model.pad !== undefined : settings.pinpad === 'yes';
  return { identity, slots: placesOf(Number(settings.slots ?? model.slots)), ...(pinpad && { pad: model.pad ?? {} }) };
}

function modelOf(identity: string, { model: named }: Settings): GemplusModel {
  const fits = ({ name, firmware }: GemplusModel) => (named === undefined ? firmware.test(identity) : name === named);
  return gemplusModels.find(fits) ?? unknownGemplus;
}

/** SAM sockets often say that a card is there, whatever there is. */
function placesOf(slots: number): readonly SlotPlace[] {
  return Array.from({ length: slots }, (_, index) => ({
    index,
    slot: index,
    face: 0,
    kind: index === 0 ? 'card' : 'sam',
    interface: 'contact',
    tells: index === 0,
  }));
}
