/**
 * The child's side: a maker's `ICC_Reader_*` library, called through koffi. Every signature is in this file, because a wrong one
 * ends the process. From the page of the level (driver-api.md 7) and the published headers it quotes:
 *
 *   long ICC_Reader_Open(char *device)
 *   long ICC_Reader_Close(long handle)
 *   long ICC_Reader_GetStatus(long handle, unsigned char slot)
 *   long ICC_Reader_PowerOn(long handle, unsigned char slot, unsigned char *answerToReset)
 *   long ICC_Reader_PowerOff(long handle, unsigned char slot)
 *   long ICC_Reader_Application(long handle, unsigned char slot, long length, unsigned char *command, unsigned char *answer)
 *   long ICC_PosBeep(long handle, unsigned char time)
 *
 * SSSE32.DLL has the same functions as __stdcall, which differs on 32-bit Windows only. That form is written from the page and
 * was NOT RUN; nor was any maker's library.
 */
import type { LibraryHandle } from 'koffi';
import type { LibraryCall, LibraryReply } from './calls.ts';

/** No length goes into these calls: whoever calls them has the habit of giving 1024 bytes (driver-api.md 2). */
const SHORT_ROOM = 1024;
/** The longest response there is (ISO/IEC 7816-4): 65,536 bytes and the status word. */
const EXTENDED_ROOM = 65_538;
/** Behind the room: what is written here was written over the end. What goes further ends the process, which is found out too. */
const GUARD = 4096;
const MARK = 0xa5;
/** koffi's threads have 128 KiB, which is little for a library that keeps its frames on the stack. */
const STACK = 2 ** 21;
const NAME = 'ICC_Reader_';

type Fn = (...values: unknown[]) => Promise<number>;

/** Answers the calls of the parent, and ends with it: its end of the pipe closes however it ends. */
export function serveLibrary(): void {
  const library = new Library();
  process.on('message', (call: LibraryCall) => {
    void library.call(call).then((reply) => process.send?.(reply));
  });
  // The main thread is free while the library works, so a hang of the library does not keep this from being heard.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
}

class Library {
  #loaded: LibraryHandle | undefined;
  /** What `ICC_Reader_Open` gave. */
  #device = 0;
  readonly #functions = new Map<string, Fn | undefined>();

  async call(call: LibraryCall): Promise<LibraryReply> {
    switch (call.kind) {
      case 'open':
        return this.#load(call.library, call.port);
      case 'close':
        return this.#simple(`${NAME}Close`);
      case 'status':
        return this.#simple(`${NAME}GetStatus`, call.seat);
      case 'power-off':
        return this.#simple(`${NAME}PowerOff`, call.seat);
      case 'beep':
        return this.#simple('ICC_PosBeep', call.time);
      case 'power-on':
        return this.#answered(`${NAME}PowerOn`, SHORT_ROOM, [BYTE], [call.seat]);
      case 'transmit':
        return this.#transmit(call.seat, call.command);
    }
  }

  async #load(path: string, port: string): Promise<LibraryReply> {
    let koffi: typeof import('koffi').default;
    try {
      koffi = (await import('koffi')).default;
    } catch (cause) {
      return { kind: 'not-loaded', package: 'koffi', message: String(cause) };
    }
    let open: Fn;
    try {
      koffi.config({ async_stack_size: STACK });
      this.#loaded = koffi.load(path);
      open = promised(this.#loaded.func('__stdcall', `${NAME}Open`, 'long', ['const char *']));
    } catch (cause) {
      return { kind: 'not-loaded', package: 'library', message: String(cause) };
    }
    const device = await open(port);
    // A library whose functions are int leaves the upper half empty: an error looks like a large positive number then.
    const code = device > 0x7fff_ffff && device <= 0xffff_ffff ? device | 0 : device;
    if (code >= 0) this.#device = device;
    return { kind: 'returned', code };
  }

  async #simple(name: string, ...bytes: number[]): Promise<LibraryReply> {
    const fn = this.#function(
      name,
      bytes.map(() => BYTE),
    );
    if (fn === undefined) return { kind: 'lacking' };
    return { kind: 'returned', code: await fn(this.#device, ...bytes) };
  }

  async #transmit(seat: number, command: Uint8Array): Promise<LibraryReply> {
    const extended = command.length > 5 && command[4] === 0;
    const room = extended ? EXTENDED_ROOM : SHORT_ROOM;
    try {
      return await this.#answered(`${NAME}Application`, room, [BYTE, 'long', BYTES], [seat, command.length, command]);
    } finally {
      // It may have carried a PIN.
      command.fill(0);
    }
  }

  /** A function whose last parameter is where the answer goes. */
  async #answered(
    name: string,
    room: number,
    types: readonly string[],
    values: readonly unknown[],
  ): Promise<LibraryReply> {
    const fn = this.#function(name, [...types, BYTES]);
    if (fn === undefined) return { kind: 'lacking' };
    const buffer = new Uint8Array(room + GUARD);
    buffer.fill(MARK, room);
    const code = await fn(this.#device, ...values, buffer);
    const data = buffer.slice(0, Math.min(Math.max(code, 0), room));
    const kept = buffer.subarray(room).every((byte) => byte === MARK);
    buffer.fill(0);
    return kept ? { kind: 'returned', code, data } : { kind: 'overrun' };
  }

  #function(name: string, types: readonly string[]): Fn | undefined {
    if (!this.#functions.has(name)) this.#functions.set(name, this.#find(name, types));
    return this.#functions.get(name);
  }

  /**
   * The handle goes as a long. What comes back is read as 32 bits: right for libraries whose functions are int, and lengths and
   * codes of the others fit.
   */
  #find(name: string, types: readonly string[]): Fn | undefined {
    try {
      const found = this.#loaded?.func('__stdcall', name, 'int32_t', ['long', ...types]);
      return found && promised(found);
    } catch {
      return undefined;
    }
  }
}

const BYTE = 'uint8_t';
/** As a bare pointer: koffi hands the memory over as it is, and copies nothing. */
const BYTES = 'void *';

/** On a thread of koffi's; buffers stay reachable through the arguments until then. */
function promised(fn: ReturnType<LibraryHandle['func']>): Fn {
  return (...values) =>
    new Promise((resolve, reject) => {
      fn.async(...values, (error: unknown, code: number | bigint) => {
        if (error) reject(error);
        else resolve(Number(code));
      });
    });
}
