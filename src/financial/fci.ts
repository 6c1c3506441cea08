import type { BerTlv } from '../../apdu/ber-tlv.ts';
import { readTemplate } from '../../apdu/objects.ts';
import { readText } from './text.ts';

/** A log that the card announces: a file that is read record by record, the newest first. */
export interface LogEntry {
  /** 11 to 30. */
  readonly sfi: number;
  /** 1 to 255; as many as are read at most. */
  readonly records: number;
}

/** How a card names an application and ranks it, in a directory entry and in the answer to SELECT alike. */
export interface Presentation {
  /** Tag 50. */
  readonly label?: string;
  /** Tag 9F12, where the terminal has the code table that the card wrote it in. */
  readonly preferredName?: string;
  /** 1 is the highest, 15 the lowest, 0 none. */
  readonly priority: number;
  /** Not to be used without the cardholder's confirmation. */
  readonly needsConfirmation: boolean;
}

/** File control information of an application: what it answers to SELECT (emv-pboc.md 1.5). */
export interface Fci extends Presentation {
  /** Tag 84: the full name of the application, 5 to 16 bytes. */
  readonly name: Uint8Array;
  /** Tag 9F38 as it stands; absent: no list. */
  readonly pdol?: Uint8Array;
  /** Two letters each, of tag 5F2D, in the card's order of preference. */
  readonly languages: readonly string[];
  /** Of transactions, tag 9F4D. */
  readonly logEntry?: LogEntry;
  /** Of e-cash, tag DF4D. */
  readonly loadLogEntry?: LogEntry;
  /** Everything in the template, unknown objects too. */
  readonly objects: readonly BerTlv[];
}

/** While it is read: spreading optional members costs more than the decoding. */
type Growing<T> = { -readonly [K in keyof T]: T[K] };

const NO_BYTES = new Uint8Array();
const LANGUAGE = /^[a-z]{2}$/;
/** One to four languages of two letters. */
const MOST_LANGUAGE_BYTES = 8;
/** Part 1 of ISO 8859, the only code table that the cards of this country name. */
const CODE_TABLE = 1;

/**
 * Reads the answer to SELECT: a template 6F with a name and a template A5.
 * @returns `undefined` when the layout is another one: the application is left out (EMV 4.3 Book 1, 12.3.3 and 12.4)
 */
export function parseFci(bytes: Uint8Array): Fci | undefined {
  const objects = readTemplate(bytes, 0x6f)?.children;
  if (objects === undefined) return undefined;
  const name = valueAt(objects, 0x84);
  const proprietary = childrenOf(objects, 0xa5);
  const presentation = proprietary && readPresentation(proprietary, valueAt(proprietary, 0x9f11));
  if (!isApplicationName(name) || presentation === undefined || proprietary === undefined) return undefined;
  const languages = readLanguages(valueAt(proprietary, 0x5f2d));
  const fci: Growing<Fci> = Object.assign(presentation, { name, languages, objects });
  const pdol = valueAt(proprietary, 0x9f38);
  if (pdol) fci.pdol = pdol;
  const issuer = childrenOf(proprietary, 0xbf0c);
  const logEntry = issuer && readLogEntry(valueAt(issuer, 0x9f4d));
  if (logEntry) fci.logEntry = logEntry;
  const loadLogEntry = issuer && readLogEntry(valueAt(issuer, 0xdf4d));
  if (loadLogEntry) fci.loadLogEntry = loadLogEntry;
  return fci;
}

/** A name an application may have: 5 to 16 bytes (ISO/IEC 7816-5, 5.2). */
export function isApplicationName(name: Uint8Array | undefined): name is Uint8Array {
  return name !== undefined && name.length >= 5 && name.length <= 16;
}

/**
 * Names and rank in a directory entry or in template A5.
 * @param codeTable value of tag 9F11, which a directory gives once for all of its entries
 * @returns `undefined` for a priority indicator (tag 87) that is none: it may ask for a confirmation
 */
export function readPresentation(
  objects: readonly BerTlv[],
  codeTable: Uint8Array | undefined,
): Presentation | undefined {
  const indicator = valueAt(objects, 0x87);
  if (indicator !== undefined && indicator.length !== 1) return undefined;
  const rank = indicator?.[0] ?? 0;
  const presentation: Growing<Presentation> = { priority: rank & 0x0f, needsConfirmation: (rank & 0x80) !== 0 };
  const label = textOf(valueAt(objects, 0x50));
  if (label !== undefined) presentation.label = label;
  const supported = codeTable?.length === 1 && codeTable[0] === CODE_TABLE;
  const preferredName = supported ? textOf(valueAt(objects, 0x9f12)) : undefined;
  if (preferredName !== undefined) presentation.preferredName = preferredName;
  return presentation;
}

/** The value of an object that stands directly in a template. */
export function valueAt(objects: readonly BerTlv[], tag: number): Uint8Array | undefined {
  for (const object of objects) if (object.tag === tag) return object.value;
  return undefined;
}

/** What is in a template that stands directly in another one. */
export function childrenOf(objects: readonly BerTlv[], tag: number): readonly BerTlv[] | undefined {
  for (const object of objects) if (object.tag === tag) return object.children;
  return undefined;
}

function textOf(value: Uint8Array | undefined): string | undefined {
  return value && readText(value);
}

/** One that is not as the rule says is none: the log cannot be read then, the application can. */
function readLogEntry(value: Uint8Array | undefined): LogEntry | undefined {
  if (value?.length !== 2) return undefined;
  const sfi = value[0] as number;
  const records = value[1] as number;
  return sfi >= 11 && sfi <= 30 && records > 0 ? { sfi, records } : undefined;
}

/** `cn` is what some cards write for Chinese, `zh` (emv-pboc.md 9). */
function readLanguages(value: Uint8Array | undefined): readonly string[] {
  const codes: string[] = [];
  const letters = value?.subarray(0, MOST_LANGUAGE_BYTES) ?? NO_BYTES;
  for (let at = 0; at + 1 < letters.length; at += 2) {
    const code = String.fromCharCode(letters[at] as number, letters[at + 1] as number).toLowerCase();
    if (LANGUAGE.test(code)) codes.push(code === 'cn' ? 'zh' : code);
  }
  return codes;
}
