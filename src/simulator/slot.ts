import { SscardError } from '../../apdu/errors.ts';
import type { Channel, Protocol, SlotState, WaitForCardOptions } from '../../drivers/reader.ts';
import { SimChannel } from './channel.ts';
import type { VirtualCard } from './readers.ts';

/** Whether a card or a PSAM is in, and how often it moved: a channel belongs to one insertion. */
export class Insertion {
  /** What loses its power when it is pulled, once it is known. */
  chip: VirtualCard | undefined;
  readonly #moved: () => void;
  /** Odd while it is in; every insertion and every removal adds one. */
  #moves: number;

  /** @param moved called after each move */
  constructor(inserted: boolean, moved: () => void) {
    this.#moves = inserted ? 1 : 0;
    this.#moved = moved;
  }

  get moves(): number {
    return this.#moves;
  }

  get filled(): boolean {
    return this.#moves % 2 === 1;
  }

  insert(): void {
    if (!this.filled) this.#move();
  }

  remove(): void {
    if (!this.filled) return;
    this.chip?.powerOff();
    this.#move();
  }

  #move(): void {
    this.#moves++;
    this.#moved();
  }
}

/** What a slot is called and takes. */
export type SlotFacts = Required<Pick<SlotState, 'name' | 'kind' | 'interface'>>;

/** One slot of the simulated unit, and the channel that is open to what is in it. */
export class SimSlot {
  readonly facts: SlotFacts;
  readonly insertion: Insertion;
  readonly #card: VirtualCard | undefined;
  #open: { readonly channel: SimChannel; readonly moves: number } | undefined;

  /** @param card undefined: nothing ever goes in here */
  constructor(facts: SlotFacts, card: VirtualCard | undefined, insertion: Insertion) {
    this.facts = facts;
    this.#card = card;
    this.insertion = insertion;
  }

  get protocol(): Protocol {
    return this.facts.interface === 'contactless' ? 'T=1' : 'T=0';
  }

  get filled(): boolean {
    return this.#card !== undefined && this.insertion.filled;
  }

  /** @param filled as it is now, or as it was at a past move */
  state(filled = this.filled): SlotState {
    if (!filled || this.#card === undefined) return { ...this.facts, state: 'empty' };
    const inUse = this.#inUse ? { inUse: 'exclusive' as const } : {};
    return { ...this.facts, state: 'present', atr: this.#card.atr, ...inUse };
  }

  get #inUse(): boolean {
    return this.#open?.moves === this.insertion.moves;
  }

  /** @throws SscardError `card-in-use`, `no-card` */
  connect(): Channel {
    if (this.#inUse) throw new SscardError('card-in-use', 'a channel to this card is open');
    if (this.#card === undefined) throw new SscardError('no-card', 'this slot is empty');
    const { moves } = this.insertion;
    const present = () => this.insertion.moves === moves;
    const channel: SimChannel = new SimChannel({
      name: this.facts.name,
      card: this.#card,
      protocol: this.protocol,
      present,
      remove: () => {
        if (present()) this.insertion.remove();
      },
      released: () => {
        if (this.#open?.channel === channel) this.#open = undefined;
      },
    });
    this.#open = { channel, moves };
    return channel;
  }

  /** The card is opened over its other interface: it has one set of rights, and the reset takes them. */
  interrupt(): void {
    this.#open?.channel.interrupt();
    this.#open = undefined;
  }

  async close(): Promise<void> {
    await this.#open?.channel.close();
  }
}

/**
 * The slots a caller means, the contact slot first. By default all but the SAM slot; a whole name means that slot, a part
 * of one the slots for cards that have it, and the SAM slot only where none of them has.
 * @throws SscardError `reader-not-found`, `card-unresponsive` (no slot speaks a wanted protocol)
 */
export function chooseSlots(slots: readonly SimSlot[], options: WaitForCardOptions): readonly SimSlot[] {
  const { reader, except = [], interface: face = 'auto', protocols } = options;
  const open = slots
    .filter(({ facts }) => !except.includes(facts.name))
    .filter(({ facts }) => face === 'auto' || facts.interface === face);
  const meant = named(open, reader);
  if (meant.length === 0) {
    const choices = slots.map(({ facts }) => facts.name);
    throw new SscardError('reader-not-found', 'no simulated slot of that name or interface', { choices });
  }
  const speaking = meant.filter(({ protocol }) => protocols === undefined || protocols.includes(protocol));
  if (speaking.length === 0) throw new SscardError('card-unresponsive', 'the card does not speak that protocol');
  return speaking;
}

function named(slots: readonly SimSlot[], reader: string | undefined): readonly SimSlot[] {
  const exact = slots.filter(({ facts }) => facts.name === reader);
  if (exact.length > 0) return exact;
  const part = slots.filter(({ facts }) => facts.name.toLowerCase().includes(reader?.toLowerCase() ?? ''));
  const cards = part.filter(({ facts }) => facts.kind === 'card');
  return cards.length > 0 || reader === undefined ? cards : part;
}
