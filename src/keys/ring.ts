import type { Waiting } from '../../drivers/reader.ts';
import type {
  CryptogramRequest,
  KeyAnswer,
  KeyProvider,
  KeyReference,
  LoadAuthorisation,
  LoadRequest,
  MacRequest,
  ProtectedPin,
  ProtectPinRequest,
  PurchaseAuthorisation,
  PurchaseRequest,
  TacRequest,
  TerminalNumbers,
  Unavailable,
} from './provider.ts';

/** What a key is wanted for. */
export type KeyUse = 'cryptogram' | 'mac' | 'pin' | 'load' | 'purchase' | 'tac';

/** Which provider served a key, and why not the one before it. Nothing secret. */
export interface KeyChoice {
  readonly directory: string;
  readonly key: string;
  readonly use: KeyUse;
  readonly provider: KeyProvider['kind'] | 'none';
  /** Why the one before did not serve; `undefined`: the first one did. With `none`: what the caller is told. */
  readonly because: Unavailable | undefined;
}

/** Who is told of what. */
export interface KeyRingOptions {
  /** Told of every choice, also when the chosen provider then fails. */
  readonly onChoice?: (choice: KeyChoice) => void;
}

/** What says least: another provider's reason is told rather than these. */
const VAGUE: readonly Unavailable[] = ['no-psam', 'not-offered'];

/**
 * Several providers as one. They are asked in their order, PSAM before HSM; the next one only when one says that it
 * cannot serve this key, as nothing is spent then (driver-api.md 4.5). An error ends the asking. With no provider every
 * answer is `no-psam`.
 * @param providers belong to the ring, which closes them
 * @example keyRing([psamProvider(open), hsmProvider(service)], { onChoice: note })
 */
export function keyRing(providers: readonly KeyProvider[], options: KeyRingOptions = {}): KeyProvider {
  return new KeyRing(providers, options.onChoice ?? (() => {}));
}

class KeyRing implements KeyProvider {
  readonly kind = 'ring';
  readonly #providers: readonly KeyProvider[];
  readonly #onChoice: (choice: KeyChoice) => void;
  /** Who authorised the last purchase: only there it can be confirmed. */
  #purchaser: KeyProvider | undefined;

  constructor(providers: readonly KeyProvider[], onChoice: (choice: KeyChoice) => void) {
    this.#providers = providers;
    this.#onChoice = onChoice;
  }

  async terminal(waiting: Waiting = {}): Promise<TerminalNumbers> {
    for (const provider of this.#providers) {
      const numbers = await provider.terminal(waiting);
      if (numbers.terminalNumber !== null) return numbers;
    }
    return { terminalNumber: null, terminalDeviceNumber: null };
  }

  cryptogram(request: CryptogramRequest, waiting: Waiting = {}): Promise<KeyAnswer<Uint8Array>> {
    return this.#ask('cryptogram', request.key, (provider) => provider.cryptogram(request, waiting));
  }

  commandMac(request: MacRequest, waiting: Waiting = {}): Promise<KeyAnswer<Uint8Array>> {
    return this.#ask('mac', request.key, (provider) => provider.commandMac(request, waiting));
  }

  async protectPin(request: ProtectPinRequest, waiting: Waiting = {}): Promise<KeyAnswer<ProtectedPin>> {
    try {
      return await this.#ask('pin', request.key, (provider) => provider.protectPin(request, waiting));
    } finally {
      request.pin.wipe();
    }
  }

  authoriseLoad(request: LoadRequest, waiting: Waiting = {}): Promise<KeyAnswer<LoadAuthorisation | null>> {
    return this.#ask('load', request.key, (provider) => provider.authoriseLoad(request, waiting));
  }

  authorisePurchase(request: PurchaseRequest, waiting: Waiting = {}): Promise<KeyAnswer<PurchaseAuthorisation>> {
    this.#purchaser = undefined;
    return this.#ask('purchase', request.key, async (provider) => {
      const answer = await provider.authorisePurchase(request, waiting);
      if (answer.kind === 'done') this.#purchaser = provider;
      return answer;
    });
  }

  /** @throws RangeError when no purchase was authorised before: a fault of the program */
  async confirmPurchase(mac2: Uint8Array, waiting: Waiting = {}): Promise<KeyAnswer<boolean>> {
    const purchaser = this.#purchaser;
    if (purchaser === undefined) throw new RangeError('no purchase was authorised');
    this.#purchaser = undefined;
    return purchaser.confirmPurchase(mac2, waiting);
  }

  checkTac(request: TacRequest, waiting: Waiting = {}): Promise<KeyAnswer<boolean>> {
    return this.#ask('tac', request.key, (provider) => provider.checkTac(request, waiting));
  }

  /** Closes all, also when one fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = await Promise.allSettled(this.#providers.map((provider) => provider[Symbol.asyncDispose]()));
    for (const one of closed) if (one.status === 'rejected') throw one.reason;
  }

  async #ask<T>(
    use: KeyUse,
    { directory, name: key }: KeyReference,
    ask: (provider: KeyProvider) => Promise<KeyAnswer<T>>,
  ): Promise<KeyAnswer<T>> {
    let because: Unavailable | undefined;
    const told: Unavailable[] = [];
    const chosen = (provider: KeyChoice['provider']) => this.#onChoice({ directory, key, use, provider, because });
    for (const provider of this.#providers) {
      const answer = await ask(provider).catch((error: unknown) => {
        chosen(provider.kind);
        throw error;
      });
      if (answer.kind === 'done') {
        chosen(provider.kind);
        return answer;
      }
      because = answer.reason;
      told.push(because);
    }
    because = told.findLast((reason) => !VAGUE.includes(reason)) ?? told.at(-1) ?? 'no-psam';
    chosen('none');
    return { kind: 'unavailable', reason: because };
  }
}
