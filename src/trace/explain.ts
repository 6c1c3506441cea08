import { toHex } from '../../apdu/bytes.ts';
import type { Transcript } from '../../drivers/replay/transcript.ts';
import { detection } from '../social/profile/load.ts';
import type { CardProfile, Generation } from '../social/profile/profile.ts';
import { commandName } from './command-names.ts';
import { dataOfCommand, isAccepted, statusOf } from './exchange-parts.ts';
import { BankWalk } from './explain-bank.ts';
import { SocialWalk } from './explain-social.ts';
import type { Explained, ExplainedExchange, Walk } from './explained.ts';
import { isPaymentName } from './mask-bank.ts';
import type { MaskedBytes } from './masked-bytes.ts';

/**
 * Explains a transcript by the description of the card and by the dictionary of the financial application. Give it a
 * masked transcript: what is shown is what the transcript shows.
 * @param profile the whole profile, overlays applied
 * @example explainTranscript(maskTranscript(parseTranscript(text)), profile)
 */
export function explainTranscript({ steps }: Transcript, profile: CardProfile): Explained[] {
  const walk = new CardWalk(profile);
  const explained: Explained[] = [];
  let open: { readonly bytes: MaskedBytes; readonly line: number } | undefined;
  const finish = (answer?: MaskedBytes, event?: string) => {
    if (open !== undefined)
      explained.push({ line: open.line, ...walk.exchange(open.bytes, answer), ...(event && { event }) });
    open = undefined;
  };
  for (const step of steps) {
    if (step.kind === 'command') open = step;
    else if (step.kind === 'answer') finish(step.bytes);
    else {
      finish(undefined, step.kind === 'event' ? step.event : undefined);
      walk.reset();
    }
  }
  finish();
  return explained;
}

/** The generation that a transcript shows: the answer to 规范版本, free on every card. */
export function generationIn({ steps }: Transcript): Generation | undefined {
  for (const step of steps) {
    if (step.kind !== 'answer' || toHex(step.bytes.bytes.subarray(0, 2)) !== '0304') continue;
    const generation = detection.generations[String.fromCharCode(step.bytes.bytes[2] ?? 0)];
    if (generation !== undefined) return generation;
  }
  return undefined;
}

/** Follows which application is selected, and leaves its exchanges to it. */
class CardWalk {
  readonly #social: SocialWalk;
  #bank: BankWalk | undefined;

  constructor(profile: CardProfile) {
    this.#social = new SocialWalk(profile);
  }

  reset(): void {
    this.#social.reset();
    this.#bank = undefined;
  }

  exchange(command: MaskedBytes, answer: MaskedBytes | undefined): ExplainedExchange {
    if (commandName(command) !== 'select') return this.#selected.exchange(command, answer);
    const bank = isSelectOfPayment(command) ? new BankWalk(dataOfCommand(command).bytes) : undefined;
    const explained = (bank ?? this.#social).exchange(command, answer);
    if (!isAccepted(statusOf(answer))) return explained;
    if (bank !== undefined) this.#social.reset();
    this.#bank = bank;
    return explained;
  }

  get #selected(): Walk {
    return this.#bank ?? this.#social;
  }
}

function isSelectOfPayment(command: MaskedBytes): boolean {
  return command.bytes[2] === 0x04 && isPaymentName(dataOfCommand(command).bytes);
}
