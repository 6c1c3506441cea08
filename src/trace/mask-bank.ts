import type { BerTlv } from '../../apdu/ber-tlv.ts';
import { equalBytes, fromHex, toHex } from '../../apdu/bytes.ts';
import type { DecodedCommand } from '../../apdu/command.ts';
import { readObjects, readTemplate } from '../../apdu/objects.ts';
import { type Flags, isLocator, issuerDataEnd, type ListEntry, ObjectMask } from './mask-bank-objects.ts';
import {
  DATA,
  DIRECTORIES,
  KNOWN_TEMPLATES,
  LIMITS,
  MOST_RECORD_FILE,
  OTHER_RIDS,
  PBOC_RIDS,
} from './mask-bank-policy.ts';
import { hideExcept, type MaskedBytes } from './masked-bytes.ts';

/** What an answer shows, given all its data; `undefined`: nothing. */
export type AnswerMask = (data: Uint8Array) => MaskedBytes | undefined;

/** What a command shows of its data, and what its answer will. Absent: nothing. */
export interface CommandMask {
  readonly data?: MaskedBytes | undefined;
  readonly answer?: AnswerMask;
}

const directories = DIRECTORIES.map((name) => fromHex(name));

const PDOL = 0x9f38;
const CDOLS: readonly number[] = [0x8c, 0x8d];
const DDOL = 0x9f49;
const LISTS: readonly number[] = [PDOL, ...CDOLS, DDOL];
const LOG_ENTRIES: readonly number[] = [0x9f4d, 0xdf4d];
/** Of one kind in one selection; a card that sends more is not followed. */
const MOST_LISTS = 8;
const COMMAND_TEMPLATE = 0x83;
const FORMAT_1 = 0x80;
const FORMAT_2 = 0x77;
/** What stands before the locator in format 1; information, counter and cryptogram before the issuer's data (2). */
const PROFILE_LENGTH = 2;
const CRYPTOGRAM_LENGTH = 11;

const ridOf = (name: Uint8Array) => toHex(name.subarray(0, 5));

/** Whether this is the name of a payment directory, or of a payment application or its beginning. */
export function isPaymentName(name: Uint8Array): boolean {
  const rid = ridOf(name);
  return PBOC_RIDS.has(rid) || OTHER_RIDS.has(rid) || directories.some((one) => equalBytes(one, name));
}

/**
 * The mask of one selection of a payment application or directory. It reads along what the card sends: which files are
 * logs, and its lists of objects, as the data of a command have no tags of their own.
 */
export class BankMask {
  readonly #objects: ObjectMask;
  /** By tag; `undefined` stands for a list that cannot be read. */
  readonly #lists = new Map<number, (readonly ListEntry[] | undefined)[]>();
  readonly #logs = new Set<number | undefined>();

  /** @param name as it was selected */
  constructor(name: Uint8Array) {
    this.#objects = new ObjectMask(PBOC_RIDS.has(ridOf(name)));
  }

  /** The answer to the SELECT. */
  fileControl(data: Uint8Array): MaskedBytes | undefined {
    return this.#template(data, 0x6f);
  }

