import { createInterface } from 'node:readline';
import { SscardError } from '../../apdu/errors.ts';
import { words } from '../i18n/words.ts';
import { openCardFile } from '../simulator/card-file.ts';
import { asVpcdCard } from '../simulator/serve.ts';
import { serveVpcd, type VpcdEvent, type VpcdSlot } from '../simulator/vpcd.ts';
import type { Context } from './context.ts';
import { printable } from './layout.ts';

/** One card on one port. */
interface Seat {
  readonly number: number;
  readonly file: string;
  readonly port: number;
  readonly slot: VpcdSlot;
}

const LONGEST_LINE = 1024;
const DEFAULT_ADDRESS = '127.0.0.1:35963';

/**
 * `sscard sim serve <file>… --vpcd host:port`: each card on a port of its own, from that port up. Lines on stdin act:
 * `insert`, `remove`, both perhaps with the number of a card (1 is the first; without one: every card). Ends at the end
 * of stdin, and at SIGINT or SIGTERM (exit code 12); the cards are taken out.
 */
export async function runSimServe(context: Context): Promise<undefined> {
  const { host, port } = readVpcdAddress(String(context.options.get('vpcd') ?? DEFAULT_ADDRESS));
  const texts = words[context.settings.lang];
  const cards = await Promise.all(context.arguments.map((file) => openCardFile(file)));
  if (port + cards.length - 1 > 65_535) throw badAddress();
  const seats: Seat[] = [];
  const say = ({ number, file, port: at }: Seat, event: string, extra: Record<string, unknown> = {}) => {
    const text = `${number}  ${printable(file)}  ${host}:${at}  ${texts.serve[event] ?? event}`;
    context.emit({ event, card: number, file, port: at, ...extra }, text);
  };
  try {
    for (const [at, card] of cards.entries()) {
      const file = context.arguments[at] ?? '';
      const slot = serveVpcd(asVpcdCard(card), {
        host,
        port: port + at,
        insert: false,
        onEvent: (event) => say(seat, event.type, extraOf(event)),
      });
      const seat: Seat = { number: at + 1, file, port: port + at, slot };
      seats.push(seat);
      slot.insert();
    }
    await obey(seats, context, (line) => context.emit({ event: 'not-understood', line }, texts.notUnderstood));
  } finally {
    await Promise.all(seats.map(({ slot }) => slot.close()));
  }
  if (context.signal.aborted) throw new SscardError('cancelled', 'stopped by a signal');
}

/** Follows the lines of stdin until its end or the signal. */
function obey(seats: readonly Seat[], { signal }: Context, notUnderstood: (line: string) => void): Promise<void> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: process.stdin });
    const end = () => {
      lines.close();
      process.stdin.destroy();
      signal.removeEventListener('abort', end);
      resolve();
    };
    lines.on('line', (line) => {
      const order = /^(insert|remove)(?:\s+(\d+))?$/.exec(line.trim());
      const chosen = seats.filter(({ number }) => order?.[2] === undefined || number === Number(order[2]));
      if (order === null || chosen.length === 0) {
        if (line.trim() !== '') notUnderstood(line.slice(0, LONGEST_LINE));
        return;
      }
      for (const { slot } of chosen) order[1] === 'insert' ? slot.insert() : slot.remove();
    });
    lines.once('close', end);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

function extraOf(event: VpcdEvent): Record<string, unknown> {
  return event.type === 'removed' ? { by: event.by } : {};
}

/** @example readVpcdAddress('127.0.0.1:35963') // { host: '127.0.0.1', port: 35963 } */
export function readVpcdAddress(text: string): { host: string; port: number } {
  const found = /^(?:\[([0-9a-f:.]+)\]|([^:\s[\]]+)):(\d{1,5})$/i.exec(text);
  const port = Number(found?.[3]);
  const host = found?.[1] ?? found?.[2];
  if (host === undefined || port < 1 || port > 65_535) throw badAddress();
  return { host, port };
}

function badAddress(): SscardError {
  return new SscardError('sim-port-malformed', 'host:port', { place: '--vpcd' });
}
