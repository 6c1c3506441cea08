import type { BerTlv } from '../../apdu/ber-tlv.ts';
import { equalBytes, fromHex, toHex } from '../../apdu/bytes.ts';
import { readObjects } from '../../apdu/objects.ts';
import { describeTag } from '../financial/dictionary/dictionary.ts';
import { dolLength, parseDol } from '../financial/dol.ts';
import { formatTag } from '../financial/tag.ts';
import { bankCommandName, type CommandName } from './command-names.ts';
import { dataOfAnswer, dataOfCommand, isAccepted, part, statusOf } from './exchange-parts.ts';
import { explainObject } from './explain-object.ts';
import { showValue } from './explain-value.ts';
import type { ExplainedExchange, ExplainedObject, Named, Walk } from './explained.ts';
import { DIRECTORIES, KNOWN_TEMPLATES } from './mask-bank-policy.ts';
import type { MaskedBytes } from './masked-bytes.ts';

/** What a command is about, before its answer. */
interface About extends Pick<ExplainedExchange, 'place' | 'named' | 'sent'> {
  /** Tags of the values that an answer in format 1 holds, with their lengths; the last one takes what is left. */
  readonly format1?: readonly (readonly [tag: number, length: number])[];
}

const directories = DIRECTORIES.map((name) => fromHex(name));
const DIRECTORY: Named = { name: 'Payment directory', nameZh: '支付系统环境' };
const APPLICATION: Named = { name: 'Payment application', nameZh: '支付应用' };
/** By application identifier (emv-pboc.md 1.1). */
const APPLICATIONS: ReadonlyMap<string, Named> = new Map([
  ['A000000333010101', { name: 'UnionPay debit', nameZh: '银联借记' }],
  ['A000000333010102', { name: 'UnionPay credit', nameZh: '银联贷记' }],
  ['A000000333010103', { name: 'UnionPay quasi-credit', nameZh: '银联准贷记' }],
  ['A000000333010106', { name: 'UnionPay e-cash', nameZh: '银联电子现金' }],
]);
const LOGS: ReadonlyMap<number, Named> = new Map([
  [0x9f4d, { name: 'Transaction log', nameZh: '交易日志' }],
  [0xdf4d, { name: 'Load log', nameZh: '圈存日志' }],
]);
const PDOL = 0x9f38;
const CDOL1 = 0x8c;
const CDOL2 = 0x8d;
const DDOL = 0x9f49;
const LISTS: ReadonlySet<number> = new Set([PDOL, CDOL1, CDOL2, DDOL]);
const REST = Number.POSITIVE_INFINITY;
/** What GENERATE AC asks for, by the two high bits of P1. */
const REQUESTED: ReadonlyMap<number, string> = new Map([
  [0x00, 'AAC'],
  [0x40, 'TC'],
  [0x80, 'ARQC'],
]);

/** Follows the exchanges with one selection of a payment application or directory. */
export class BankWalk implements Walk {
  readonly #name: Uint8Array;
  /** Lists of the card by tag, logs by file. */
  readonly #lists = new Map<number, Uint8Array>();
  readonly #logs = new Map<number, Named>();
  #cryptograms = 0;
  #last: About = {};

  /** @param name as it was selected */
  constructor(name: Uint8Array) {
    this.#name = name;
  }

