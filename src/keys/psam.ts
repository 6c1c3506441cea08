import { concat } from '../../apdu/bytes.ts';
import type { Waiting } from '../../drivers/reader.ts';
import { factorsOf, levelsOf } from './factors.ts';
import { withPinBlock } from './pin-block.ts';
import type {
  AuthenticationRule,
  CardIdentity,
  CryptogramRequest,
  KeyAnswer,
  KeyProvider,
  KeyReference,
  MacRequest,
  ProtectedPin,
  ProtectPinRequest,
  PurchaseAuthorisation,
  PurchaseRequest,
  TerminalNumbers,
  Unavailable,
} from './provider.ts';
import { type OpenPsam, PsamConnection } from './psam-connection.ts';
import { PsamKey } from './psam-key.ts';
import { BLOCK, type Cipher, type PsamStructure, USUAL_STRUCTURE } from './psam-session.ts';

/** DPK stands in no list of PSAM keys, as `80 70` does not name it: taken for a national key (ASSUMED). */
const PURCHASE_LEVELS = 3;

/**
 * Keys in a PSAM (social-security-card.md 7.1 to 7.3). It holds a channel and no key. Requests are served one at a time,
 * each in one transaction, so that nothing comes between a derivation and its use. `waiting.timeout` counts for each
 * command, default 20,000 ms. After an abort or a deadline the next request connects anew.
 *
 * ASSUMED, as no public source shows a PSAM with SM4: the same commands with blocks and initial values of sixteen bytes
 * (6.4, 6.5). `not-offered`: a MAC in the manner of PBOC, which needs the key without a challenge, while the last factor
 * of a derivation always is one (7.2); load and TAC, for which a PSAM has no command.
 * @param open gives a channel of its own to the provider, which closes it with a reset
 * @param structure what the card's description says of its PSAM; default: as published
 * @example psamProvider((waiting) => readers.waitForCard({ reader: 'SAM', ...waiting, timeout: 2_000 }))
 */
export function psamProvider(open: OpenPsam, structure: PsamStructure = USUAL_STRUCTURE): KeyProvider {
  return new PsamProvider(new PsamConnection(open, structure));
}

class PsamProvider implements KeyProvider {
  readonly kind = 'psam';
  readonly #connection: PsamConnection;

  constructor(connection: PsamConnection) {
    this.#connection = connection;
  }

