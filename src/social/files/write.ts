import { equalBytes } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { exchange, refused } from '../../../drivers/exchange.ts';
import { decodeItem } from '../codecs/item.ts';
import { type Denial, type Denied, denialOf } from '../denial.ts';
import type { Flow } from '../flow.ts';
import type { FileDescription } from '../profile/profile.ts';
import type { Step } from '../steps.ts';
import type { ItemState, Ledger } from './report.ts';
import { FileRight, type Refused } from './right.ts';
import type { WriteStep, WriteTarget } from './target.ts';

const DONE = 0x9000;
/** Not on this card: the file, the record. */
const NOT_THERE: readonly number[] = [0x6a82, 0x6a83];
const WRITES: readonly string[] = ['update-record', 'append-record', 'update-binary'] satisfies Step[];
/** After these nothing more is tried with the file. */
const FINAL: readonly Denial['reason'][] = ['key-refused', 'key-locked', 'pin-wrong', 'pin-blocked', 'no-directory'];

/** How an act with one target ended. */
type Ending = 'go-on' | 'stop' | Denial;

type StepState = Extract<ItemState, 'new' | 'old' | 'damaged' | 'unknown'>;

interface Written {
  readonly kind: 'written';
}

/**
 * Writes the targets in their order: looks, earns the right, writes, looks again. Nothing is written where the value
 * stands already. Ends at the first place that is left damaged or unknown; what is known goes to the ledger as it
 * becomes known.
 * @throws SscardError when the card is lost, says what no card may say, or a key provider fails
 */
export async function writeTargets(flow: Flow, targets: readonly WriteTarget[], ledger: Ledger): Promise<void> {
  for (const file of new Set(targets.map((target) => target.file))) {
    const here = targets.filter((target) => target.file === file);
    if ((await writeFile(flow, file, here, ledger)) === 'stop') return;
  }
}

/** A denial of the file goes for all that is left of it. */
async function writeFile(
  flow: Flow,
  file: FileDescription,
  targets: readonly WriteTarget[],
  ledger: Ledger,
): Promise<Ending> {
  const rights = { read: new FileRight(flow.rights, file.read), update: new FileRight(flow.rights, file.update) };
  let ending: Ending = file.update === 'never' ? { reason: 'never' } : 'go-on';
  if (ending === 'go-on' && !(await flow.rights.enter(file.directory))) ending = { reason: 'no-directory' };
  for (const target of targets) {
    if (typeof ending === 'object') ledger.note(target.indexes, { denial: ending });
    else ending = await new Writing(flow, rights, target, ledger).run();
    if (ending === 'stop') return 'stop';
  }
  return 'go-on';
}

interface Rights {
  readonly read: FileRight;
  readonly update: FileRight;
}

/** One target from the first look to the last. */
class Writing {
  readonly #flow: Flow;
  readonly #rights: Rights;
  readonly #target: WriteTarget;
  readonly #ledger: Ledger;

  constructor(flow: Flow, rights: Rights, target: WriteTarget, ledger: Ledger) {
    this.#flow = flow;
    this.#rights = rights;
    this.#target = target;
    this.#ledger = ledger;
  }

  async run(): Promise<Ending> {
    const target = this.#target;
    const answer = await target.look(this.#flow, this.#rights.read);
    if (answer.kind === 'refused') return this.#notThere(answer);
    if (answer.kind === 'denied') return this.#unseen(denialOf(answer));
    await this.#noteOld(answer.bytes);
    const wanted = target.wanted(answer.bytes);
    if (wanted === undefined) return this.#note('old', { denial: { reason: 'undescribed-layout' } });
    if (equalBytes(wanted, answer.bytes)) return this.#note('unchanged');
    return this.#write(target.steps(wanted, answer.bytes));
  }

  #notThere({ sw, where }: Refused): Ending {
    if (!NOT_THERE.includes(sw)) throw refused(sw, where);
    return this.#note('old', { sw });
  }

