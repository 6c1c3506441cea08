import type { ShareMode } from '../reader.ts';
import type { Binding, CardHandle, RawSlot, Session } from './binding.ts';
import { CODE, pcscError, SCARD } from './codes.ts';
import { contextEnds } from './context-ends.ts';
import { loadWinscard, type Winscard } from './winscard.ts';

/** Reader slots a service may show; pcsc-lite has 16. */
const MOST_READERS = 64;
/** pcsc-lite's MAX_BUFFER_SIZE: it refuses to write an attribute into a longer buffer. */
const LONGEST_ATTRIBUTE = 264;
const NOTIFICATION = '\\\\?PnP?\\Notification';
const NONE = Buffer.alloc(0);

/**
 * The binding over the system's library itself: transactions, attributes, exact return codes, no compiler.
 * @throws SscardError `binding-missing`, `pcsc-library-missing`
 */
export async function koffiBinding(): Promise<Binding> {
  const winscard = await loadWinscard();
  return {
    name: 'koffi',
    lacks: new Set(),
    waitsOnPool: true,
    openSession: () => openSession(winscard),
    connect: (slot, share, protocols) => connect(winscard, slot.name, share, protocols),
  };
}

function check(call: string, code: number): void {
  if (code !== 0) throw pcscError(call, code);
}

/** A DWORD or a handle in memory. */
function cell(bytes: number): { readonly at: Buffer; get(): number | bigint; set(value: number): void } {
  const at = Buffer.alloc(bytes);
  const words = new Uint32Array(at.buffer, at.byteOffset, bytes >> 2);
  return {
    at,
    get: () => {
      // What fits is a plain number: lengths, protocols, most handles.
      if (bytes === 4) return at.readInt32LE();
      return words[1] === 0 ? (words[0] ?? 0) : at.readBigInt64LE();
    },
    set: (value) => {
      words.fill(0);
      words[0] = value;
    },
  };
}

async function establish(winscard: Winscard): Promise<number | bigint> {
  const context = cell(winscard.handleSize);
  const scopeSystem = 2;
  check('SCardEstablishContext', await winscard.establishContext(scopeSystem, null, null, context.at));
  return context.get();
}

async function openSession(winscard: Winscard): Promise<Session> {
  const context = await establish(winscard);
  const names = async () => {
    const length = cell(winscard.dwordSize);
    for (let round = 0; ; round++) {
      const sized = await winscard.listReaders(context, null, null, length.at);
      if (sized === CODE.noReaders) return [];
      check('SCardListReaders', sized);
      const unit = winscard.encodeName('').length;
      const text = Buffer.alloc(Number(length.get()) * unit);
      const code = await winscard.listReaders(context, null, text, length.at);
      if (code === CODE.noReaders) return [];
      // A reader came between the two calls.
      if (code === CODE.bufferTooSmall && round < 3) continue;
      check('SCardListReaders', code);
      return winscard.decodeNames(text.subarray(0, Number(length.get()) * unit)).slice(0, MOST_READERS);
    }
  };
  const session: Session = {
    async states(known, wait) {
      const found = await names();
      const same = known !== undefined && sameNames(found, known);
      const table = stateTable(winscard, same ? known : found.map((name) => ({ name, state: 0, atr: NONE })), same);
      if (found.length === 0 && !same) return [];
      const code = await winscard.getStatusChange(context, same ? wait : 0, table.bytes, table.length);
      if (code === CODE.cancelled || code === CODE.timeout) return same ? known : table.read();
      // A reader left between the two calls; the next call does not list it any more.
      if (code === CODE.unknownReader) return session.states(undefined, 0);
      check('SCardGetStatusChange', code);
      // Woken by the notification entry: readers came or went.
      return same && table.notified() ? session.states(undefined, 0) : table.read();
    },
    cancel() {
      void winscard.cancel(context);
    },
    async close() {
      await contextEnds.release(() => winscard.releaseContext(context));
    },
  };
  return session;
}

function sameNames(found: readonly string[], known: readonly RawSlot[]): boolean {
  return found.length === known.length && found.every((name, at) => name === known[at]?.name);
}

