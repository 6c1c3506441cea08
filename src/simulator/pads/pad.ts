import { Mischief, type Named } from '../units/mischief.ts';
import { Station } from '../units/station.ts';
import type { LineForm, Wire, WireDevice } from '../wire/wire.ts';
import { type Entered, Entry, type EntryRules } from './entry.ts';
import { type Key, Person, type PersonAct } from './person.ts';

/** Between two keys of a quick person, in ms. */
const PACE = 2;

/**
 * What a pad is to do wrong (readers.md 13).
 * - `silence`: a command is not heard. `no-answer`: it is obeyed, and nothing is said. `late-answer`: by so many milliseconds.
 * - `wrong-check`: the check of an answer is wrong.
 * - `battery`: the answer says that the battery is low. `keys-lost`: the pad has forgotten its keys, and says so.
 *   `tampered`: it was opened, has forgotten its keys, and obeys no more.
 * - `clear-digits`: the next entry shows the digits themselves on the wire, where stars are due.
 */
export type PadOrder =
  | Named<'silence' | 'no-answer' | 'wrong-check' | 'battery' | 'keys-lost' | 'tampered' | 'clear-digits'>
  | (Named<'late-answer'> & { readonly ms: number });

/** A pad from plug in to unplugging, as its line sees it. */
export interface PadLink {
  /** Bytes from the host. */
  receive(bytes: Uint8Array): void;
  /** What has begun is forgotten. */
  stop(): void;
}

/**
 * A PIN pad seen from its own side: its wire, the person in front of it, and what it is to do wrong. Plugged in again, it is as after
 * power on; its keys are kept.
 */
export abstract class EmulatedPad implements WireDevice {
  abstract readonly line: LineForm;
  protected readonly mischief = new Mischief<PadOrder>();
  readonly #person = new Person();
  #station: Station<PadOrder> | undefined;
  #link: PadLink | undefined;
  #entry: Entry | undefined;

  /** Power on. */
  protected abstract begin(station: Station<PadOrder>): PadLink;
  /** Power off: what was entered is forgotten. */
  protected abstract forget(): void;

  /** One after the other, for the entry that is open and the next ones. Without an act nobody touches a key. */
  act(...acts: readonly PersonAct[]): void {
    this.#person.act(...acts);
  }

  /** Misbehaviour on order. */
  misbehave(...orders: readonly PadOrder[]): void {
    this.mischief.order(...orders);
  }

  attach(wire: Wire): void {
    this.#station = new Station(wire, this.mischief);
    this.#link = this.begin(this.#station);
  }

  receive(bytes: Uint8Array): void {
    this.#link?.receive(bytes);
  }

  detach(): void {
    this.#link?.stop();
    this.#link = undefined;
    this.#station?.leave();
    this.endEntry();
    this.forget();
  }

  /** Bytes of a key, outside frames. */
  protected send(bytes: Uint8Array): void {
    this.#station?.send(bytes);
  }

  /** Lets the person type; an entry that is open ends. `done` is not called when the host ends this one. */
  protected ask(rules: EntryRules, pressed: (key: Key) => void, done: (entered: Entered) => void): void {
    this.endEntry();
    const entry = new Entry(rules);
    this.#entry = entry;
    void this.#station?.wait(1_000 * rules.seconds).then(() => entry.end('timed-out'));
    void this.#type(entry, pressed);
    void entry.done.then((entered) => {
      this.#person.leave();
      if (this.#entry === entry) done(entered);
    });
  }

  /** The host takes the entry back, if one is open. */
  protected endEntry(): void {
    const entry = this.#entry;
    this.#entry = undefined;
    entry?.end('cancelled');
  }

  async #type(entry: Entry, pressed: (key: Key) => void): Promise<void> {
    for await (const key of this.#person.keys(() => entry.open)) {
      await this.#station?.wait(PACE);
      if (entry.press(key)) pressed(key);
    }
  }
}
