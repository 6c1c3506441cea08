import type { Line } from '../../drivers/exchange.ts';
import type { KeyProvider } from '../keys/provider.ts';
import { type Authentication, authenticate } from './authentication.ts';
import { type CardFacts, identityOf } from './card-facts.ts';
import { type Denial, denialOf, type Grant } from './denial.ts';
import { selectDirectory } from './directory.ts';
import { type PinOffer, presentPin } from './pin/present.ts';
import type { AccessRule, CardProfile, KeyDescription } from './profile/profile.ts';

const GRANTED: Grant = { kind: 'granted' };

/**
 * What has been earned on the card in one flow (6.4): rights of keys belong to the current directory, the PIN right to
 * the whole application. Each is earned once, and again only when the card dropped it. A refusal is final for the flow:
 * nobody tries a key or a PIN twice.
 */
export class Rights {
  readonly #line: Line;
  readonly #profile: CardProfile;
  readonly #facts: CardFacts;
  readonly #keys: KeyProvider | undefined;
  #directory = 'SSSE';
  /** `DF04 85`. */
  readonly #earned = new Set<string>();
  readonly #denied = new Map<string, Grant>();
  #pin: PinOffer | Grant | undefined;
  #used = false;

  constructor(line: Line, profile: CardProfile, facts: CardFacts, keys: KeyProvider | undefined) {
    this.#line = line;
    this.#profile = profile;
    this.#facts = facts;
    this.#keys = keys;
  }

  /** Whether a key or a PIN was presented: the card has to be reset before anybody else gets it. */
  get used(): boolean {
    return this.#used;
  }

  /** Why the PIN that was presented opened nothing: a key may have opened the file all the same. */
  get pinDenial(): Denial | undefined {
    const pin = this.#pin;
    return pin === undefined || isOffer(pin) || pin.kind === 'granted' ? undefined : denialOf(pin);
  }

  /** Current directory. */
  get directory(): string {
    return this.#directory;
  }

  /** The PIN that may be presented when a rule asks for it. It is presented at most once. */
  offerPin(offer: PinOffer | undefined): void {
    this.#pin = offer;
  }

  /** Makes a directory the current one; no command when it is. @returns false when the card does not have it */
  async enter(directory: string): Promise<boolean> {
    if (directory === this.#directory) return true;
    if (!this.#profile.security.rightsOutliveDirectory) this.#earned.clear();
    const there = await selectDirectory(this.#line, this.#profile, directory);
    this.#directory = there ? directory : 'SSSE';
    return there;
  }

  /** The card dropped a right that was earned: it may be earned once more. */
  dropKeys(): void {
    this.#earned.clear();
  }

  /**
   * Earns what a rule asks for in the current directory. Of alternatives: what is there already, then the PIN if one
   * was offered, then the keys in their order.
   * @throws SscardError what channel and key provider throw
   */
  async satisfy(rule: AccessRule): Promise<Grant> {
    if (rule === 'free') return GRANTED;
    if (rule === 'never') return { kind: 'denied', reason: 'never' };
    if (rule === 'pin') return this.#satisfyPin();
    if (typeof rule === 'string') return this.#satisfyKey(rule.slice('key:'.length));
    return 'anyOf' in rule ? this.#satisfyAny(rule.anyOf) : this.#satisfyAll(rule.allOf);
  }

  async #satisfyAny(rules: readonly AccessRule[]): Promise<Grant> {
    if (rules.some((rule) => this.#holds(rule))) return GRANTED;
    const offered = isOffer(this.#pin);
    const inOrder = rules.toSorted((a, b) => Number(b === 'pin' && offered) - Number(a === 'pin' && offered));
    let first: Grant | undefined;
    for (const rule of inOrder) {
      const grant = await this.satisfy(rule);
      if (grant.kind === 'granted') return grant;
      // What tells most is why the key did not serve; "a PIN is needed" stands for itself.
      if (first === undefined || (first.kind === 'denied' && first.reason === 'pin-needed')) first = grant;
    }
    return first ?? { kind: 'denied', reason: 'never' };
  }

  async #satisfyAll(rules: readonly AccessRule[]): Promise<Grant> {
    for (const rule of rules) {
      const grant = await this.satisfy(rule);
      if (grant.kind === 'denied') return grant;
    }
    return GRANTED;
  }

  #holds(rule: AccessRule): boolean {
    if (rule === 'pin') return this.#pin !== undefined && !isOffer(this.#pin) && this.#pin.kind === 'granted';
    return typeof rule === 'string' && this.#earned.has(this.#nameOf(rule.slice('key:'.length)));
  }

  async #satisfyPin(): Promise<Grant> {
    if (this.#pin === undefined) return { kind: 'denied', reason: 'pin-needed' };
    if (isOffer(this.#pin)) {
      const offer = this.#pin;
      // Whatever happens from here on, it is not offered again.
      this.#pin = { kind: 'denied', reason: 'pin-not-sent', why: 'cut' };
      this.#used = true;
      this.#pin = grantOf(await presentPin(this.#line, this.#profile, offer));
    }
    return this.#pin;
  }

  async #satisfyKey(id: string): Promise<Grant> {
    const name = this.#nameOf(id);
    if (this.#earned.has(name)) return GRANTED;
    const before = this.#denied.get(name);
    if (before !== undefined) return before;
    const grant = await this.#authenticate(id);
    if (grant.kind === 'granted') this.#earned.add(name);
    else this.#denied.set(name, grant);
    return grant;
  }

  async #authenticate(id: string): Promise<Grant> {
    const key = this.#profile.keys.find((one) => one.directory === this.#directory && one.id === id);
    if (key === undefined) throw new RangeError(`no key ${id} in ${this.#directory}`);
    if (this.#keys === undefined) return { kind: 'denied', reason: 'no-key', key: key.name, because: 'no-provider' };
    const card = identityOf(this.#facts, this.#profile);
    if (card === undefined) return { kind: 'denied', reason: 'card-unidentified' };
    this.#used = true;
    return keyGrant(key, await authenticate(this.#line, key, card, this.#keys));
  }

  #nameOf(id: string): string {
    return `${this.#directory} ${id}`;
  }
}

function isOffer(pin: PinOffer | Grant | undefined): pin is PinOffer {
  return pin !== undefined && 'pin' in pin;
}

function keyGrant({ name }: KeyDescription, came: Authentication): Grant {
  switch (came.kind) {
    case 'authenticated':
      return GRANTED;
    case 'no-key':
      return { kind: 'denied', reason: 'no-key', key: name, because: came.reason };
    case 'refused':
      return { kind: 'denied', reason: 'key-refused', key: name, triesLeft: came.triesLeft };
    case 'locked':
      return { kind: 'denied', reason: 'key-locked', key: name };
  }
}

function grantOf(came: Awaited<ReturnType<typeof presentPin>>): Grant {
  switch (came.kind) {
    case 'verified':
      return GRANTED;
    case 'wrong':
      return { kind: 'denied', reason: 'pin-wrong', triesLeft: came.triesLeft };
    case 'blocked':
      return { kind: 'denied', reason: 'pin-blocked' };
    case 'not-sent':
      return { kind: 'denied', reason: 'pin-not-sent', why: came.why };
    case 'unknown':
      return { kind: 'denied', reason: 'pin-not-sent', why: 'unknown' };
  }
}
