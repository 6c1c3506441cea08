import { createInterface } from 'node:readline';
import { SscardError } from '../../apdu/errors.ts';
import { words } from '../i18n/words.ts';
import { asVpcdCard } from '../simulator/serve.ts';
import { serveVpcd, type VpcdEvent } from '../simulator/vpcd.ts';
import type { Context } from './context.ts';
import { printable } from './layout.ts';
import { startKeyService } from './sim-key-service.ts';
import { readHostPort, type Seat, seatsOf } from './sim-seats.ts';

/** A chip that lines on stdin put in and take out. */
interface Served {
  /** Number of the file on the command line. */
  readonly number: number;
  readonly chip: Seat['chip'];
  readonly slot: { insert(): void; remove(): void; close(): Promise<void> };
}

const LONGEST_LINE = 1024;
const DEFAULT_ADDRESS = '127.0.0.1:35963';

/**
 * `sscard sim serve <file>…`: with `--vpcd host:port` each card on a port of the virtual PC/SC reader, its PSAM on the next; with
 * `--serial protocol` both in an emulated unit on a pseudo-terminal. Lines on stdin act: `insert`, `remove`, perhaps `psam`, perhaps
 * the number of a card (1 is the first; without one: every one). Ends at the end of stdin, and at SIGINT or SIGTERM (exit
 * code 12); cards and PSAMs are taken out.
 */
export async function runSimServe(context: Context): Promise<undefined> {
  const { options, settings, signal, arguments: files } = context;
  const protocol = options.get('serial');
  if (protocol !== undefined && (options.has('vpcd') || options.has('contactless'))) {
    throw new SscardError('argument-malformed', '--vpcd and --contactless are not of units', { place: '--serial' });
  }
  const service = await startKeyService(context, files[0] ?? '');
  let served: readonly Served[] = [];
  try {
    served = await (typeof protocol === 'string' ? inUnits(context, protocol) : inVirtualReaders(context));
    const { notUnderstood } = words[settings.lang];
    await obey(served, context, (line) => context.emit({ event: 'not-understood', line }, notUnderstood));
  } finally {
    await Promise.all([...served.map(({ slot }) => slot.close()), service?.close()]);
  }
  if (signal.aborted) throw new SscardError('cancelled', 'stopped by a signal');
}

async function inVirtualReaders(context: Context): Promise<readonly Served[]> {
  const { host, port } = readHostPort(String(context.options.get('vpcd') ?? DEFAULT_ADDRESS), '--vpcd');
  const texts = words[context.settings.lang];
  const seats = await seatsOf(context.arguments, port, context.options.has('contactless'));
  const say = ({ number, file, chip, port: at }: Seat, event: string, extra: Record<string, unknown> = {}) => {
    const what = chip === 'psam' ? 'PSAM  ' : '';
    const text = `${number}  ${printable(file)}  ${host}:${at}  ${what}${texts.serve[event] ?? event}`;
    context.emit({ event, card: number, chip, file, port: at, ...extra }, text);
  };
  return seats.map((seat) => {
    const onEvent = (event: VpcdEvent) => say(seat, event.type, extraOf(event));
    const slot = serveVpcd(asVpcdCard(seat.device), { host, port: seat.port, onEvent });
    return { number: seat.number, chip: seat.chip, slot };
  });
}

async function inUnits(context: Context, protocol: string): Promise<readonly Served[]> {
  const { serveUnits } = await import('./sim-units.ts');
  const units = await serveUnits(context.arguments, protocol);
  for (const { number, file, path, address } of units) {
    const members = { event: 'unit', card: number, file, path, reader: address };
    context.emit(members, `${number}  ${printable(file)}  ${path}  --reader '${address}'`);
  }
  return units;
}

/** Follows the lines of stdin until its end or the signal. */
function obey(served: readonly Served[], { signal }: Context, notUnderstood: (line: string) => void): Promise<void> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: process.stdin });
    const end = () => {
      lines.close();
      process.stdin.destroy();
      signal.removeEventListener('abort', end);
      resolve();
    };
    lines.on('line', (line) => {
      const [, order, psam, number] = /^(insert|remove)(\s+psam)?(?:\s+(\d+))?$/.exec(line.trim()) ?? [];
      const chip = psam === undefined ? 'card' : 'psam';
      const chosen = served
        .filter((one) => one.chip === chip)
        .filter((one) => number === undefined || one.number === Number(number));
      if (order === undefined || chosen.length === 0) {
        if (line.trim() !== '') notUnderstood(line.slice(0, LONGEST_LINE));
        return;
      }
      for (const { slot } of chosen) order === 'insert' ? slot.insert() : slot.remove();
    });
    lines.once('close', end);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

function extraOf(event: VpcdEvent): Record<string, unknown> {
  return event.type === 'removed' ? { by: event.by } : {};
}
