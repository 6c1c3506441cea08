import { concat, toHex } from '../../apdu/bytes.ts';
import { SscardError } from '../../apdu/errors.ts';
import type { Waiting } from '../../drivers/reader.ts';
import type { HsmAdapter, HsmOperation, HsmStep, HsmSubject } from './hsm-adapter.ts';
import { bytesOf, resultOf, stepOf } from './hsm-answer.ts';
import { sealPin } from './hsm-pin.ts';
import type {
  CardIdentity,
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
} from './provider.ts';

/** The only key of internal authentication; it can do nothing else (social-security-card.md 6.1). */
const INTERNAL = 'IRK';

/**
 * Keys in a security module behind a network service (social-security-card.md 7.4, driver-api.md 4.2 to 4.4). Each verb
 * is one step, a new PIN two; each is sent once, and every member of the answer is checked.
 * @param adapter belongs to the provider, which closes it
 * @param terminal what the site calls this terminal, where no PSAM says it
 * @example hsmProvider(httpsKeyService({ url: 'https://keys.example', ca, cert, key }))
 */
export function hsmProvider(adapter: HsmAdapter, terminal?: Partial<TerminalNumbers>): KeyProvider {
  return new HsmProvider(adapter, { terminalNumber: null, terminalDeviceNumber: null, ...terminal });
}

class HsmProvider implements KeyProvider {
  readonly kind = 'hsm';
  readonly #adapter: HsmAdapter;
  readonly #terminal: TerminalNumbers;
  /** Of the purchase authorised last, until it is confirmed. */
  #transaction: string | undefined;

  constructor(adapter: HsmAdapter, terminal: TerminalNumbers) {
    this.#adapter = adapter;
    this.#terminal = terminal;
  }

  async terminal(): Promise<TerminalNumbers> {
    return this.#terminal;
  }

  cryptogram(request: CryptogramRequest, waiting: Waiting = {}): Promise<KeyAnswer<Uint8Array>> {
    const operation = request.key.name === INTERNAL ? 'internal-authentication' : 'external-authentication';
    const data = { factor: toHex(request.challenge), data: toHex(request.data) };
    return this.#send({ operation, subject: subjectOf(request), data }, waiting, (answer) => {
      return bytesOf(operation, answer, { cryptogram: 8 }).cryptogram;
    });
  }

  commandMac(request: MacRequest, waiting: Waiting = {}): Promise<KeyAnswer<Uint8Array>> {
    const operation = 'command-mac';
    return this.#send({ operation, subject: subjectOf(request), data: commandOf(request) }, waiting, (answer) => {
      return bytesOf(operation, answer, { mac: 4 }).mac;
    });
  }

  /** The PIN leaves this process enciphered under a one-time key of the service. Used, it goes to no other provider. */
  async protectPin(request: ProtectPinRequest, waiting: Waiting = {}): Promise<KeyAnswer<ProtectedPin>> {
    const { card, challenge, header, pin } = request;
    try {
      const key = await this.#send({ operation: 'pin-key', data: {} }, waiting, pinKeyOf);
      if (key.kind === 'unavailable') return key;
      const sealed = await sealPin(pin, key.value, concat([card.factor, challenge, header]));
      const step: HsmStep = {
        operation: 'protect-pin',
        subject: subjectOf(request),
        data: { ...commandOf(request), pin: sealed },
      };
      const answer = await this.#send(step, waiting, (members) => {
        return bytesOf('protect-pin', members, { enciphered: card.rule === '3DES' ? 8 : 16, mac: 4 });
      });
      if (answer.kind === 'unavailable') throw refusedLate(answer.reason);
      return answer;
    } catch (error) {
      pin.wipe();
      throw error;
    }
  }

  authoriseLoad(request: LoadRequest, waiting: Waiting = {}): Promise<KeyAnswer<LoadAuthorisation | null>> {
    const operation = 'authorise-load';
    const data = { ...purseOf(request), oldBalance: hexOf(request.oldBalance, 4), mac1: toHex(request.mac1) };
    return this.#send({ operation, subject: subjectOf(request), data }, waiting, (answer) => {
      if (resultOf(operation, answer, ['authorised', 'mac1-wrong']) === 'authorised')
        return bytesOf(operation, answer, { date: 4, time: 3, mac2: 4 }, ['result']);
      bytesOf(operation, answer, {}, ['result']);
      return null;
    });
  }

  async authorisePurchase(request: PurchaseRequest, waiting: Waiting = {}): Promise<KeyAnswer<PurchaseAuthorisation>> {
    this.#transaction = undefined;
    const operation = 'authorise-purchase';
    const { selfPaid, pooled, date, time } = request;
    const books = { selfPaid: hexOf(selfPaid, 4), pooled: hexOf(pooled, 4), date: toHex(date), time: toHex(time) };
    const data = { ...purseOf(request), ...books };
    return this.#send({ operation, subject: subjectOf(request), data }, waiting, (answer) => {
      const { transaction, ...purchase } = bytesOf(operation, answer, { transaction: 16, terminalSerial: 4, mac1: 4 });
      this.#transaction = toHex(transaction);
      return purchase;
    });
  }

  /** @throws RangeError when no purchase was authorised here before: a fault of the program */
  async confirmPurchase(mac2: Uint8Array, waiting: Waiting = {}): Promise<KeyAnswer<boolean>> {
    const transaction = this.#transaction;
    if (transaction === undefined) throw new RangeError('no purchase was authorised');
    this.#transaction = undefined;
    const data = { transaction, mac2: toHex(mac2) };
    return this.#send({ operation: 'confirm-purchase', data }, waiting, (answer) =>
      isRight('confirm-purchase', answer),
    );
  }

  checkTac(request: TacRequest, waiting: Waiting = {}): Promise<KeyAnswer<boolean>> {
    const data = { data: toHex(request.data), tac: toHex(request.tac) };
    return this.#send({ operation: 'check-tac', subject: subjectOf(request), data }, waiting, (answer) =>
      isRight('check-tac', answer),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#adapter[Symbol.asyncDispose]();
  }

  async #send<T>(
    step: HsmStep,
    waiting: Waiting,
    read: (answer: Readonly<Record<string, unknown>>) => T,
  ): Promise<KeyAnswer<T>> {
    const answer = await this.#adapter.send(step, waiting);
    return answer.kind === 'done' ? { kind: 'done', value: read(answer.value) } : answer;
  }
}

