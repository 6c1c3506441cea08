import { concat } from '../../../apdu/bytes.ts';
import { decodeCommand } from '../../../apdu/command.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { CommandApdu } from '../../../apdu/types.ts';
import { TSI, TVR } from '../bits.ts';
import type { Rule } from '../rules.ts';
import type { Session } from '../session.ts';
import { readFlat, type Script } from './host-message.ts';
import type { ScriptResult } from './outcome.ts';

const FAILED = {
  before: { id: 'script-failed-before', clause: 'E3 10.10', effect: { tvr: TVR.scriptFailedBefore } },
  after: { id: 'script-failed-after', clause: 'E3 10.10', effect: { tvr: TVR.scriptFailedAfter } },
} as const satisfies Readonly<Record<ScriptResult['when'], Rule>>;
const PERFORMED = {
  id: 'scripts-performed',
  clause: 'E3 10.10',
  effect: { tsi: TSI.scripts },
} as const satisfies Rule;

const IDENTIFIER = 0x9f18;
const COMMAND = 0x86;
/** Template, length and all (4.8). */
const MOST_BYTES = 128;
/** High half of the first byte of a result. */
const NOT_PERFORMED = 0x00;
const PERFORMED_BADLY = 0x10;
const PERFORMED_WELL = 0x20;
/** The card did it, with or without a remark. */
const SUCCESS = new Set([0x90, 0x62, 0x63]);

/** Commands of one script, all of them readable. */
interface Parsed {
  readonly identifier: Uint8Array;
  readonly commands: readonly CommandApdu[] | undefined;
}

/**
 * Issuer scripts (4.8), in their order: a command that fails ends its script, not the ones behind it. A script that cannot
 * be read is not begun.
 * @param lost what happens when an answer is lost: thrown on, or kept in the result, behind which no script is begun
 */
export function runScripts(
  session: Session,
  scripts: readonly Script[],
  when: ScriptResult['when'],
  lost: 'throw' | 'keep',
): Promise<readonly ScriptResult[]> {
  return session.during('issuer-scripts', async () => {
    const results: ScriptResult[] = [];
    for (const [at, script] of scripts.entries()) {
      const over = results.at(-1)?.cut !== undefined;
      const result = await runScript(
        session,
        parse(script),
        `${when === 'before' ? '71' : '72'} ${at + 1}`,
        lost,
        over,
      );
      if (result.state !== PERFORMED_WELL) session.decide(FAILED[when], result.place);
      results.push({ when, result: encode(result), ...(result.cut && { cut: result.cut }) });
    }
    if (scripts.length > 0) session.decide(PERFORMED);
    return results;
  });
}

interface Ran {
  readonly state: number;
  /** Of the command that failed, from 1. */
  readonly sequence: number;
  readonly identifier: Uint8Array;
  readonly place: string;
  readonly cut?: SscardError;
}

async function runScript(
  session: Session,
  { identifier, commands }: Parsed,
  place: string,
  lost: 'throw' | 'keep',
  over: boolean,
): Promise<Ran> {
  if (commands === undefined || over) return { state: NOT_PERFORMED, sequence: 0, identifier, place };
  for (const [at, command] of commands.entries()) {
    const where = `${place} command ${at + 1}`;
    const failed = { state: PERFORMED_BADLY, sequence: at + 1, identifier, place: where };
    try {
      const { sw } = await session.send(command, where);
      if (!SUCCESS.has(sw >> 8)) return failed;
    } catch (error) {
      if (lost === 'throw' || !(error instanceof SscardError)) throw error;
      return { ...failed, cut: error };
    }
  }
  return { state: PERFORMED_WELL, sequence: 0, identifier, place };
}

/** Five bytes: how it went and where, and the script's identifier (E3 10.10). */
function encode({ state, sequence, identifier }: Ran): Uint8Array {
  return concat([Uint8Array.of(state | Math.min(sequence, 0x0f)), identifier]);
}

function parse({ value, size }: Script): Parsed {
  const objects = readFlat(value);
  const named = objects?.find(({ tag }) => tag === IDENTIFIER)?.value;
  const identifier = named?.length === 4 ? named : new Uint8Array(4);
  const rest = objects?.filter(({ tag }) => tag !== IDENTIFIER) ?? [];
  const whole = objects !== undefined && size <= MOST_BYTES && (named === undefined || named.length === 4);
  const commands =
    whole && rest.length > 0 && rest.every(({ tag }) => tag === COMMAND) ? readCommands(rest) : undefined;
  return { identifier, commands };
}

function readCommands(objects: readonly { readonly value: Uint8Array }[]): CommandApdu[] | undefined {
  try {
    return objects.map(({ value }) => decodeCommand(value));
  } catch (error) {
    // The issuer's mistake, not ours.
    if (error instanceof SscardError) return undefined;
    throw error;
  }
}
