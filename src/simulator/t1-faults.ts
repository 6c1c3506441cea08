import { SscardError } from '../../apdu/errors.ts';
import { checkOf, type T1Check } from './t1-check.ts';

/**
 * What befalls a card behind T=1, on order. Blocks of either side, commands, and parts of chains are counted from 1, from the first
 * answer to reset on; what has struck its number of times never strikes again.
 */
export type T1CardFault =
  /** The check of the card's block `block` is wrong; it does not come at all; its number is the other one. `times`: those after it, too. */
  | { readonly kind: 'wrong-check' | 'lost' | 'wrong-number'; readonly block: number; readonly times?: number }
  /** Something else comes in place of the card's block `block`. */
  | { readonly kind: 'instead'; readonly block: number; readonly bytes: Uint8Array; readonly times?: number }
  /** The terminal's block `block` is not heard. */
  | { readonly kind: 'unheard'; readonly block: number }
  /** Before the card answers command `command` it asks for more time, so many times. */
  | { readonly kind: 'more-time'; readonly command: number; readonly times: number; readonly factor?: number }
  /** Before the card answers command `command` it says how long blocks to it may be. */
  | { readonly kind: 'new-size'; readonly command: number; readonly size: number }
  /** The card works command `command` off, and says nothing more until it is reset. */
  | { readonly kind: 'silence'; readonly command: number }
  /** Aborts the terminal's chain at its part `part`; then answers 6F00. */
  | { readonly kind: 'abort'; readonly part: number };

type Kind = T1CardFault['kind'];

/** The orders, and how far they have been carried out. */
export class T1Faults {
  readonly #orders: readonly T1CardFault[];
  readonly #struck = new Map<T1CardFault, number>();
  #heard = 0;
  #said = 0;
  #commands = 0;
  #parts = 0;

  constructor(orders: readonly T1CardFault[]) {
    this.#orders = orders;
  }

  /** A block comes from the terminal. @returns whether the card hears it */
  heard(): boolean {
    this.#heard++;
    return this.#of('unheard').every(({ block }) => block !== this.#heard);
  }

  /** Part of a command. @returns whether the card breaks it off */
  aborts(): boolean {
    this.#parts++;
    return this.#of('abort').some(({ part }) => part === this.#parts);
  }

  /** A whole command. @returns the requests of the card before its answer; undefined: there will be no answer */
  requests(): readonly T1Request[] | undefined {
    this.#commands++;
    const now = <T extends { readonly command: number }>({ command }: T) => command === this.#commands;
    if (this.#of('silence').some(now)) return undefined;
    const times = this.#of('more-time').filter(now);
    const sizes = this.#of('new-size').filter(now);
    return [
      ...times.flatMap((order) =>
        Array.from({ length: order.times }, () => ({ kind: 'time', value: order.factor ?? 1 }) as const),
      ),
      ...sizes.map(({ size }) => ({ kind: 'size', value: size }) as const),
    ];
  }

  /** The card's block on its way to the terminal. @throws SscardError `card-mute`: it got lost */
  deliver(block: Uint8Array, check: T1Check): Uint8Array {
    this.#said++;
    const order = this.#orders.find((one) => this.#strikes(one));
    switch (order?.kind) {
      case 'lost':
        throw silence();
      case 'instead':
        return order.bytes;
      case 'wrong-check':
        return block.with(block.length - 1, (block.at(-1) as number) ^ 0x40);
      case 'wrong-number':
        return renumbered(block, check);
      default:
        return block;
    }
  }

  #of<K extends Kind>(kind: K): readonly Extract<T1CardFault, { kind: K }>[] {
    return this.#orders.filter((order): order is Extract<T1CardFault, { kind: K }> => order.kind === kind);
  }

  #strikes(order: T1CardFault): boolean {
    if (!('block' in order) || order.kind === 'unheard' || this.#said < order.block) return false;
    const before = this.#struck.get(order) ?? 0;
    if (before >= (order.times ?? 1)) return false;
    this.#struck.set(order, before + 1);
    return true;
  }
}

/** What a card asks its terminal for before it answers. */
export interface T1Request {
  readonly kind: 'time' | 'size';
  readonly value: number;
}

/** The terminal hears nothing; how long that takes is the reader's business. */
export function silence(): SscardError {
  return new SscardError('card-mute', 'nothing comes, on order', { outcome: 'unknown' });
}

/** The same block with the other number, and a right check; S-blocks have no number. */
function renumbered(block: Uint8Array, check: T1Check): Uint8Array {
  const control = block[1] as number;
  const bit = control < 0x80 ? 0x40 : control < 0xc0 ? 0x10 : 0;
  const other = block.with(1, control ^ bit);
  const right = checkOf(other.subarray(0, 3 + (other[2] as number)), check);
  other.set(right, other.length - right.length);
  return other;
}
