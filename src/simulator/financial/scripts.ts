import { equalInConstantTime } from '../../crypto/compare.ts';
import { scriptMac } from '../../crypto/emv-cryptograms.ts';
import type { Answer, LineCommand, Run } from '../command.ts';
import { atcBytes } from './contents.ts';
import { sessionKey } from './cryptogram.ts';
import { type AppletInTransaction, inPhase } from './session.ts';
import { storeState } from './state.ts';

const MAC = 4;
const MOST_COUNTED = 15;

/** What a script command does once its MAC was right. @param data without the MAC */
export interface ScriptCommand {
  /** The status word of a command that is wrong whoever sent it. */
  readonly refuse: (command: LineCommand, length: number) => number | undefined;
  readonly run: (applet: AppletInTransaction, command: LineCommand, data: Uint8Array) => Answer;
}

/**
 * A command of an issuer script (4.8): after the first cryptogram, with a MAC under the key of this transaction over
 * header, ATC, that cryptogram and data (7.5). What comes of it is told in the next transaction's CVR.
 */
export function scriptCommand(script: ScriptCommand): Run {
  return inPhase(['online', 'over'], (applet, command) => {
    const answer = proven(applet, script, command);
    remember(applet, answer.sw === 0x9000);
    return answer;
  });
}

function proven(applet: AppletInTransaction, script: ScriptCommand, command: LineCommand): Answer {
  const { header, data = new Uint8Array() } = command;
  const refused = script.refuse(command, data.length - MAC);
  if (refused !== undefined) return { sw: refused };
  const { contents, transaction } = applet;
  const { algorithm } = transaction.dataSet;
  const cryptogram = transaction.first?.cryptogram ?? new Uint8Array(8);
  const plain = data.slice(0, -MAC);
  const key = sessionKey(contents, algorithm, 'mac');
  const expected = scriptMac(algorithm, key, header, atcBytes(contents), cryptogram, plain);
  if (!equalInConstantTime(expected, data.subarray(-MAC))) return { sw: 0x6988 };
  return script.run(applet, command, plain);
}

/** CVR 4.8-5 counts those that succeeded after the last cryptogram; 4.4: one failed, before or after it. */
function remember(applet: AppletInTransaction, succeeded: boolean): void {
  const { transaction, contents } = applet;
  const { last } = contents.image.state;
  if (!succeeded) {
    transaction.scriptFailed = true;
    storeState(applet, { last: { ...last, scriptFailed: true } });
  } else if (transaction.phase === 'over') {
    storeState(applet, { last: { ...last, scripts: Math.min(last.scripts + 1, MOST_COUNTED) } });
  }
}
