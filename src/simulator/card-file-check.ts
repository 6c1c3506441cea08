import { SscardError } from '../../apdu/errors.ts';
import type { CardImage } from './image.ts';

export const CARD_FILE_FORMAT = 'sscard-simulated-card';
export const CARD_FILE_VERSION = 1;

/** A simulated card and what its PSAM needs. */
export interface CardFile {
  readonly format: typeof CARD_FILE_FORMAT;
  readonly version: typeof CARD_FILE_VERSION;
  readonly card: CardImage;
  readonly psam: {
    /** 12 digits. */
    readonly terminalNumber: string;
    /** National masters, 16 bytes each: the card's key of that name is derived from it (6.3). */
    readonly masters: readonly { readonly directory: string; readonly key: string; readonly value: string }[];
  };
}

/** A value and where it stands in the file. */
interface Member {
  readonly value: unknown;
  readonly path: string;
}

type Check = (member: Member) => void;

/**
 * @throws SscardError `sim-file-version` for a file of a later program, `sim-file-malformed` with the first wrong
 * member in `place` (`card.json: card.pin.tries`)
 */
export function checkCardFile(value: unknown, file: string): CardFile {
  try {
    const version = member({ value, path: '' }, 'version');
    exactly(CARD_FILE_FORMAT)(member({ value, path: '' }, 'format'));
    if (Number.isInteger(version.value) && version.value !== CARD_FILE_VERSION) {
      throw new SscardError('sim-file-version', 'a card file of another version', { place: file });
    }
    exactly(CARD_FILE_VERSION)(version);
    wholeFile({ value, path: '' });
    return value as CardFile;
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw new SscardError('sim-file-malformed', error.message, { place: `${file}: ${error.path}` });
  }
}

class Misfit extends Error {
  readonly path: string;

  constructor({ path }: Member, wanted: string) {
    super(`not ${wanted}`);
    this.path = path === '' ? '(whole file)' : path;
  }
}

function member(of: Member, name: string): Member {
  if (typeof of.value !== 'object' || of.value === null || Array.isArray(of.value)) throw new Misfit(of, 'an object');
  const value: unknown = Object.hasOwn(of.value, name) ? Reflect.get(of.value, name) : undefined;
  return { value, path: of.path === '' ? name : `${of.path}.${name}` };
}

const object =
  (checks: Readonly<Record<string, Check>>): Check =>
  (whole) => {
    for (const [name, check] of Object.entries(checks)) check(member(whole, name));
  };

const list =
  (check: Check, most: number): Check =>
  (whole) => {
    const { value, path } = whole;
    if (!Array.isArray(value) || value.length > most) throw new Misfit(whole, `a list of at most ${most}`);
    value.forEach((element, at) => {
      check({ value: element, path: `${path}[${at}]` });
    });
  };

const exactly =
  (...values: readonly unknown[]): Check =>
  (whole) => {
    if (!values.includes(whole.value)) throw new Misfit(whole, `one of ${values.join(', ')}`);
  };

const text =
  (pattern: RegExp, wanted: string): Check =>
  (whole) => {
    if (typeof whole.value !== 'string' || !pattern.test(whole.value)) throw new Misfit(whole, wanted);
  };

const upTo =
  (most: number): Check =>
  (whole) => {
    const { value } = whole;
    if (!Number.isInteger(value) || Number(value) < 0 || Number(value) > most) throw new Misfit(whole, `0 to ${most}`);
  };

const maybe =
  (check: Check): Check =>
  (whole) => {
    if (whole.value !== undefined) check(whole);
  };

const hex = (least: number, most: number): Check =>
  text(new RegExp(`^([0-9A-F]{2}){${least},${most}}$`), `${least} to ${most} bytes of hex`);

const name = text(/^[\w.-]{1,32}$/, 'a name');
const bool: Check = exactly(true, false);

const RULE_DEPTH = 4;

const access =
  (depth: number): Check =>
  (whole) => {
    if (typeof whole.value === 'string') return text(/^(free|never|pin|key:[0-9A-F]{2})$/, 'an access rule')(whole);
    if (depth === 0) throw new Misfit(whole, 'an access rule of this depth');
    const any = member(whole, 'anyOf');
    list(access(depth - 1), 8)(any.value === undefined ? member(whole, 'allOf') : any);
  };

const counter = { tries: upTo(15), triesLeft: upTo(15) };

const key = object({ id: maybe(hex(1, 1)), name, value: hex(16, 16), externalAuthentication: bool, ...counter });

const file: Check = (whole) => {
  const rule = access(RULE_DEPTH);
  object({
    fid: hex(2, 2),
    sfi: upTo(30),
    read: rule,
    update: rule,
    kind: exactly('records', 'cyclic', 'transparent'),
  })(whole);
  if (member(whole, 'kind').value !== 'transparent') return object({ records: list(hex(1, 255), 255) })(whole);
  object({ size: upTo(0x8000), data: hex(0, 0x8000) })(whole);
};

const wholeFile: Check = object({
  card: object({
    generation: exactly('1.0', '2.0', '3.0'),
    atr: hex(2, 33),
    algorithm: exactly('3DES', 'SM4', 'SM4-zero'),
    block: exactly('none', 'temporary', 'permanent', 'card'),
    pin: object({ digits: text(/^\d{4,8}$/, 'four to eight digits'), ...counter }),
    directories: list(
      object({ name, fid: hex(2, 2), aid: maybe(hex(5, 16)), keys: list(key, 64), files: list(file, 32) }),
      16,
    ),
  }),
  psam: object({
    terminalNumber: text(/^\d{12}$/, 'twelve digits'),
    masters: list(object({ directory: name, key: name, value: hex(16, 16) }), 128),
  }),
});
