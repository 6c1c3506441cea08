import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';
import { Intake } from '../units/intake.ts';
import { type Station, xorOf } from '../units/station.ts';
import type { PadOrder } from './pad.ts';

const STX = 0x02;
const ETX = 0x03;
const ascii = new TextEncoder();
const latin = new TextDecoder('latin1');

/** How the bytes of a frame stand on the line: as two hex digits each with an end mark, or as they are without one (readers.md 8.2). */
export type KmyVariant = 'ascii' | 'binary';

/** The line of a KMY350x pad: frames of LN, command, data, BCC. A damaged frame is not answered. */
export class KmyLink {
  readonly #variant: KmyVariant;
  readonly #station: Station<PadOrder>;
  readonly #intake: Intake;

  /** @param obey a command and its data. @returns status and data */
  constructor(
    variant: KmyVariant,
    station: Station<PadOrder>,
    obey: (command: number, data: Uint8Array) => Uint8Array,
  ) {
    this.#variant = variant;
    this.#station = station;
    const length = variant === 'ascii' ? asciiLength : binaryLength;
    this.#intake = new Intake(
      { begins: (byte) => byte === STX, length },
      { frame: (frame) => this.#heard(frame, obey) },
    );
  }

  receive(bytes: Uint8Array): void {
    this.#intake.push(bytes);
  }

  stop(): void {
    this.#intake.stop();
  }

  #heard(frame: Uint8Array, obey: (command: number, data: Uint8Array) => Uint8Array): void {
    const { mischief } = this.#station;
    const content = this.#variant === 'binary' ? frame.slice(1) : unsplit(frame);
    if (content === undefined || xorOf(content) !== 0) return;
    mischief.count();
    if (mischief.take('silence')) return;
    const answer = this.#framed(obey(content[1] ?? 0, content.slice(2, -1)));
    content.fill(0);
    const late = mischief.take('late-answer');
    if (mischief.take('no-answer')) return;
    if (late) void this.#station.wait(late.ms).then(() => this.#station.send(answer));
    else this.#station.send(answer);
  }

  #framed(statusAndData: Uint8Array): Uint8Array {
    const counted = concat([Uint8Array.of(statusAndData.length), statusAndData]);
    const wrong = this.#station.mischief.take('wrong-check') ? 0xff : 0;
    const content = concat([counted, Uint8Array.of(xorOf(counted) ^ wrong)]);
    if (this.#variant === 'binary') return concat([Uint8Array.of(STX), content]);
    return concat([Uint8Array.of(STX), ascii.encode(toHex(content)), Uint8Array.of(ETX)]);
  }
}

/** 02, LN and all it counts, BCC, 03: in hex digits. 0: what begins like this is none. */
function asciiLength(begun: Uint8Array): number | undefined {
  if (begun.length < 3) return undefined;
  const length = Number.parseInt(latin.decode(begun.subarray(1, 3)), 16);
  return Number.isNaN(length) ? 0 : 1 + 2 * (1 + length + 1) + 1;
}

function unsplit(frame: Uint8Array): Uint8Array | undefined {
  const digits = latin.decode(frame.subarray(1, -1));
  return frame.at(-1) === ETX && /^[0-9A-F]*$/.test(digits) ? fromHex(digits) : undefined;
}

function binaryLength(begun: Uint8Array): number | undefined {
  const length = begun[1];
  return length === undefined ? undefined : 1 + 1 + length + 1;
}