  exchange(command: MaskedBytes, answer: MaskedBytes | undefined): ExplainedExchange {
    const name = bankCommandName(command);
    const about = name === 'get-response' ? withoutSent(this.#last) : this.#about(name, command);
    this.#last = about;
    const { format1, ...shown } = about;
    const sw = statusOf(answer);
    if (name === 'generate-cryptogram' && isAccepted(sw)) this.#cryptograms++;
    const data = answer && dataOfAnswer(answer);
    const received = data === undefined ? [] : this.#received(data, format1);
    return {
      command: name,
      ...shown,
      ...(received.length > 0 ? { received } : data && data.bytes.length > 0 && { value: showValue('bytes', data) }),
      ...(sw !== undefined && { sw }),
    };
  }

  #about(name: CommandName, command: MaskedBytes): About {
    const [, , p1 = 0, p2 = 0] = command.bytes;
    const tag = p1 === 0 ? p2 : (p1 << 8) | p2;
    switch (name) {
      case 'select':
        return { place: toHex(this.#name), named: this.#named() };
      case 'read-record':
      case 'update-record':
        return this.#record(p2 >> 3, p1);
      case 'get-data':
      case 'put-data':
        return { place: formatTag(tag), ...this.#object(tag) };
      case 'get-processing-options':
        this.#cryptograms = 0;
        return {
          ...this.#sent(PDOL, valuesOf(dataOfCommand(command))),
          format1: [
            [0x82, 2],
            [0x94, REST],
          ],
        };
      case 'generate-cryptogram':
        return this.#cryptogram(p1, dataOfCommand(command));
      case 'internal-authentication':
        return { ...this.#sent(DDOL, dataOfCommand(command)), format1: [[0x9f4b, REST]] };
      default:
        return {};
    }
  }

  #named(): Named {
    if (directories.some((one) => equalBytes(one, this.#name))) return DIRECTORY;
    return APPLICATIONS.get(toHex(this.#name)) ?? APPLICATION;
  }

  #record(file: number, record: number): About {
    const log = this.#logs.get(file);
    return { place: `SFI ${file}:${record}`, ...(log !== undefined && { named: log }) };
  }

  #object(tag: number): About {
    const known = describeTag(tag, this.#name);
    return known === undefined ? {} : { named: { name: known.name, nameZh: known.nameZh } };
  }

  /** The first one has the values of CDOL1, the second of CDOL2. */
  #cryptogram(p1: number, data: MaskedBytes): About {
    const named = REQUESTED.get(p1 & 0xc0);
    const combined = (p1 & 0x10) !== 0 ? ', CDA' : '';
    return {
      ...(named !== undefined && { named: { name: named + combined, nameZh: named + combined } }),
      ...this.#sent(this.#cryptograms === 0 ? CDOL1 : CDOL2, data),
      format1: [
        [0x9f27, 1],
        [0x9f36, 2],
        [0x9f26, 8],
        [0x9f10, REST],
      ],
    };
  }

  /** Values in the order of a list that the card gave; nothing when they do not fill it. */
  #sent(list: number, data: MaskedBytes | undefined): About {
    const entries = parseDol(this.#lists.get(list) ?? new Uint8Array());
    if (data === undefined || entries === undefined || dolLength(entries) !== data.bytes.length) return {};
    const sent: ExplainedObject[] = [];
    let at = 0;
    for (const { tag, length } of entries) {
      sent.push(explainObject(tag, part(data, at, at + length), this.#name));
      at += length;
    }
    return sent.length === 0 ? {} : { sent };
  }

  #received(data: MaskedBytes, format1: About['format1']): ExplainedObject[] {
    const objects = readObjects(data.bytes, KNOWN_TEMPLATES) ?? [];
    const [first] = objects;
    if (format1 === undefined || first?.tag !== 0x80) return this.#explained(data, objects);
    const value = partOf(data, first);
    const received: ExplainedObject[] = [];
    let at = 0;
    for (const [tag, length] of format1) {
      const end = Math.min(at + length, value.bytes.length);
      if (end > at) received.push(explainObject(tag, part(value, at, end), this.#name));
      at = end;
    }
    return received;
  }

  /** Primitive objects, also those in templates. Lists and logs among them are kept for the commands to come. */
  #explained(data: MaskedBytes, objects: readonly BerTlv[]): ExplainedObject[] {
    return objects.flatMap((object) => {
      const { tag, children, value } = object;
      if (children !== undefined) return this.#explained(data, children);
      if (LISTS.has(tag)) this.#lists.set(tag, value);
      const log = LOGS.get(tag);
      const [file] = value;
      if (log !== undefined && file !== undefined) this.#logs.set(file, log);
      return explainObject(tag, partOf(data, object), this.#name);
    });
  }
}

/** Command template 83 of GET PROCESSING OPTIONS. */
function valuesOf(data: MaskedBytes): MaskedBytes | undefined {
  const [object] = readObjects(data.bytes) ?? [];
  return object?.tag === 0x83 ? partOf(data, object) : undefined;
}

function partOf(data: MaskedBytes, { value }: BerTlv): MaskedBytes {
  const start = value.byteOffset - data.bytes.byteOffset;
  return part(data, start, start + value.length);
}

function withoutSent({ sent: _sent, ...about }: About): About {
  return about;
}