function subjectOf({ card, key }: { readonly card: CardIdentity; readonly key: KeyReference }): HsmSubject {
  const { rule, city, factor, resetInformation, cardIdentification } = card;
  return {
    ...(rule === '3DES' ? { algorithm: '01' } : { algorithm: '03', fill: rule === 'SM4' ? 'repeat' : 'zero' }),
    key: { directory: key.directory, name: key.name, address: key.hsm },
    card: { city, factor: toHex(factor), resetInformation, cardIdentification },
  };
}

function commandOf({ mac, challenge, header }: MacRequest) {
  return { mac, challenge: toHex(challenge), header: toHex(header) };
}

function purseOf({ random, serial, keyVersion, amount, type, terminal }: LoadRequest | PurchaseRequest) {
  return {
    random: toHex(random),
    serial: toHex(serial),
    keyVersion: hexOf(keyVersion, 1),
    amount: hexOf(amount, 4),
    type: hexOf(type, 1),
    terminal: toHex(terminal),
  };
}

function hexOf(number: number, bytes: number): string {
  return number
    .toString(16)
    .toUpperCase()
    .padStart(bytes * 2, '0');
}

function pinKeyOf(answer: Readonly<Record<string, unknown>>) {
  // The lifetime is the service's business: the key is used at once.
  return bytesOf('pin-key', answer, { id: 16, publicKey: 65 }, ['expiresIn']);
}

function isRight(operation: HsmOperation, answer: Readonly<Record<string, unknown>>): boolean {
  bytesOf(operation, answer, {}, ['result']);
  return resultOf(operation, answer, ['right', 'wrong']) === 'right';
}

/** No other provider can have the PIN any more. */
function refusedLate(reason: string): SscardError {
  const details = { step: stepOf('protect-pin'), place: reason, outcome: 'not-done' } as const;
  return new SscardError('key-service-refused', 'the service does not serve this key', details);
}
