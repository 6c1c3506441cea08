import { createReadStream, fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { addAbortSignal, type Readable } from 'node:stream';
import { SscardError } from '../../apdu/errors.ts';
import { LONGEST_SECRET } from '../../drivers/pinpad/terminal/secret-line.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** More lines than any act asks for. */
const ROOM = 4 * (LONGEST_SECRET + 2);

/** PINs from an open file that is no terminal: one a line. What was read is wiped. */
export class PinLines implements Disposable {
  readonly #place: string;
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #read = new Uint8Array(ROOM);
  #length = 0;

  /** @throws SscardError `pin-source-unreadable` */
  constructor(fd: number) {
    this.#place = fd === 0 ? 'stdin' : `fd:${fd}`;
    try {
      this.#stream = streamOf(fd);
    } catch (error) {
      throw new SscardError('pin-source-unreadable', 'not open', { place: this.#place }, { cause: error });
    }
    this.#chunks = this.#stream[Symbol.asyncIterator]();
  }

  /**
   * The next line, without its end.
   * @throws SscardError `pin-missing`, `pin-line-too-long`, `pin-source-unreadable`
   */
  async enter(signal: AbortSignal): Promise<Uint8Array> {
    addAbortSignal(signal, this.#stream);
    for (;;) {
      const end = this.#read.subarray(0, this.#length).indexOf(LINE_FEED);
      if (end >= 0) return this.#take(end, end + 1);
      if (this.#length > LONGEST_SECRET + 1) throw this.#failure('pin-line-too-long');
      if (await this.#fill()) continue;
      if (this.#length === 0) throw this.#failure('pin-missing');
      return this.#take(this.#length, this.#length);
    }
  }

  [Symbol.dispose](): void {
    this.#read.fill(0);
    this.#stream.destroy();
  }

  /** @returns false at the end of the file */
  async #fill(): Promise<boolean> {
    try {
      const { value, done } = await this.#chunks.next();
      if (done === true) return false;
      const fitting = value.subarray(0, ROOM - this.#length);
      this.#read.set(fitting, this.#length);
      this.#length += fitting.length;
      value.fill(0);
      return true;
    } catch (error) {
      throw this.#failure('pin-source-unreadable', error);
    }
  }

  /** The first `end` bytes; the line is over at `next`. */
  #take(end: number, next: number): Uint8Array {
    const line = this.#read.slice(0, this.#read[end - 1] === CARRIAGE_RETURN ? end - 1 : end);
    this.#read.copyWithin(0, next, this.#length);
    this.#read.fill(0, this.#length - next);
    this.#length -= next;
    if (line.length <= LONGEST_SECRET) return line;
    line.fill(0);
    throw this.#failure('pin-line-too-long');
  }

  #failure(code: string, cause?: unknown): SscardError {
    return new SscardError(code, 'no PIN from here', { place: this.#place }, { cause });
  }
}

/** A pipe is read without a thread of the pool: one that waits for a line would keep the process alive at its end. */
function streamOf(fd: number): Readable {
  const facts = fstatSync(fd);
  if (facts.isFIFO() || facts.isSocket()) return new Socket({ fd, readable: true, writable: false });
  return createReadStream('', { fd, autoClose: false });
}
