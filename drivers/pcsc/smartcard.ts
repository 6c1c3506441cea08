import type { ShareMode } from '../reader.ts';
import type { Binding, CardHandle, RawSlot, Session } from './binding.ts';
import { CODE, pcscError, SCARD } from './codes.ts';
import { loadPackage } from './packages.ts';

/**
 * The binding over npm `smartcard` 3.7. What the package makes necessary:
 * - a `Context` is one lock, so each connection has its own;
 * - errors are texts: numbers are known for the texts of its short table only, the rest is hidden (`exact-codes`);
 * - `listReaders` is synchronous: called only on a context with nothing in flight, where it asks the service for a copy
 *   of its table and waits for no reader;
 * - `disconnect` and `close` are synchronous and may wait until the service has asked the reader for its state: a card that
 *   lives in the same thread (a simulated one) could never answer, so it belongs in another;
 * - its `ReaderMonitor` does not come back after the service died and blocks the event loop when it is stopped:
 *   `Context.waitForChange` is used instead.
 * @throws SscardError `binding-missing`
 */
export async function smartcardBinding(): Promise<Binding> {
  const { Context } = loadPackage('smartcard') as SmartcardPackage;
  return {
    name: 'smartcard',
    lacks: new Set(['transactions', 'attributes', 'exact-codes'] as const),
    waitsOnPool: true,
    openSession: async () => openSession(establish(Context)),
    connect: (slot, share, protocols) => connect(establish(Context), slot.name, share, protocols),
  };
}

/** The part of the package in use. */
interface SmartcardPackage {
  readonly Context: new () => NativeContext;
}

interface NativeContext {
  listReaders(): NativeReader[];
  waitForChange(readers: { name: string; state: number }[], timeout: number): Promise<unknown[] | null>;
  cancel(): void;
  close(): void;
}

interface NativeReader {
  readonly name: string;
  readonly state: number;
  readonly atr: Uint8Array | null;
  connect(share: number, protocols: number): Promise<NativeCard>;
}

interface NativeCard {
  readonly protocol: number;
  transmit(command: Buffer, options: { maxRecvLength: number }): Promise<Uint8Array>;
  control(code: number, data: Buffer): Promise<Uint8Array>;
  reconnect(share: number, protocols: number, how: number): Promise<number>;
  disconnect(disposition: number): void;
}

const CODE_OF_TEXT: ReadonlyMap<string, number> = new Map([
  ['Operation cancelled', CODE.cancelled],
  ['Insufficient buffer', CODE.bufferTooSmall],
  ['Invalid ATR', CODE.invalidAtr],
  ['Invalid handle', CODE.invalidHandle],
  ['PC/SC service not running', CODE.noService],
  ['No smart card present', CODE.noCard],
  ['Transaction failed', CODE.notTransacted],
  ['Protocol mismatch', CODE.protocolMismatch],
  ['Reader unavailable', CODE.readerUnavailable],
  ['PC/SC service stopped', CODE.serviceStopped],
  ['Sharing violation', CODE.sharingViolation],
  ['Operation timed out', CODE.timeout],
  ['Unknown reader', CODE.unknownReader],
  ['No readers available', CODE.noReaders],
  ['Communication error', CODE.commError],
  ['Card was removed', CODE.removedCard],
  ['Card was reset', CODE.resetCard],
  ['Card is unpowered', CODE.unpoweredCard],
  ['Card is unresponsive', CODE.unresponsiveCard],
  ['Card is not supported', CODE.unsupportedCard],
]);

function fault(call: string, error: unknown): Error {
  return pcscError(call, CODE_OF_TEXT.get(error instanceof Error ? error.message : ''));
}

function establish(Context: SmartcardPackage['Context']): NativeContext {
  try {
    return new Context();
  } catch (error) {
    throw fault('SCardEstablishContext', error);
  }
}

function list(context: NativeContext): NativeReader[] {
  try {
    return context.listReaders();
  } catch (error) {
    throw fault('SCardListReaders', error);
  }
}

const NOTIFICATION = { name: '\\\\?PnP?\\Notification', state: SCARD.stateUnaware };
const NONE = new Uint8Array();

