import { type CcidAnswer, type CcidCommand, readCommand, writeAnswer } from './ccid-message.ts';
import type { CcidSlot, Exchanged } from './ccid-slot.ts';
import { FAULT } from './ccid-slot.ts';

/** Types of the messages from the reader. */
const DATA_BLOCK = 0x80;
const SLOT_STATUS = 0x81;
const PARAMETERS = 0x82;
const ESCAPE = 0x83;
const DATA_RATE = 0x84;
/** IccPowerOn: automatic, 5 V, 3 V, 1.8 V. */
const HIGHEST_POWER_SELECT = 3;

/** What a model of reader is able to, beside what all are. */
export interface CcidModel {
  readonly slots: readonly CcidSlot[];
  /** Answer to a maker's own command; undefined: it does not know it. */
  escape(data: Uint8Array, slot: number): Uint8Array | undefined;
  /** A command to the card that is powered in this slot. @returns its answer, or bError */
  exchange(slot: CcidSlot, data: Uint8Array): Promise<Exchanged>;
  /** PIN entry at the reader. @returns the card's answer, a status word of the pad's own, or bError. Absent: no pad */
  secure?(slot: CcidSlot, data: Uint8Array): Promise<Exchanged>;
}

type Rule = (model: CcidModel, slot: CcidSlot, command: CcidCommand) => CcidAnswer | Promise<CcidAnswer>;

/** The messages of CCID as a reader understands them, whatever carries them (readers.md 2). One at a time. */
const rules: Readonly<Record<number, Rule>> = {
  97: (_, slot, { specific, data }) => {
    const error = slot.setParameters(specific[0] ?? 0, data);
    return error === undefined ? parameters(slot) : failed(PARAMETERS, slot, error, { last: specific[0] ?? 0 });
  },
  98: (_, slot, { specific }) => {
    if ((specific[0] ?? 0) > HIGHEST_POWER_SELECT) return failed(DATA_BLOCK, slot, FAULT.specific);
    const atr = slot.powerOn();
    return atr === undefined ? failed(DATA_BLOCK, slot, FAULT.mute) : { type: DATA_BLOCK, icc: slot.icc, data: atr };
  },
  99: (_, slot) => {
    slot.powerOff();
    return status(slot);
  },
  101: (_, slot) => status(slot),
  105: async (model, slot, { data }) =>
    block(slot, model.secure === undefined ? FAULT.unsupported : await model.secure(slot, data)),
  107: (model, slot, { slot: number, data }) => {
    const answer = model.escape(data, number);
    if (answer === undefined) return failed(ESCAPE, slot, FAULT.unsupported);
    return { type: ESCAPE, icc: slot.icc, data: answer };
  },
  108: (_, slot) => parameters(slot),
  109: (_, slot) => {
    slot.resetParameters();
    return parameters(slot);
  },
  111: async (model, slot, { data }) => block(slot, slot.seat.powered ? await model.exchange(slot, data) : FAULT.mute),
  114: (_, slot) => status(slot),
  115: (_, slot) => failed(DATA_RATE, slot, FAULT.unsupported),
};

/** The answer to a whole message. Empty slots and slots that are not there are answered, too. */
export async function answerMessage(model: CcidModel, message: Uint8Array): Promise<Uint8Array> {
  const command = readCommand(message);
  const slot = model.slots[command.slot];
  if (slot === undefined) return writeAnswer(command, { type: answerType(command.type), icc: 2, error: FAULT.slot });
  const rule = rules[command.type];
  if (rule === undefined) return writeAnswer(command, failed(SLOT_STATUS, slot, FAULT.unsupported));
  return writeAnswer(command, await rule(model, slot, command));
}

function answerType(type: number): number {
  const types: Readonly<Record<number, number>> = {
    ...{ 97: PARAMETERS, 108: PARAMETERS, 109: PARAMETERS, 107: ESCAPE, 115: DATA_RATE },
    ...{ 98: DATA_BLOCK, 111: DATA_BLOCK, 105: DATA_BLOCK },
  };
  return types[type] ?? SLOT_STATUS;
}

function block(slot: CcidSlot, exchanged: Exchanged): CcidAnswer {
  if (typeof exchanged === 'number') return failed(DATA_BLOCK, slot, exchanged);
  return { type: DATA_BLOCK, icc: slot.icc, data: exchanged };
}

function status(slot: CcidSlot): CcidAnswer {
  return { type: SLOT_STATUS, icc: slot.icc, last: slot.clock };
}

function parameters(slot: CcidSlot): CcidAnswer {
  const { protocol, bytes } = slot.parameters;
  return { type: PARAMETERS, icc: slot.icc, last: protocol, data: bytes };
}

function failed(type: number, { icc }: CcidSlot, error: number, more: { readonly last?: number } = {}): CcidAnswer {
  return { type, icc, error, ...more };
}