  /** What may not be read can be written all the same, where it is known whole. */
  async #unseen(denial: Denial): Promise<Ending> {
    if (FINAL.includes(denial.reason)) return this.#denied('old', denial);
    this.#ledger.note(this.#target.indexes, { old: 'unreadable' });
    const wanted = this.#target.wanted(undefined);
    if (wanted === undefined) return this.#note('old', { denial });
    return this.#write(this.#target.steps(wanted, undefined));
  }

  async #write(steps: readonly WriteStep[]): Promise<Ending> {
    for (const [at, step] of steps.entries()) {
      const whole = (state: StepState) => wholeState(state, at, steps.length);
      const answer = await this.#send(step, whole);
      if (answer.kind === 'denied') return this.#denied(whole('old'), denialOf(answer));
      const sw = answer.kind === 'refused' ? answer.sw : DONE;
      if (sw !== DONE) this.#ledger.note(this.#target.indexes, { sw });
      const state = await this.#lookAgain(step, sw, whole);
      if (state !== 'new') return this.#note(whole(state));
    }
    return this.#note('new');
  }

  /** An answer that was lost tells nothing; a command that never left has changed nothing. */
  async #send(step: WriteStep, whole: (state: StepState) => ItemState): Promise<Written | Refused | Denied> {
    const { command, where } = step;
    try {
      return await this.#rights.update.use<Written>(async () => {
        const { sw } = await exchange(this.#flow.line, command, where);
        return sw === DONE ? { kind: 'written' } : { kind: 'refused', sw, where };
      });
    } catch (error) {
      this.#note(whole(mayHaveReached(error) ? 'unknown' : 'old'));
      throw error;
    }
  }

  /** What stands there says more than the status word; where nobody may look, the status word has to do. */
  async #lookAgain(step: WriteStep, sw: number, whole: (state: StepState) => ItemState): Promise<StepState> {
    if (step.now === undefined) return sw === DONE ? 'new' : unseenState(sw);
    try {
      const answer = await step.look(this.#flow, this.#rights.read);
      if (answer.kind === 'refused') throw refused(answer.sw, answer.where);
      if (answer.kind === 'denied') return unseenState(sw);
      if (equalBytes(answer.bytes, step.wanted)) return 'new';
      return equalBytes(answer.bytes, step.now) ? 'old' : 'damaged';
    } catch (error) {
      this.#note(whole(unseenState(sw)));
      throw error;
    }
  }

  async #noteOld(bytes: Uint8Array): Promise<void> {
    const { item, indexes } = this.#target;
    if (item === null) return;
    this.#ledger.note(indexes, { old: await decodeItem(item, bytes, this.#flow.profile.coding) });
  }

  #denied(state: ItemState, denial: Denial): Ending {
    return this.#note(state, { denial }) === 'stop' ? 'stop' : denial;
  }

  #note(state: ItemState, more: { readonly denial?: Denial; readonly sw?: number } = {}): Ending {
    this.#ledger.note(this.#target.indexes, { state, ...more });
    return state === 'damaged' || state === 'unknown' ? 'stop' : 'go-on';
  }
}

/** What a file that is written in several steps is, after one of them. */
function wholeState(state: StepState, at: number, steps: number): ItemState {
  if (state === 'new' || state === 'damaged') return state;
  if (state === 'old') return at === 0 ? 'old' : 'damaged';
  return at === 0 || at === steps - 1 ? 'unknown' : 'damaged';
}

/** 67xx to 6Exx: the card refused before it did anything (ISO/IEC 7816-4, 5.1.3, checking errors). */
function unseenState(sw: number): StepState {
  return sw >= 0x6700 && sw <= 0x6eff ? 'old' : 'unknown';
}

function mayHaveReached(error: unknown): boolean {
  if (!(error instanceof SscardError)) return true;
  const { step = '', outcome } = error.details;
  return WRITES.includes(step) && outcome !== 'not-done';
}
