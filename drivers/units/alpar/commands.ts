/** A command of the module: opcode and data (readers.md 5). */
export interface AlparCommand {
  readonly code: number;
  readonly data: Uint8Array;
}

/** Supply of the card: what the module tries by itself (5 V first), or one voltage. */
export type AlparVoltage = 'auto' | '5' | '3' | '1.8';

/** One byte that a sleeping module hears; an awake one skips it. */
export const WAKE: Uint8Array = Uint8Array.of(0xaa);
/** Longest frame: head, 506 data bytes, LRC. */
export const LONGEST_FRAME = 511;

const NOTHING = new Uint8Array(0);
/** ISO parameters; 01 would be the checks of EMV, which national cards fail. */
const ISO = Uint8Array.of(0x00);
const POWER_UP = { '5': 0x6e, '3': 0x6d, '1.8': 0x68 } as const;

/** send_num_mask: the firmware's name. */
export const identify: AlparCommand = { code: 0x0a, data: NOTHING };
export const checkPresence: AlparCommand = { code: 0x09, data: NOTHING };
export const powerOff: AlparCommand = { code: 0x4d, data: NOTHING };

export function powerUp(voltage: AlparVoltage): AlparCommand {
  return voltage === 'auto' ? { code: 0x69, data: NOTHING } : { code: POWER_UP[voltage], data: ISO };
}

/** card_command: the module does T=0 and T=1, GET RESPONSE included. */
export function cardCommand(apdu: Uint8Array): AlparCommand {
  return { code: 0x00, data: apdu };
}

/** select card, on masks with two sockets. @param socket 1 or 2 */
export function selectSocket(socket: number): AlparCommand {
  return { code: 0x6a, data: Uint8Array.of(socket) };
}

/** set_serial_baud_rate. @param speedCode `AlparPolicy.speedCodes` */
export function setSpeed(speedCode: number): AlparCommand {
  return { code: 0x0d, data: Uint8Array.of(speedCode) };
}

/** Answer to `checkPresence`. */
export function readPresence(data: Uint8Array): 'present' | 'absent' {
  return data[0] === 1 ? 'present' : 'absent';
}

const LC = 4;

/**
 * Le of a case 4 command that old firmware fails on: 1 or 2 (readers.md 5, mask 06).
 * @returns undefined: the command is well
 */
export function shortLe(apdu: Uint8Array): number | undefined {
  const lc = apdu[LC] ?? 0;
  const le = apdu[LC + 1 + lc] ?? 0;
  const case4 = lc > 0 && apdu.length === LC + 1 + lc + 1;
  return case4 && (le === 1 || le === 2) ? le : undefined;
}

/** The same command with Le 00, as a copy. */
export function withLongLe(apdu: Uint8Array): Uint8Array {
  const command = apdu.slice();
  command[command.length - 1] = 0;
  return command;
}

/** An answer with no more data than were asked for, and its status word. */
export function cutTo(le: number, answer: Uint8Array): Uint8Array {
  if (answer.length <= le + 2) return answer;
  const cut = answer.slice(0, le + 2);
  cut.set(answer.subarray(-2), le);
  return cut;
}
