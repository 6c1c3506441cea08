import type { Waiting } from '../../drivers/reader.ts';
import type {
  CryptogramRequest,
  KeyAnswer,
  KeyProvider,
  LoadAuthorisation,
  LoadRequest,
  MacRequest,
  ProtectedPin,
  ProtectPinRequest,
  PurchaseAuthorisation,
  PurchaseRequest,
  TacRequest,
  TerminalNumbers,
} from '../keys/provider.ts';

interface LazyKeysOptions {
  readonly open: () => Promise<KeyProvider>;
  /** Whether the number of the terminal is worth opening the provider. */
  readonly tellsTerminal: boolean;
  /** Readers of its own: closed last. */
  readonly readers?: AsyncDisposable;
}

/** A provider that is opened when a key is asked for: most readings need none. */
export class LazyKeys implements KeyProvider {
  readonly kind = 'ring';
  readonly #options: LazyKeysOptions;
  #provider: Promise<KeyProvider> | undefined;

  constructor(options: LazyKeysOptions) {
    this.#options = options;
  }

  async terminal(waiting?: Waiting): Promise<TerminalNumbers> {
    if (!this.#options.tellsTerminal) return { terminalNumber: null, terminalDeviceNumber: null };
    return (await this.#opened()).terminal(waiting);
  }

  async cryptogram(request: CryptogramRequest, waiting?: Waiting): Promise<KeyAnswer<Uint8Array>> {
    return (await this.#opened()).cryptogram(request, waiting);
  }

  async commandMac(request: MacRequest, waiting?: Waiting): Promise<KeyAnswer<Uint8Array>> {
    return (await this.#opened()).commandMac(request, waiting);
  }

  async protectPin(request: ProtectPinRequest, waiting?: Waiting): Promise<KeyAnswer<ProtectedPin>> {
    return (await this.#opened()).protectPin(request, waiting);
  }

  async authoriseLoad(request: LoadRequest, waiting?: Waiting): Promise<KeyAnswer<LoadAuthorisation | null>> {
    return (await this.#opened()).authoriseLoad(request, waiting);
  }

  async authorisePurchase(request: PurchaseRequest, waiting?: Waiting): Promise<KeyAnswer<PurchaseAuthorisation>> {
    return (await this.#opened()).authorisePurchase(request, waiting);
  }

  async confirmPurchase(mac2: Uint8Array, waiting?: Waiting): Promise<KeyAnswer<boolean>> {
    return (await this.#opened()).confirmPurchase(mac2, waiting);
  }

  async checkTac(request: TacRequest, waiting?: Waiting): Promise<KeyAnswer<boolean>> {
    return (await this.#opened()).checkTac(request, waiting);
  }

  /** The act is over: what fails here takes nothing of it back. */
  async [Symbol.asyncDispose](): Promise<void> {
    const provider = await this.#provider?.catch(() => undefined);
    for (const one of [provider, this.#options.readers]) {
      try {
        await one?.[Symbol.asyncDispose]();
      } catch {}
    }
  }

  #opened(): Promise<KeyProvider> {
    this.#provider ??= this.#options.open();
    return this.#provider;
  }
}
