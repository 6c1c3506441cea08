import { SscardError } from '../../apdu/errors.ts';

/**
 * Where something stands on the card (social-security-card.md 3.3): a file, one of its items, one part of a group.
 * Everything in upper-case hex; `directory` is `SSSE` or `DF01` to `DF0F`.
 */
export interface ItemAddress {
  readonly directory: string;
  /** `EF05`. */
  readonly ef: string;
  readonly tag?: string;
  /** Record of a cyclic file (0: a new one), or which of the groups with this tag, from 1. */
  readonly record?: number;
  /** Part of a group. */
  readonly subTag?: string;
}

/** `SSSE` by its other names: `MF` in Jiangsu, and its path. */
const FILE = /(SSSE|MF|3F00|DF[0-9A-F]{2})(EF[0-9A-F]{2})/iy;
const TAG = /[0-9A-F]{2}/iy;
const RECORD = /:(\d{1,2})(?!\d)/y;
const BLANKS = /[ \t]*/y;
/** More than any counter asks for at once. */
const LONGEST = 8192;

/**
 * Addresses as host programs write them, national or of Jiangsu: groups of one file and its items, each closed by `$`.
 * A single one may leave off its last `|` and `$`. Blanks between groups are allowed.
 * @throws SscardError `item-address-malformed` with the offset of the first wrong character
 * @example parseAddresses('SSSEEF05|01|07|$DF02EF07:01$') // SSSE EF05 01, SSSE EF05 07, DF02 EF07 record 1
 */
export function parseAddresses(text: string): ItemAddress[] {
  if (text.length > LONGEST) throw malformed('too long', LONGEST);
  const scanner = new Scanner(text);
  const found: ItemAddress[] = [];
  scanner.take(BLANKS);
  do {
    found.push(...group(scanner));
    scanner.take(BLANKS);
  } while (!scanner.atEnd);
  return found;
}

/** One file with its items, up to and with `$`. */
function group(scanner: Scanner): ItemAddress[] {
  const [, first = '', second = ''] = scanner.expect(FILE, 'a file such as DF04EF05');
  const directory = first.toUpperCase();
  const file = { directory: directory.startsWith('DF') ? directory : 'SSSE', ef: second.toUpperCase() };
  const record = scanner.record();
  const whole = record === undefined ? file : { ...file, record };
  const items: ItemAddress[] = [];
  while (scanner.skip('|')) {
    // The last bar closes the group.
    if (scanner.atEnd || scanner.sees('$')) break;
    if (record !== undefined) throw malformed('a record of a cyclic file has no items', scanner.at);
    items.push(...item(scanner, file));
  }
  if (!scanner.skip('$') && !scanner.onlyBlanksLeft) throw malformed('not | or $', scanner.at);
  return items.length > 0 ? items : [whole];
}

/** `99`, `99:01`, `99:01,10,11`: an item, a group, parts of a group. */
function item(scanner: Scanner, file: Pick<ItemAddress, 'directory' | 'ef'>): ItemAddress[] {
  const tag = scanner.hexByte();
  const record = scanner.record();
  if (record === 0) throw malformed('groups are counted from 1', scanner.at - 1);
  const base = { ...file, tag, ...(record === undefined ? {} : { record }) };
  const parts: ItemAddress[] = [];
  while (scanner.skip(',')) parts.push({ ...base, subTag: scanner.hexByte() });
  return parts.length > 0 ? parts : [base];
}

/** One address in the national form. @example formatAddress({ directory: 'DF02', ef: 'EF15', tag: '99', record: 1 }) // 'DF02EF15|99:01' */
export function formatAddress({ directory, ef, tag, record, subTag }: ItemAddress): string {
  const number = record === undefined ? '' : `:${String(record).padStart(2, '0')}`;
  if (tag === undefined) return `${directory}${ef}${number}`;
  return `${directory}${ef}|${tag}${number}${subTag === undefined ? '' : `,${subTag}`}`;
}

/**
 * Addresses as one text, those of the same file that follow each other in one group.
 * @example formatAddresses(parseAddresses('DF04EF05|8C $ MFEF06|09')) // 'DF04EF05|8C|$SSSEEF06|09|$'
 */
export function formatAddresses(addresses: readonly ItemAddress[]): string {
  let text = '';
  let open = '';
  for (const address of addresses) {
    const [file = '', tag] = formatAddress(address).split('|');
    const close = open === '' ? '' : '$';
    if (tag === undefined) text += `${close}${file}$`;
    else text += file === open ? `${tag}|` : `${close}${file}|${tag}|`;
    open = tag === undefined ? '' : file;
  }
  return open === '' ? text : `${text}$`;
}

class Scanner {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.at === this.#text.length;
  }

  get onlyBlanksLeft(): boolean {
    return this.#text.slice(this.at).trim() === '';
  }

  sees(character: string): boolean {
    return this.#text[this.at] === character;
  }

  skip(character: string): boolean {
    if (!this.sees(character)) return false;
    this.at++;
    return true;
  }

  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.at = pattern.lastIndex;
    return found;
  }

  expect(pattern: RegExp, what: string): RegExpExecArray {
    const found = this.take(pattern);
    if (found === undefined) throw malformed(`not ${what}`, this.at);
    return found;
  }

  hexByte(): string {
    return this.expect(TAG, 'a tag of two hex digits')[0].toUpperCase();
  }

  record(): number | undefined {
    return this.sees(':') ? Number(this.expect(RECORD, 'a record number of one or two digits')[1]) : undefined;
  }
}

function malformed(why: string, offset: number): SscardError {
  return new SscardError('item-address-malformed', why, { offset });
}
