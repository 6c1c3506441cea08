import { createInterface } from 'node:readline';
import { SscardError } from '../../apdu/errors.ts';
import { words } from '../i18n/words.ts';
import { asVpcdCard } from '../simulator/serve.ts';
import { serveVpcd, type VpcdEvent, type VpcdSlot } from '../simulator/vpcd.ts';
import type { Context } from './context.ts';
import { printable } from './layout.ts';
import { startKeyService } from './sim-key-service.ts';
import { readHostPort, type Seat, seatsOf } from './sim-seats.ts';

interface Served {
  readonly seat: Seat;
  readonly slot: VpcdSlot;
}

const LONGEST_LINE = 1024;
const DEFAULT_ADDRESS = '127.0.0.1:35963';

/**
 * `sscard sim serve <file>… --vpcd host:port`: each card on a port, its PSAM on the next. Lines on stdin act: `insert`,
 * `remove`, perhaps `psam`, perhaps the number of a card (1 is the first; without one: every one). Ends at the end of
 * stdin, and at SIGINT or SIGTERM (exit code 12); cards and PSAMs are taken out.
 */
export async function runSimServe(context: Context): Promise<undefined> {
  const { host, port } = readHostPort(String(context.options.get('vpcd') ?? DEFAULT_ADDRESS), '--vpcd');
  const texts = words[context.settings.lang];
  const seats = await seatsOf(context.arguments, port, context.options.has('contactless'));
  const say = ({ number, file, chip, port: at }: Seat, event: string, extra: Record<string, unknown> = {}) => {
    const what = chip === 'psam' ? 'PSAM  ' : '';
    const text = `${number}  ${printable(file)}  ${host}:${at}  ${what}${texts.serve[event] ?? event}`;
    context.emit({ event, card: number, chip, file, port: at, ...extra }, text);
  };
  const served: Served[] = [];
  const service = await startKeyService(context, context.arguments[0] ?? '');
  try {
    for (const seat of seats) {
      const onEvent = (event: VpcdEvent) => say(seat, event.type, extraOf(event));
      served.push({ seat, slot: serveVpcd(asVpcdCard(seat.device), { host, port: seat.port, onEvent }) });
    }
    await obey(served, context, (line) => context.emit({ event: 'not-understood', line }, texts.notUnderstood));
  } finally {
    await Promise.all([...served.map(({ slot }) => slot.close()), service?.close()]);
  }
  if (context.signal.aborted) throw new SscardError('cancelled', 'stopped by a signal');
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
        .filter(({ seat }) => seat.chip === chip)
        .filter(({ seat }) => number === undefined || seat.number === Number(number));
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
