import { fromHex, toHex } from '../../apdu/bytes.ts';
import { SscardError } from '../../apdu/errors.ts';
import { platformRandom, type RandomBytes } from '../crypto/random.ts';
import {
  type Answer,
  type CardCore,
  type CommandRule,
  type CommandRules,
  inSocial,
  lineCommand,
  type Session,
} from './command.ts';
import { authenticationCommands } from './commands-authentication.ts';
import { blockCommands } from './commands-block.ts';
import { fileCommands } from './commands-file.ts';
import { pinCommands } from './commands-pin.ts';
import { pinResetCommands } from './commands-pin-reset.ts';
import { selectCommands } from './commands-select.ts';
import { contactlessAtr } from './contactless.ts';
import { blockOf, type Contents, closeImage, openImage } from './contents.ts';
import { financialCommands } from './financial/applet.ts';
import type { CardImage } from './image.ts';
import { CardMemory, PowerCut } from './memory.ts';
import { purseCommands } from './purse.ts';

const commands: CommandRules = {
  ...selectCommands,
  ...fileCommands,
  ...authenticationCommands,
  ...pinCommands,
  ...pinResetCommands,
  ...blockCommands,
};
/** CARD BLOCK, APPLICATION UNBLOCK, APPLICATION BLOCK, reload and unblock of the PIN: never in the clear (10). */
const secureInstructions: ReadonlySet<number> = new Set([0x16, 0x18, 0x1e, 0x24]);

/** Where a card stores, how it loses power, and where its challenges come from. */
export interface SimulatedCardOptions {
  /** Source of challenges. Default: the platform's random numbers. */
  readonly random?: RandomBytes;
  /** Called after each write to the card's memory, before the card goes on. What it throws, `process` throws. */
  readonly save?: (image: CardImage) => void;
  /** True: a write that loses power keeps the bytes stored so far. False (default): whole or not at all. */
  readonly tears?: boolean;
}

/**
 * The card's side of the contact plate: a T=0 social security card, at the level of one header with its data.
 * Answers with data for a command that brought data wait for GET RESPONSE (61xx); a wrong Le is answered with 6Cxx.
 * @example
 * const card = new SimulatedCard(image);
 * card.powerOn();
 * card.process(fromHex('00A404000F7378312E73682EC9E7BBE1B1A3D5CF'));
 */
export class SimulatedCard {
  readonly atr: Uint8Array;
  /** What a PC/SC reader builds from the answer to select; undefined where the card has no contactless side (chapter 1). */
  readonly contactlessAtr: Uint8Array | undefined;
  readonly #contents: Contents;
  readonly #memory: CardMemory;
  readonly #random: RandomBytes;
  readonly #rules: CommandRules;
  #core: CardCore | undefined;

  /** The card has no power yet. @throws SscardError `hex-malformed` in a damaged image */
  constructor(image: CardImage, options: SimulatedCardOptions = {}) {
    const { save } = options;
    this.atr = fromHex(image.atr);
    this.contactlessAtr = image.generation === '3.0' ? contactlessAtr(this.atr) : undefined;
    this.#contents = openImage(image);
    this.#rules = image.purse === undefined ? commands : { ...commands, ...purseCommands };
    this.#random = options.random ?? platformRandom;
    this.#memory = new CardMemory(options.tears ?? false, () => save?.(this.image()));
  }

  /** Starts the card anew, as the reader does before it reads the answer to reset. */
  powerOn(): void {
    this.reset();
  }

  /** Drops challenge, current file, rights and pending response; counters, blocks and data stay (10). */
  powerOff(): void {
    this.#core = undefined;
  }

  /** The reset line only; for this card the same as a power cycle. */
  reset(): void {
    const session: Session = { pinVerified: false, rights: new Set() };
    this.#core = { contents: this.#contents, memory: this.#memory, random: this.#random, session };
  }

  /** What is stored now, keys and PIN included. */
  image(): CardImage {
    return closeImage(this.#contents);
  }

  /** Fault on order: in the next command, power lasts for `bytes` more bytes of storage, and not until the answer. */
  cutPowerAfter(bytes: number): void {
    this.#memory.cutAfter(bytes);
  }

  /**
   * One command, one answer: data and status word, 2 to 258 bytes.
   * @param command header of four or five bytes, then the data that P3 announces. A trailing Le is not looked at: on
   * the T=0 line it does not exist.
   * @throws SscardError `card-mute` without power, `card-removed` (outcome `unknown`) when power is cut on order
   */
  process(command: Uint8Array): Uint8Array {
    const core = this.#core;
    if (core === undefined) throw new SscardError('card-mute', 'the card has no power', { outcome: 'not-done' });
    try {
      const rules = core.session.financial === undefined ? this.#rules : financialCommands;
      const { sw, data } = answer(core, rules, command);
      this.#memory.settle();
      return Uint8Array.from([...(data ?? []), sw >> 8, sw & 0xff]);
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      this.powerOff();
      throw new SscardError('card-removed', 'power was cut on order', { outcome: 'unknown' }, { cause: error });
    }
  }
}

function answer(core: CardCore, rules: CommandRules, bytes: Uint8Array): Answer {
  const [cla, ins] = bytes;
  const name = toHex(bytes.subarray(0, 2));
  const rule = rules[name];
  // Any other command drops what waits for GET RESPONSE (4), and a transaction that was begun.
  if (name !== '00C0') {
    delete core.session.pending;
    if (!rule?.endsTransaction) delete core.session.begun;
  }
  if (cla === undefined || ins === undefined || bytes.length < 4) return { sw: 0x6700 };
  if (cla === 0x00 && secureInstructions.has(ins)) return { sw: 0x6988 };
  if (rule === undefined) return { sw: unknown(rules, name) };
  const command = lineCommand(bytes, rule.form);
  if (command === undefined) return { sw: 0x6700 };
  return refusedByBlock(core, rule) ?? rule.run(core, command);
}

/** An instruction the card has in another class only: the class is wrong (10). */
function unknown(rules: CommandRules, name: string): number {
  const [cla, ins] = [name.slice(0, 2), name.slice(2)];
  const names = Object.keys(rules);
  const known = names.some((other) => other.startsWith(cla)) && !names.some((other) => other.endsWith(ins));
  return known ? 0x6d00 : 0x6e00;
}

/** What a blocked application or card still does: little, or nothing but telling so (5, after the table). */
function refusedByBlock({ contents, session }: CardCore, { whileBlocked }: CommandRule): Answer | undefined {
  const block = blockOf(contents);
  if (block === 'none' || !inSocial(session) || whileBlocked === 'always') return undefined;
  if (block !== 'temporary') return { sw: 0x9303 };
  return whileBlocked === 'temporary' ? undefined : { sw: 0x6985 };
}