  async terminal(waiting: Waiting = {}): Promise<TerminalNumbers> {
    const answer = await this.#connection.perform(waiting, async (session) =>
      done(await session.terminalNumber({ place: session.channel.slot, waiting })),
    );
    return { terminalNumber: answer.kind === 'done' ? answer.value : null, terminalDeviceNumber: null };
  }

  async cryptogram(request: CryptogramRequest, waiting: Waiting = {}): Promise<KeyAnswer<Uint8Array>> {
    const { rule } = request.card;
    return this.#withKey(request, waiting, async (key) => {
      const lacking = rule === 'SM4-zero' ? await key.lacks() : undefined;
      if (lacking !== undefined) return unavailable(lacking);
      const answer = await key.encipher(blockOf(rule, request.data));
      return answer.kind === 'done' ? done(answer.value.slice(0, 8)) : answer;
    });
  }

  async commandMac(request: MacRequest, waiting: Waiting = {}): Promise<KeyAnswer<Uint8Array>> {
    if (request.mac !== 'session') return unavailable('not-offered');
    return this.#withKey(request, waiting, async (key, cipher) => {
      const lacking = cipher === 'SM4' ? await key.lacks() : undefined;
      return lacking === undefined ? key.mac(request.header) : unavailable(lacking);
    });
  }

  /** What the PSAM cannot do is found out before the PIN is used: another provider can still have it. */
  async protectPin(request: ProtectPinRequest, waiting: Waiting = {}): Promise<KeyAnswer<ProtectedPin>> {
    if (request.mac !== 'session') return unavailable('not-offered');
    try {
      return await this.#withKey(request, waiting, async (key, cipher) => {
        const lacking = (await key.lacks()) ?? (await key.derive());
        if (lacking !== undefined) return unavailable(lacking);
        const enciphered = key.certain(
          await withPinBlock(request.pin, BLOCK[cipher], (block) => key.encipherDerived(block)),
        );
        const mac = key.certain(await key.mac(concat([request.header, enciphered])));
        return done({ enciphered, mac });
      });
    } catch (error) {
      request.pin.wipe();
      throw error;
    }
  }

  async authoriseLoad(): Promise<KeyAnswer<never>> {
    return unavailable('not-offered');
  }

  /** The PSAM's command has no room for self-paid and pooled amounts: its MAC1 does not cover them (7.2). */
  async authorisePurchase(request: PurchaseRequest, waiting: Waiting = {}): Promise<KeyAnswer<PurchaseAuthorisation>> {
    const { card, key, random, serial, amount, type, date, time, keyVersion, algorithm } = request;
    const factors = factorsOf(card, key.psam === null ? PURCHASE_LEVELS : levelsOf(key.psam.usage));
    if (factors === undefined) return unavailable('key-level');
    const tail = Uint8Array.of(keyVersion, algorithm);
    const data = concat([random, serial, amountOf(amount), Uint8Array.of(type), date, time, tail, factors]);
    return this.#connection.perform(waiting, async (session) => {
      const task = { place: placeOf(key), waiting };
      const lacking = await session.selectKeys(task);
      if (lacking !== undefined) return unavailable(lacking);
      const answer = await session.initialisePurchase(data, task);
      if (answer.kind === 'unavailable') return answer;
      return done({ terminalSerial: answer.value.slice(0, 4), mac1: answer.value.slice(4) });
    });
  }

  async confirmPurchase(mac2: Uint8Array, waiting: Waiting = {}): Promise<KeyAnswer<boolean>> {
    return this.#connection.perform(waiting, async (session) =>
      done(await session.confirmPurchase(mac2, { place: session.channel.slot, waiting })),
    );
  }

  async checkTac(): Promise<KeyAnswer<never>> {
    return unavailable('not-offered');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection.close();
  }

  /** Lends the session key of a card and a challenge. What cannot be is told before the PSAM is asked. */
  async #withKey<T>(
    request: { readonly card: CardIdentity; readonly key: KeyReference; readonly challenge: Uint8Array },
    waiting: Waiting,
    work: (key: PsamKey, cipher: Cipher) => Promise<KeyAnswer<T>>,
  ): Promise<KeyAnswer<T>> {
    const { card, key, challenge } = request;
    if (key.psam === null) return unavailable('no-key');
    const levels = factorsOf(card, levelsOf(key.psam.usage));
    if (levels === undefined) return unavailable('key-level');
    const derivation = { ...key.psam, factors: concat([levels, challenge]) };
    const cipher = card.rule === '3DES' ? '3DES' : 'SM4';
    return this.#connection.perform(waiting, async (session) => {
      const task = { place: placeOf(key), waiting };
      const lacking = await session.selectKeys(task);
      if (lacking !== undefined) return unavailable(lacking);
      return work(new PsamKey(session, cipher, derivation, task), cipher);
    });
  }
}

function done<T>(value: T): KeyAnswer<T> {
  return { kind: 'done', value };
}

function unavailable(reason: Unavailable): KeyAnswer<never> {
  return { kind: 'unavailable', reason };
}

function placeOf({ directory, name }: KeyReference): string {
  return `${directory} ${name}`;
}

/** The block that gives the cryptogram (6.4). */
function blockOf(rule: AuthenticationRule, data: Uint8Array): Uint8Array {
  if (rule === '3DES') return data;
  return concat([data, rule === 'SM4' ? data : new Uint8Array(data.length)]);
}

function amountOf(fen: number): Uint8Array {
  return Uint8Array.of(fen >>> 24, fen >>> 16, fen >>> 8, fen);
}
