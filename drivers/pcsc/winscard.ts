/**
 * The system's PC/SC library through koffi: every signature and every layout is in this file, because a wrong one ends
 * the process. From pcsc-lite 1.9.9 `winscard.h`, `pcsclite.h`; Apple's PCSC framework headers; Windows SDK `winscard.h`.
 *
 * Integers: pcsc-lite on Linux makes `DWORD` and `LONG` the machine's long, handles too. Apple: 32 bits all, structures
 * packed to one byte. Windows: 32 bits, handles the size of a pointer, names in UTF-16.
 * Linux is run by the tests; the macOS and Windows columns are written from the headers and NOT RUN.
 */
import type { LibraryHandle } from 'koffi';
import { SscardError } from '../../apdu/errors.ts';

type Platform = 'linux' | 'darwin' | 'win32';

const PLATFORM: Record<Platform, { library: string; dword: string; long: string; handle: string; names: 'A' | 'W' }> = {
  linux: { library: 'libpcsclite.so.1', dword: 'unsigned long', long: 'long', handle: 'long', names: 'A' },
  darwin: {
    library: '/System/Library/Frameworks/PCSC.framework/PCSC',
    dword: 'uint32_t',
    long: 'int32_t',
    handle: 'int32_t',
    names: 'A',
  },
  win32: { library: 'winscard.dll', dword: 'uint32_t', long: 'int32_t', handle: 'uintptr_t', names: 'W' },
};

/** SCARD_READERSTATE: name pointer, user pointer, current state, event state, ATR length, ATR. */
export interface ReaderStateLayout {
  readonly size: number;
  readonly currentState: number;
  readonly eventState: number;
  readonly atrLength: number;
  readonly atr: number;
}

type Fn = (...args: unknown[]) => Promise<number>;

/** The functions, each asynchronous and answering its return code as an unsigned 32-bit number. */
export interface Winscard {
  /** Bytes of a DWORD, of a handle, of a pointer. */
  readonly dwordSize: number;
  readonly handleSize: number;
  readonly pointerSize: number;
  readonly readerState: ReaderStateLayout;
  encodeName(name: string): Buffer;
  decodeNames(multiString: Buffer): string[];
  address(bytes: Buffer): bigint;
  readonly establishContext: Fn;
  readonly releaseContext: Fn;
  readonly listReaders: Fn;
  readonly getStatusChange: Fn;
  readonly cancel: Fn;
  readonly connect: Fn;
  readonly reconnect: Fn;
  readonly disconnect: Fn;
  readonly status: Fn;
  /** The one that has to be quick: last argument is a callback, return code as the library gives it. */
  readonly transmit: (...args: unknown[]) => void;
  readonly beginTransaction: Fn;
  readonly endTransaction: Fn;
  readonly control: Fn;
  readonly getAttrib: Fn;
}

/**
 * Loads the library.
 * @throws SscardError `binding-missing` (koffi is not installed), `pcsc-library-missing`
 */
export async function loadWinscard(platform: NodeJS.Platform = process.platform): Promise<Winscard> {
  const koffi = await loadKoffi();
  const sizes = PLATFORM[platform as Platform] ?? PLATFORM.linux;
  let library: LibraryHandle;
  try {
    library = koffi.load(sizes.library);
  } catch (cause) {
    const message = `${sizes.library} is missing: install the PC/SC library (Debian: libpcsclite1 and pcscd)`;
    throw new SscardError('pcsc-library-missing', message, { place: sizes.library }, { cause });
  }
  const { dword, long, handle, names } = sizes;
  const fn = (name: string, ...parameters: string[]): Fn => promised(library.func(name, long, parameters));
  const named = (name: string) => (names === 'W' ? `${name}W` : name);
  const dwordSize = koffi.sizeof(dword);
  const pointerSize = koffi.sizeof('void *');
  const encoding = names === 'W' ? 'utf16le' : 'utf8';
  return {
    dwordSize,
    handleSize: koffi.sizeof(handle),
    pointerSize,
    readerState: readerStateLayout(platform, pointerSize, dwordSize),
    encodeName: (name) => Buffer.from(`${name}\0`, encoding),
    decodeNames: (multiString) => multiString.toString(encoding).split('\0').filter(Boolean),
    address: (bytes) => koffi.address(bytes),
    establishContext: fn('SCardEstablishContext', dword, 'void *', 'void *', 'void *'),
    releaseContext: fn('SCardReleaseContext', handle),
    listReaders: fn(named('SCardListReaders'), handle, 'void *', 'void *', 'void *'),
    getStatusChange: fn(named('SCardGetStatusChange'), handle, dword, 'void *', dword),
    cancel: fn('SCardCancel', handle),
    connect: fn(named('SCardConnect'), handle, 'void *', dword, dword, 'void *', 'void *'),
    reconnect: fn('SCardReconnect', handle, dword, dword, dword, 'void *'),
    disconnect: fn('SCardDisconnect', handle, dword),
    status: fn(named('SCardStatus'), handle, 'void *', 'void *', 'void *', 'void *', 'void *', 'void *'),
    transmit: library.func('SCardTransmit', long, [handle, 'void *', 'void *', dword, 'void *', 'void *', 'void *'])
      .async,
    beginTransaction: fn('SCardBeginTransaction', handle),
    endTransaction: fn('SCardEndTransaction', handle, dword),
    // Apple keeps the older SCardControl without a code under this name and exports the usual one with a suffix.
    control: fn(
      platform === 'darwin' ? 'SCardControl132' : 'SCardControl',
      handle,
      dword,
      'void *',
      dword,
      'void *',
      dword,
      'void *',
    ),
    getAttrib: fn('SCardGetAttrib', handle, dword, 'void *', 'void *'),
  };
}

async function loadKoffi() {
  try {
    return (await import('koffi')).default;
  } catch (cause) {
    const message = 'the package koffi is missing: npm install koffi, or choose another PC/SC binding';
    throw new SscardError('binding-missing', message, { place: 'koffi' }, { cause });
  }
}

/** koffi's asynchronous call runs on a thread of the pool; buffers go as pointers and must stay reachable until then. */
function promised(fn: ReturnType<LibraryHandle['func']>): Fn {
  const call = fn.async;
  return (...args) =>
    new Promise((resolve, reject) => {
      call(...args, (error: unknown, code: number) => {
        if (error) reject(error);
        // LONG is signed where it has 32 bits.
        else resolve(code >>> 0);
      });
    });
}

function readerStateLayout(platform: NodeJS.Platform, pointer: number, dword: number): ReaderStateLayout {
  const currentState = pointer * 2;
  const atr = currentState + dword * 3;
  const atrBytes = platform === 'win32' ? 36 : 33;
  const unit = platform === 'darwin' ? 1 : Math.max(pointer, dword);
  return {
    size: Math.ceil((atr + atrBytes) / unit) * unit,
    currentState,
    eventState: currentState + dword,
    atrLength: currentState + dword * 2,
    atr,
  };
}
