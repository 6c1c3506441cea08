/**
 * What a reader with keys of its own is told about a PIN (PC/SC part 10, 2.5.2 and 2.5.3): where in the command the digits go, how many
 * there may be, when the entry is over. Multi-byte fields have their low byte first.
 */
export interface PinTemplate {
  /** Command APDU with the PIN's place filled with what stays where no digit goes: FF. */
  readonly command: Uint8Array;
  /** Bytes of the block that the digits go into, two digits a byte. */
  readonly blockBytes: number;
  readonly least: number;
  readonly most: number;
}

/** A command with the old PIN and the new one. */
export interface PinChangeTemplate extends PinTemplate {
  /** Bytes from the beginning of the command's data. */
  readonly oldAt: number;
  readonly newAt: number;
}

/** How a particular reader wants to be asked. */
export interface EntryManners {
  /** Whole seconds for the entry; 0: as the reader likes. */
  readonly seconds: number;
  /** bEntryValidationCondition: 1 longest PIN reached, 2 enter, 4 time over. */
  readonly validation: number;
  /** bNumberMessage of a verification: 0, 1, FF (the reader's own). */
  readonly verifyMessages: number;
  readonly modifyMessages: number;
  /** The two bytes of wPINMaxExtraDigit are read the other way round. */
  readonly digitsSwapped: boolean;
}

const HEADER = 5;
/** Unit bytes, the PIN at the beginning of the data, left, BCD. */
const FORMAT_BCD = 0x81;
/** Ask for the new PIN twice, and for the old one. */
const CONFIRM = 0x03;
/** Chinese (simplified). */
const LANGUAGE = 0x0804;
const NO_PROLOGUE = [0, 0, 0];

/**
 * PIN_VERIFY_STRUCTURE.
 * @throws RangeError for a template that does not hold together: a fault of the program
 * @example verifyStructure({ command: fromHex('0020000003FFFFFF'), blockBytes: 3, least: 6, most: 6 }, manners)
 */
export function verifyStructure(template: PinTemplate, manners: EntryManners): Uint8Array {
  check(template, 0);
  const { seconds, validation, verifyMessages } = manners;
  return Uint8Array.of(
    ...[seconds, seconds, FORMAT_BCD, template.blockBytes, 0],
    ...extraDigits(template, manners),
    ...[validation, verifyMessages, LANGUAGE & 0xff, LANGUAGE >> 8, 0],
    ...NO_PROLOGUE,
    ...appended(template.command),
  );
}

/** PIN_MODIFY_STRUCTURE. @throws RangeError as `verifyStructure` */
export function modifyStructure(template: PinChangeTemplate, manners: EntryManners): Uint8Array {
  check(template, template.oldAt);
  check(template, template.newAt);
  const { seconds, validation, modifyMessages } = manners;
  return Uint8Array.of(
    ...[seconds, seconds, FORMAT_BCD, template.blockBytes, 0, template.oldAt, template.newAt],
    ...extraDigits(template, manners),
    ...[CONFIRM, validation, modifyMessages, LANGUAGE & 0xff, LANGUAGE >> 8, 0, 1, 2],
    ...NO_PROLOGUE,
    ...appended(template.command),
  );
}

function extraDigits({ least, most }: PinTemplate, { digitsSwapped }: EntryManners): readonly number[] {
  return digitsSwapped ? [least, most] : [most, least];
}

function appended(command: Uint8Array): readonly number[] {
  return [command.length & 0xff, command.length >> 8, 0, 0, ...command];
}

function check({ command, blockBytes, least, most }: PinTemplate, at: number): void {
  const room = command.length - HEADER;
  const whole = command[HEADER - 1] === room && at + blockBytes <= room;
  if (!whole || least < 1 || least > most || most > 2 * blockBytes || blockBytes > 15) {
    throw new RangeError('a PIN template whose parts do not fit each other');
  }
}
