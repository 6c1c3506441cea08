import { SscardError } from '../../apdu/errors.ts';
import type { BankFileImage } from './financial/bank-file.ts';
import { checkBankFile, checkFinancialImage } from './financial/image-check.ts';
import type { CardImage } from './image.ts';
import type { PsamImage } from './psam-image.ts';
import {
  bool,
  type Check,
  checkShape,
  exactly,
  hex,
  list,
  maybe,
  member,
  misfit,
  name,
  object,
  text,
  upTo,
} from './shape.ts';

export const CARD_FILE_FORMAT = 'sscard-simulated-card';
export const CARD_FILE_VERSION = 2;

/** The national master of one key: the card's key of that directory and name is derived from it (6.3). */
export interface MasterKey {
  readonly directory: string;
  readonly key: string;
  /** 16 bytes, hex. */
  readonly value: string;
}

/**
 * A simulated card, the PSAM beside it, and the masters that the keys of both come from: what an HSM has. With a bank side
 * that was invented here, also what its bank has.
 */
export interface CardFile {
  readonly format: typeof CARD_FILE_FORMAT;
  readonly version: typeof CARD_FILE_VERSION;
  readonly card: CardImage;
  readonly psam: PsamImage;
  readonly masters: readonly MasterKey[];
  readonly bank?: BankFileImage;
}

/** Version 1 had only masters and a terminal number for the PSAM; `upgradeCardFile` makes the PSAM from them. */
export interface FirstCardFile {
  readonly version: 1;
  readonly card: CardImage;
  readonly psam: { readonly terminalNumber: string; readonly masters: readonly MasterKey[] };
}

/**
 * @throws SscardError `sim-file-version` for a file of a later program, `sim-file-malformed` with the first wrong
 * member in `place` (`card.json: card.pin.tries`)
 */
export function checkCardFile(value: unknown, file: string): CardFile | FirstCardFile {
  checkShape(value, file, (whole) => {
    exactly(CARD_FILE_FORMAT)(member(whole, 'format'));
    const version = member(whole, 'version');
    if (Number.isInteger(version.value) && version.value !== 1 && version.value !== CARD_FILE_VERSION) {
      throw new SscardError('sim-file-version', 'a card file of another version', { place: file });
    }
    exactly(1, CARD_FILE_VERSION)(version);
    (version.value === 1 ? firstFile : wholeFile)(whole);
  });
  return value as CardFile | FirstCardFile;
}

const RULE_DEPTH = 4;

const access =
  (depth: number): Check =>
  (whole) => {
    if (typeof whole.value === 'string') return text(/^(free|never|pin|key:[0-9A-F]{2})$/, 'an access rule')(whole);
    if (depth === 0) misfit(whole, 'an access rule of this depth');
    const any = member(whole, 'anyOf');
    list(access(depth - 1), 8)(any.value === undefined ? member(whole, 'allOf') : any);
  };

const counter = { tries: upTo(15), triesLeft: upTo(15) };

const key = object({
  id: maybe(hex(1, 1)),
  name,
  value: hex(16, 16),
  externalAuthentication: bool,
  version: maybe(upTo(255)),
  ...counter,
});

const file: Check = (whole) => {
  const rule = access(RULE_DEPTH);
  object({
    fid: hex(2, 2),
    sfi: upTo(30),
    read: rule,
    update: rule,
    kind: exactly('records', 'cyclic', 'transparent'),
  })(whole);
  const { value: kind } = member(whole, 'kind');
  if (kind === 'transparent') return object({ size: upTo(0x8000), data: hex(0, 0x8000) })(whole);
  object({ records: list(hex(1, 255), 255) })(whole);
  if (kind === 'cyclic') object({ recordLength: upTo(255), capacity: upTo(254) })(whole);
};

const serial = upTo(0xffff);
const fen = upTo(0xffff_ffff);

const purse = object({
  directory: name,
  keyIndex: upTo(255),
  types: object({ load: hex(1, 1), purchase: hex(1, 1) }),
  balance: fen,
  year: text(/^\d{4}$/, 'four digits'),
  selfPaid: fen,
  pooled: fen,
  onlineSerial: serial,
  offlineSerial: serial,
  proof: maybe(object({ type: hex(1, 1), serial, mac: hex(4, 4), tac: hex(4, 4) })),
});

const certificate = object({ aid: hex(5, 16), name: hex(5, 16), files: list(file, 4) });

const card = object({
  generation: exactly('1.0', '2.0', '3.0'),
  atr: hex(2, 33),
  algorithm: exactly('3DES', 'SM4', 'SM4-zero'),
  block: exactly('none', 'temporary', 'permanent', 'card'),
  mac: maybe(exactly('session', 'pboc')),
  rightsOutliveDirectory: maybe(bool),
  pinReload: maybe(exactly('84240001', '805E0000')),
  purse: maybe(purse),
  certificate: maybe(certificate),
  financial: maybe(checkFinancialImage),
  pin: object({ digits: text(/^\d{4,8}$/, 'four to eight digits'), ...counter }),
  directories: list(
    object({ name, fid: hex(2, 2), aid: maybe(hex(5, 16)), keys: list(key, 64), files: list(file, 32) }),
    16,
  ),
});

const terminalNumber = text(/^\d{12}$/, 'twelve digits');
const masters = list(object({ directory: name, key: name, value: hex(16, 16) }), 128);

const psam = object({
  atr: hex(2, 33),
  algorithm: exactly('3DES', 'SM4'),
  derive: list(exactly('vendor', 'standard'), 2),
  terminalNumber,
  publicInformation: hex(1, 255),
  applicationInformation: hex(25, 25),
  terminalSerial: upTo(0xffff_ffff),
  mac2: object(counter),
  keys: list(object({ directory: name, key: name, usage: hex(1, 1), id: hex(1, 1), value: hex(16, 16) }), 128),
});

const wholeFile = object({ card, psam, masters, bank: maybe(checkBankFile) });
const firstFile = object({ card, psam: object({ terminalNumber, masters }) });