/** An array of SCARD_READERSTATE, with the entry that tells of readers that come and go when one will wait. */
function stateTable(winscard: Winscard, slots: readonly RawSlot[], waits: boolean) {
  const { size, currentState, eventState, atrLength, atr } = winscard.readerState;
  const notifies = waits && slots.length < SCARD.mostStates;
  const listed = notifies ? [...slots, { name: NOTIFICATION, state: 0, atr: NONE }] : slots;
  const bytes = Buffer.alloc(size * Math.max(1, listed.length));
  // The table holds plain addresses: `texts` keeps the names reachable.
  const texts = listed.map(({ name }) => winscard.encodeName(name));
  for (const [at, { state }] of listed.entries()) {
    const text = texts[at] ?? NONE;
    const address = winscard.address(text);
    if (winscard.pointerSize === 8) bytes.writeBigUInt64LE(address, at * size);
    else bytes.writeUInt32LE(Number(address), at * size);
    bytes.writeUInt32LE(state, at * size + currentState);
  }
  const event = (at: number) => bytes.readUInt32LE(at * size + eventState);
  return {
    bytes,
    texts,
    length: listed.length,
    notified: () => notifies && (event(slots.length) & SCARD.stateChanged) !== 0,
    read: (): RawSlot[] =>
      slots.map(({ name }, at) => {
        const length = Math.min(bytes.readUInt32LE(at * size + atrLength), 33);
        const from = at * size + atr;
        return {
          name,
          state: (event(at) & ~SCARD.stateChanged) >>> 0,
          atr: Uint8Array.from(bytes.subarray(from, from + length)),
        };
      }),
  };
}

async function connect(winscard: Winscard, reader: string, share: ShareMode, protocols: number): Promise<CardHandle> {
  const context = await establish(winscard);
  const handle = cell(winscard.handleSize);
  const protocol = cell(winscard.dwordSize);
  const mode = share === 'exclusive' ? SCARD.shareExclusive : SCARD.shareShared;
  try {
    const name = winscard.encodeName(reader);
    const code = await winscard.connect(context, name, mode, protocols, handle.at, protocol.at);
    check('SCardConnect', code);
    const card = handle.get();
    return cardHandle(winscard, context, card, mode, Number(protocol.get()), await readAtr(winscard, card));
  } catch (error) {
    await contextEnds.release(() => winscard.releaseContext(context));
    throw error;
  }
}

async function readAtr(winscard: Winscard, card: number | bigint): Promise<Uint8Array> {
  const [nameLength, state, protocol, length] = [0, 1, 2, 3].map(() => cell(winscard.dwordSize)) as [
    Cell,
    Cell,
    Cell,
    Cell,
  ];
  const atr = Buffer.alloc(64);
  length.set(atr.length);
  const code = await winscard.status(card, null, nameLength.at, state.at, protocol.at, atr, length.at);
  check('SCardStatus', code);
  return Uint8Array.from(atr.subarray(0, Math.min(Number(length.get()), 33)));
}

type Cell = ReturnType<typeof cell>;

function cardHandle(
  winscard: Winscard,
  context: number | bigint,
  card: number | bigint,
  mode: number,
  firstProtocol: number,
  firstAtr: Uint8Array,
): CardHandle {
  let protocol = firstProtocol;
  const answer = new Uint8Array(SCARD.longestAnswer);
  const length = cell(winscard.dwordSize);
  // SCARD_IO_REQUEST: protocol, size of itself.
  const pci = Buffer.alloc(winscard.dwordSize * 2);
  const choosePci = () => {
    pci.writeUInt32LE(protocol, 0);
    pci.writeUInt32LE(pci.length, winscard.dwordSize);
  };
  choosePci();
  // Lengths are read only after success: after a failure they still hold the size of the buffer.
  const taken = () => {
    const end = Math.min(Number(length.get()), answer.length);
    const copy = answer.slice(0, end);
    answer.fill(0, 0, end);
    return copy;
  };
  return {
    protocol: firstProtocol,
    atr: firstAtr,
    transmit: (command) =>
      new Promise((resolve, reject) => {
        const done = (error: unknown, code: number) => {
          command.fill(0);
          if (error) reject(error);
          else if (code !== 0) reject(pcscError('SCardTransmit', code >>> 0));
          else resolve(taken());
        };
        length.set(answer.length);
        winscard.transmit(card, pci, command, command.length, null, answer, length.at, done);
      }),
    async reconnect(how) {
      const active = cell(winscard.dwordSize);
      check('SCardReconnect', await winscard.reconnect(card, mode, protocol, how, active.at));
      protocol = Number(active.get());
      choosePci();
      return { protocol, atr: await readAtr(winscard, card) };
    },
    async begin() {
      check('SCardBeginTransaction', await winscard.beginTransaction(card));
    },
    async end(disposition) {
      check('SCardEndTransaction', await winscard.endTransaction(card, disposition));
    },
    async control(code, data) {
      const call = winscard.control(card, code, data, data.length, answer, answer.length, length.at);
      check('SCardControl', await call);
      return taken();
    },
    async attribute(tag) {
      length.set(LONGEST_ATTRIBUTE);
      check('SCardGetAttrib', await winscard.getAttrib(card, tag, answer, length.at));
      return taken();
    },
    async disconnect(disposition) {
      const code = await contextEnds.disconnect(() => winscard.disconnect(card, disposition));
      await contextEnds.release(() => winscard.releaseContext(context));
      check('SCardDisconnect', code);
    },
  };
}