function openSession(context: NativeContext): Session {
  const look = (): RawSlot[] =>
    list(context).map(({ name, state, atr }) => ({
      name,
      state: (state & ~SCARD.stateChanged) >>> 0,
      atr: Uint8Array.from(atr ?? NONE),
    }));
  return {
    async states(known, wait) {
      const now = look();
      if (known === undefined || !sameSlots(known, now)) return now;
      if (wait === 0) return known;
      try {
        const watched = known.map(({ name, state }) => ({ name, state }));
        if (watched.length < SCARD.mostStates) watched.push(NOTIFICATION);
        const changes = await context.waitForChange(watched, wait);
        if (changes === null || changes.length === 0) return known;
      } catch (error) {
        throw fault('SCardGetStatusChange', error);
      }
      const then = look();
      return sameSlots(known, then) ? known : then;
    },
    cancel() {
      try {
        context.cancel();
      } catch {
        // The service is gone: the waiting call has ended by itself.
      }
    },
    async close() {
      context.close();
    },
  };
}

function sameSlots(a: readonly RawSlot[], b: readonly RawSlot[]): boolean {
  return a.length === b.length && a.every((slot, at) => slot.name === b[at]?.name && slot.state === b[at].state);
}

async function connect(
  context: NativeContext,
  reader: string,
  share: ShareMode,
  protocols: number,
): Promise<CardHandle> {
  const mode = share === 'exclusive' ? SCARD.shareExclusive : SCARD.shareShared;
  const find = () => list(context).find(({ name }) => name === reader);
  const atrOf = (slot: NativeReader | undefined) => Uint8Array.from(slot?.atr ?? NONE);
  try {
    const slot = find();
    if (slot === undefined) throw pcscError('SCardConnect', CODE.unknownReader);
    const card = await settle('SCardConnect', slot.connect(mode, protocols));
    return cardHandle(context, card, mode, atrOf(slot), () => atrOf(find()));
  } catch (error) {
    context.close();
    throw error;
  }
}

async function settle<T>(call: string, pending: Promise<T>): Promise<T> {
  try {
    return await pending;
  } catch (error) {
    throw fault(call, error);
  }
}

function cardHandle(
  context: NativeContext,
  card: NativeCard,
  mode: number,
  atr: Uint8Array,
  readAtr: () => Uint8Array,
): CardHandle {
  const reconnect = (how: number) => settle('SCardReconnect', card.reconnect(mode, card.protocol, how));
  const absent = async (): Promise<never> => {
    throw pcscError('not in this binding', CODE.unsupported);
  };
  return {
    protocol: card.protocol,
    atr,
    async transmit(command) {
      const bytes = Buffer.from(command.buffer, command.byteOffset, command.byteLength);
      const pending = card.transmit(bytes, { maxRecvLength: SCARD.longestAnswer });
      // The package has copied the bytes when the call returns.
      command.fill(0);
      return new Uint8Array(await settle('SCardTransmit', pending));
    },
    async reconnect(how) {
      const protocol = await reconnect(how);
      return { protocol, atr: readAtr() };
    },
    begin: absent,
    end: absent,
    async control(code, data) {
      try {
        return Uint8Array.from(await card.control(code, Buffer.from(data)));
      } catch (error) {
        // A code outside the package's table; for a control code that is "unsupported" in all but name.
        const known = CODE_OF_TEXT.get(error instanceof Error ? error.message : '');
        throw pcscError('SCardControl', known ?? CODE.unsupported);
      }
    },
    attribute: absent,
    async disconnect(disposition) {
      try {
        // `disconnect` is synchronous, and a reader may take its time for a reset: the reset is made before it.
        if (disposition === SCARD.reset) await reconnect(SCARD.reset);
        card.disconnect(disposition === SCARD.reset ? SCARD.leave : disposition);
      } catch (error) {
        try {
          card.disconnect(SCARD.leave);
        } catch {
          // Said already.
        }
        throw error instanceof Error && 'code' in error ? error : fault('SCardDisconnect', error);
      } finally {
        context.close();
      }
    },
  };
}
