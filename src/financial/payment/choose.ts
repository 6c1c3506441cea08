import { toHex } from '../../../apdu/bytes.ts';
import type { Line } from '../../../drivers/exchange.ts';
import type { Fci } from '../fci.ts';
import type { Decision, Rule } from '../rules.ts';
import { type Candidate, withoutConfirmation } from '../selection/candidate.ts';
import { buildCandidates } from '../selection/candidates.ts';
import { selectApplication } from '../selection/select.ts';
import type { StepRecord } from '../session.ts';
import type { Ask } from './conversation.ts';
import type { NotAccepted } from './outcome.ts';
import type { ApplicationChoice } from './pauses.ts';
import type { ApplicationParameters, TerminalConfig } from './terminal.ts';

/** An application that is selected, and what the acquirer lays down for it. */
export interface ChosenApplication {
  readonly candidate: Candidate;
  readonly parameters: ApplicationParameters;
  readonly fci: Fci;
}

const CHOSEN = { id: 'application-chosen', clause: 'E1 12.4', effect: 'note' } as const satisfies Rule;
const NOT_CONFIRMED = {
  id: 'application-not-confirmed',
  clause: 'E1 12.4',
  effect: 'leave-out',
} as const satisfies Rule;

/** The applications of one card: each is chosen at most once, and left out when it cannot be used (1.4, 1.5). */
export class ApplicationChooser {
  readonly #line: Line;
  readonly #terminal: TerminalConfig;
  readonly #ask: Ask;
  #left: readonly Candidate[] = [];
  #decisions: Decision[] = [];
  #again = false;
  #reason: NotAccepted['reason'] = 'no-application';

  constructor(line: Line, terminal: TerminalConfig, ask: Ask) {
    this.#line = line;
    this.#terminal = terminal;
    this.#ask = ask;
  }

  /** Of all that was decided since the last record. */
  takeRecord(): StepRecord {
    const decisions = this.#decisions;
    this.#decisions = [];
    return { step: 'select-application', decisions, tags: [], tvr: '0000000000', tsi: '0000' };
  }

  /** Why there is nothing left. */
  get reason(): NotAccepted['reason'] {
    return this.#reason;
  }

  /** Looks for what card and terminal have in common. */
  async search(): Promise<void> {
    const list = await buildCandidates(this.#line, this.#terminal.applications);
    this.#decisions.push(...list.decisions);
    if (list.kind === 'card-blocked') this.#reason = 'card-blocked';
    else {
      const { choosesApplication = true } = this.#terminal;
      this.#left = choosesApplication ? list.candidates : withoutConfirmation(list.candidates);
      if (list.blocked.length > 0) this.#reason = 'application-blocked';
    }
  }

  /** The next application that the card lets be selected; `undefined`: there is none left. */
  async next(): Promise<ChosenApplication | undefined> {
    for (let [first] = this.#left; first !== undefined; [first] = this.#left) {
      const candidate = await this.#choose(first);
      if (candidate === undefined) continue;
      const came = await selectApplication(this.#line, candidate);
      if (came.kind === 'selected') {
        this.#decisions.push({ rule: CHOSEN, place: toHex(candidate.aid) });
        return { candidate, parameters: this.#parametersOf(candidate), fci: came.fci };
      }
      this.#decisions.push(came.decision);
      this.#leaveOut(candidate, came.kind === 'blocked' ? 'application-blocked' : 'no-application');
    }
    return undefined;
  }

  /** 6985 to GET PROCESSING OPTIONS, which is decided there: choose again. */
  refuse(candidate: Candidate): void {
    this.#leaveOut(candidate, 'conditions-not-satisfied');
  }

  #leaveOut(candidate: Candidate, reason: NotAccepted['reason']): void {
    this.#left = this.#left.filter((one) => one !== candidate);
    this.#again = true;
    this.#reason = reason;
  }

  /** Who chooses among several has confirmed. */
  async #choose(first: Candidate): Promise<Candidate | undefined> {
    const { choosesApplication = true } = this.#terminal;
    const again = this.#again;
    if (!choosesApplication) return first;
    if (this.#left.length > 1) return this.#askWhich(again);
    if (!first.needsConfirmation) return first;
    const yes = await this.#ask<boolean>((resume) => ({
      kind: 'confirm-application',
      choice: choiceOf(first),
      again,
      confirm: resume,
    }));
    if (yes) return first;
    this.#decisions.push({ rule: NOT_CONFIRMED, place: toHex(first.aid) });
    this.#leaveOut(first, 'no-application');
    return undefined;
  }

  #askWhich(again: boolean): Promise<Candidate> {
    const choices = this.#left.map(choiceOf);
    const candidates = this.#left;
    return this.#ask<Candidate>((resume) => ({
      kind: 'choose-application',
      choices,
      again,
      choose: async (choice) => {
        const chosen = candidates[choices.indexOf(choice)];
        if (chosen === undefined) throw new RangeError('not one of the choices');
        return resume(chosen);
      },
    }));
  }

  #parametersOf({ application }: Candidate): ApplicationParameters {
    const parameters = this.#terminal.applications.find((one) => one === application);
    if (parameters === undefined) throw new RangeError('an application that this terminal does not have');
    return parameters;
  }
}

function choiceOf({ aid, label, preferredName, priority }: Candidate): ApplicationChoice {
  return { aid, name: preferredName ?? label ?? toHex(aid), priority };
}
