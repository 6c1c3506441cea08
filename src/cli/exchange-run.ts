import { toHex } from '../../apdu/bytes.ts';
import { SscardError } from '../../apdu/errors.ts';
import { parseResponse } from '../../apdu/response.ts';
import { formatStatus } from '../../apdu/status.ts';
import type { Channel } from '../../drivers/reader.ts';
import type { Text } from '../i18n/errors.ts';
import { createMasker } from '../trace/mask.ts';
import { parseAddress } from './address.ts';
import type { Context, Outcome } from './context.ts';
import { isDangerous, type PlannedExchange, refuseDangerous } from './exchange-list.ts';
import { paint } from './layout.ts';
import { withCard } from './open.ts';
import { statusText } from './status-text.ts';
import { beginUnmasking } from './unmask.ts';

/** One exchange as it is shown. `**` is a masked byte. */
export interface ShownExchange {
  readonly command: string;
  /** Without the status word. */
  readonly data: string;
  readonly sw: string;
  readonly status: Text;
  readonly expected: string | null;
  readonly met: boolean;
}

interface View {
  command(bytes: Uint8Array): string;
  /** Data and status word. */
  answer(bytes: Uint8Array): string;
}

/**
 * Sends the planned commands one after the other, as they are: 61xx and 6Cxx are shown, not followed. Ends at the
 * first status word that is not the expected one. Real cards and transcripts are masked unless `--unmask`; a simulated
 * card has nobody's data.
 */
export async function runPlan(context: Context, plan: readonly PlannedExchange[]): Promise<Outcome> {
  const simulated = parseAddress(context.settings.reader).scheme === 'sim';
  if (!simulated) refuseDangerous(plan);
  const unmasking = beginUnmasking(context);
  unmasking?.record(null);
  const masked = !simulated && unmasking === undefined;
  const exchanges: ShownExchange[] = [];
  const partial = () => ({ members: { exchanges, masked }, text: exchanges.map(exchangeText(context)).join('\n') });
  return withCard(context, async ({ channel }) => {
    const view = masked ? createMasker() : openView;
    try {
      for (const planned of plan) {
        const shown = await exchange(channel, planned, view, context.signal);
        exchanges.push(shown);
        if (!shown.met) {
          const sw = Number.parseInt(shown.sw, 16);
          const error = new SscardError('status-unexpected', `not ${shown.expected}`, { ...planned.place, sw });
          return { ...partial(), error };
        }
      }
    } catch (error) {
      if (error instanceof SscardError && exchanges.length > 0) return { ...partial(), error };
      throw error;
    }
    return partial();
  });
}

async function exchange(channel: Channel, planned: PlannedExchange, view: View, signal: AbortSignal) {
  const command = compact(view.command(planned.command));
  const answer = await channel.transmit(planned.command, { signal });
  const { sw } = parseResponse(answer);
  const { expected } = planned;
  return {
    command,
    data: compact(view.answer(answer)).slice(0, -4),
    sw: formatStatus(sw),
    status: statusText(sw),
    expected: expected === undefined ? null : formatStatus(expected),
    met: expected === undefined || expected === sw,
  };
}

/** A simulated card, or everything unmasked: still no PIN and no key is shown again. */
const openView: View = {
  command: (bytes) => (isDangerous(bytes) ? createMasker().command(bytes) : toHex(bytes)),
  answer: toHex,
};

function compact(text: string): string {
  return text.replaceAll(' ', '');
}

function exchangeText({ settings: { lang } }: Context): (exchange: ShownExchange) => string {
  const spaced = (hex: string) => hex.replace(/..(?=.)/g, '$& ');
  return ({ command, data, sw, status, expected, met }) => {
    const remark = met ? '' : `  ≠ ${expected}`;
    const end = `${sw}  ${status[lang]}${remark}`;
    return `> ${spaced(command)}\n< ${data === '' ? '' : `${spaced(data)} `}${met ? end : paint('red', end)}`;
  };
}
