import { fromHex } from '../../apdu/bytes.ts';
import { decodeCommand } from '../../apdu/command.ts';
import { SscardError } from '../../apdu/errors.ts';
import { exchange, refused } from '../../drivers/exchange.ts';
import type { Denied } from './denial.ts';
import type { Flow } from './flow.ts';
import { protectedMac } from './secure-messaging.ts';
import { type Step, saysNotDone } from './steps.ts';

/** `unknown`: the answer was lost, or does not tell; selecting the application again does. */
export type BlockOutcome =
  | { readonly kind: 'done' }
  | Denied
  | { readonly kind: 'unknown'; readonly code?: string; readonly sw?: number };

interface BlockCommand {
  readonly step: Step;
  /** Header of five bytes, hex. The MAC follows. */
  readonly header: string;
}

/** APPLICATION BLOCK and UNBLOCK (5). CARD BLOCK is not here on purpose: nothing undoes it. */
export const blockCommands = {
  temporary: { step: 'block-application', header: '841E000004' },
  permanent: { step: 'block-application', header: '841E000104' },
  unblock: { step: 'unblock-application', header: '8418000004' },
} as const satisfies Readonly<Record<string, BlockCommand>>;

/**
 * Blocks or unblocks the social environment, under STK (6.5). The financial application is not touched.
 * @throws SscardError `act-switched-off` unless the profile's `switches.applicationBlock` is on, `card-refused`, and
 * what channel and provider throw
 */
export async function blockApplication(flow: Flow, { step, header }: BlockCommand): Promise<BlockOutcome> {
  if (!flow.profile.switches.applicationBlock) {
    throw new SscardError('act-switched-off', 'switches.applicationBlock is off', { step, place: 'SSSE' });
  }
  const data = await protectedMac(flow, 'SSSE', fromHex(header));
  if (!(data instanceof Uint8Array)) return data;
  const { sw } = await exchange(
    flow.line,
    { ...decodeCommand(fromHex(header.slice(0, 8))), data },
    { step, place: 'SSSE' },
  );
  if (sw === 0x9000) return { kind: 'done' };
  if (!saysNotDone(sw)) return { kind: 'unknown', sw };
  throw refused(sw, { step, place: 'SSSE' });
}

/** A block whose answer was lost ends as `unknown`; any other error goes on. */
export function unknownBlock(error: unknown): BlockOutcome {
  if (!(error instanceof SscardError) || error.details.outcome !== 'unknown') throw error;
  if (error.details.step !== 'block-application' && error.details.step !== 'unblock-application') throw error;
  return { kind: 'unknown', code: error.code };
}