  /** Follows a command to this application. */
  follow({ cla, ins, p1, p2, data = new Uint8Array() }: DecodedCommand): CommandMask {
    switch ((cla << 8) | ins) {
      case 0x00b2:
        return this.#isRecord(p2) ? { answer: (answer) => this.#template(answer, 0x70) } : {};
      case 0x0088:
        return { data: this.#listed(data, [DDOL]), answer: (answer) => this.#inFormat(answer, () => 0) };
      case 0x80a8:
        return { data: this.#optionsData(data), answer: (answer) => this.#inFormat(answer, optionsEnd) };
      case 0x80ae:
        return { data: this.#listed(data, CDOLS), answer: (answer) => this.#inFormat(answer, cryptogramEnd) };
      case 0x80ca:
        return { answer: (answer) => this.#dataObject(answer, p1 === 0 ? p2 : (p1 << 8) | p2) };
      default:
        return {};
    }
  }

  /** Whether a READ RECORD names a record by number, in a file of records that is no log. */
  #isRecord(p2: number): boolean {
    const file = p2 >> 3;
    return (p2 & 0x07) === 0x04 && file >= 1 && file <= MOST_RECORD_FILE && !this.#logs.has(file);
  }

  #template(data: Uint8Array, tag: number): MaskedBytes | undefined {
    const template = readTemplate(data, tag, KNOWN_TEMPLATES);
    if (template === undefined) return undefined;
    this.#learn([template]);
    const flags = new Uint8Array(data.length);
    this.#objects.show(flags, data, template);
    return shownBy(flags, data);
  }

  /** Lists and logs, also in templates that nobody knows: a terminal finds them there, too (3.1). */
  #learn(objects: readonly BerTlv[]): void {
    for (const { tag, value, children } of objects) {
      if (children !== undefined) this.#learn(children);
      else if (isConstructed(tag)) this.#learn(readObjects(value) ?? []);
      else if (LOG_ENTRIES.includes(tag)) this.#logs.add(value[0]);
      else if (LISTS.includes(tag)) {
        const known = this.#lists.get(tag) ?? [];
        this.#lists.set(tag, known.length < MOST_LISTS ? [...known, this.#objects.readList(value)] : [undefined]);
      }
    }
  }

  /** Values in the order of a list of the card; where several lists are as long, what all of them show. */
  #listed(data: Uint8Array, tags: readonly number[]): MaskedBytes | undefined {
    const fitting: (readonly ListEntry[])[] = [];
    for (const list of tags.flatMap((tag) => this.#lists.get(tag) ?? [])) {
      if (list === undefined) return undefined;
      if (list.reduce((sum, { length }) => sum + length, 0) === data.length) fitting.push(list);
    }
    if (fitting.length === 0) return undefined;
    const flags = new Uint8Array(data.length).fill(1);
    for (const list of fitting) {
      let at = 0;
      for (const entry of list) {
        if (!this.#objects.isGiven(entry)) flags.fill(0, at, at + entry.length);
        at += entry.length;
      }
    }
    return shownBy(flags, data);
  }

  /** `83 L values`. */
  #optionsData(data: Uint8Array): MaskedBytes | undefined {
    const object = onlyObject(data, COMMAND_TEMPLATE);
    if (object === undefined) return undefined;
    const start = offsetOf(object, data);
    const values = this.#listed(object.value, [PDOL]);
    return hideExcept(data, (at) => at < start || values?.hidden[at - start] === 0);
  }

  /** An answer in format 1, of which `end` says how much is shown, or in format 2. */
  #inFormat(data: Uint8Array, end: (value: Uint8Array) => number): MaskedBytes | undefined {
    const object = onlyObject(data, FORMAT_1);
    if (object === undefined) return this.#template(data, FORMAT_2);
    const shown = offsetOf(object, data) + end(object.value);
    return hideExcept(data, (at) => at < shown);
  }

  /** The answer to GET DATA: the object that was asked for, and nothing else. */
  #dataObject(data: Uint8Array, wanted: number): MaskedBytes | undefined {
    const object = onlyObject(data, wanted);
    if (object === undefined) return undefined;
    const flags = new Uint8Array(data.length);
    const start = offsetOf(object, data);
    flags.fill(1, 0, start);
    const rule = this.#objects.rule(DATA, wanted) ?? this.#objects.rule(LIMITS, wanted);
    if (rule !== undefined) this.#objects.showValue(flags, start, object.value, rule);
    return shownBy(flags, data);
  }
}

const optionsEnd = (value: Uint8Array) => (isLocator(value.subarray(PROFILE_LENGTH)) ? value.length : 0);

function cryptogramEnd(value: Uint8Array): number {
  return value.length < CRYPTOGRAM_LENGTH ? 0 : CRYPTOGRAM_LENGTH + issuerDataEnd(value.subarray(CRYPTOGRAM_LENGTH));
}

/** Bit 6 of the first byte. */
function isConstructed(tag: number): boolean {
  return ((tag > 0xff ? tag >> 8 : tag) & 0x20) !== 0;
}

function onlyObject(data: Uint8Array, tag: number): BerTlv | undefined {
  const [object, ...more] = readObjects(data) ?? [];
  return object?.tag === tag && object.children === undefined && more.length === 0 ? object : undefined;
}

function offsetOf({ value }: BerTlv, data: Uint8Array): number {
  return value.byteOffset - data.byteOffset;
}

function shownBy(flags: Flags, data: Uint8Array): MaskedBytes {
  return hideExcept(data, (at) => flags[at] === 1);
}
