import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { withChaining } from '../../../apdu/chaining.ts';
import type { Line } from '../../../drivers/exchange.ts';
import { replayReaders } from '../../../drivers/replay/readers.ts';
import { Session } from '../../../src/financial/session.ts';
import type { Exchange } from './vectors.ts';

/** A card that knows these exchanges only, in this order; any other command is an error. */
export interface CardScript {
  readonly line: Line;
  /** How many commands of the script have not come. */
  readonly left: () => number;
}

/** Plays exchanges through the replay driver, 61xx and 6Cxx followed as for every application. */
export async function cardScript(exchanges: readonly Exchange[]): Promise<CardScript> {
  const text = exchanges.map(({ c, r }) => `> ${c}\n< ${r}\n`).join('');
  const channel = await replayReaders(`atr 3B00\n${text}`).waitForCard();
  let left = exchanges.length;
  const counted = {
    transmit: async (command: Uint8Array) => {
      const answer = await channel.transmit(command);
      left--;
      return answer;
    },
  };
  return { line: { transmitter: withChaining(counted), waiting: {} }, left: () => left };
}

/** A session over such a card. @param terminal tag → value, both hex */
export async function sessionOver(
  exchanges: readonly Exchange[],
  terminal: Readonly<Record<string, string>> = {},
): Promise<{ readonly session: Session; readonly left: () => number }> {
  const { line, left } = await cardScript(exchanges);
  const values = Object.entries(terminal).map(([tag, value]) => [Number.parseInt(tag, 16), fromHex(value)] as const);
  return { session: new Session(line, new Map(values)), left };
}

/** READ RECORD of a record, and what the card answers. */
export function recordExchange(sfi: number, number: number, answer: string): Exchange {
  const byte = (value: number) => value.toString(16).padStart(2, '0');
  return { c: `00B2${byte(number)}${byte((sfi << 3) | 4)}00`, r: answer };
}

/** SELECT by name, and what the card answers. @param p2 02: the next occurrence */
export function selectExchange(name: string, answer: string, p2: '00' | '02' = '00'): Exchange {
  return { c: `00A404${p2}${(name.length / 2).toString(16).padStart(2, '0')}${name}00`, r: answer };
}

/** A card that is a function of the command, for cards that never end. @param answer hex in, hex out */
export function answeringCard(answer: (command: string) => string): { readonly line: Line; readonly sent: string[] } {
  const sent: string[] = [];
  const transmit = async (command: Uint8Array) => {
    sent.push(toHex(command));
    return fromHex(answer(toHex(command)));
  };
  return { line: { transmitter: { transmit }, waiting: {} }, sent };
}

/** A template, or any object, in hex. @example object('84', 'A0000003330101') */
export function object(tag: string, value: string): string {
  const length = value.length / 2;
  return `${tag}${length > 0x7f ? '81' : ''}${length.toString(16).padStart(2, '0')}${value}`.toUpperCase();
}

/** File control information of an application, as an answer to SELECT. @param content of template A5 */
export function fciAnswer(name: string, content = '', sw = '9000'): string {
  return object('6F', object('84', name) + object('A5', content)) + sw;
}
