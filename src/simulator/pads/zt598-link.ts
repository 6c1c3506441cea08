import { concat, toHex } from '../../../apdu/bytes.ts';
import { Intake } from '../units/intake.ts';
import { type Station, xorOf } from '../units/station.ts';
import type { PadOrder } from './pad.ts';

const STX = 0x02;
const ETX = 0x03;
const HEAD = 4;
const CHECK = 2;
const ascii = new TextEncoder();
const latin = new TextDecoder('latin1');

/** The line of a ZT598 pad: frames of three digits, text, 03, two check digits (readers.md 8.3). A damaged frame is not answered. */
export class Zt598Link {
  readonly #station: Station<PadOrder>;
  readonly #intake: Intake;

  /** @param obey a command as text. @returns return code and data */
  constructor(station: Station<PadOrder>, obey: (command: string) => Uint8Array) {
    this.#station = station;
    this.#intake = new Intake(
      { begins: (byte) => byte === STX, length: frameLength },
      { frame: (frame) => this.#heard(frame, obey) },
    );
  }

  receive(bytes: Uint8Array): void {
    this.#intake.push(bytes);
  }

  stop(): void {
    this.#intake.stop();
  }

  #heard(frame: Uint8Array, obey: (command: string) => Uint8Array): void {
    const { mischief } = this.#station;
    const counted = frame.subarray(1, -CHECK);
    if (counted.at(-1) !== ETX || latin.decode(frame.subarray(-CHECK)) !== checkDigits(counted)) return;
    mischief.count();
    if (mischief.take('silence')) return;
    const answer = this.#framed(obey(latin.decode(counted.subarray(HEAD - 1, -1))));
    const late = mischief.take('late-answer');
    if (mischief.take('no-answer')) return;
    if (late) void this.#station.wait(late.ms).then(() => this.#station.send(answer));
    else this.#station.send(answer);
  }

  #framed(text: Uint8Array): Uint8Array {
    const count = String(text.length).padStart(3, '0');
    const counted = concat([ascii.encode(count), text, Uint8Array.of(ETX)]);
    const check = ascii.encode(checkDigits(counted));
    if (this.#station.mischief.take('wrong-check')) check[0] = check[0] === 0x30 ? 0x31 : 0x30;
    return concat([Uint8Array.of(STX), counted, check]);
  }
}

function checkDigits(counted: Uint8Array): string {
  return toHex(Uint8Array.of(xorOf(counted)));
}

/** `000`: not given; the end is where 03 stands. 0: what begins like this is none. */
function frameLength(begun: Uint8Array): number | undefined {
  if (begun.length < HEAD) return undefined;
  const digits = latin.decode(begun.subarray(1, HEAD));
  if (!/^\d{3}$/.test(digits)) return 0;
  if (digits !== '000') return HEAD + Number(digits) + 1 + CHECK;
  const end = begun.indexOf(ETX, HEAD);
  return end < 0 ? undefined : end + 1 + CHECK;
}
