import { type Atr, inspectAtr } from '../../../apdu/atr.ts';
import { decodePps, type Pps } from '../../../apdu/pps.ts';
import { bitRate, clockRate, DEFAULT_TA1 } from '../../../apdu/speed.ts';
import type { CardSaid, Seat } from './seat.ts';

/** bError values (USB CCID 1.1, 6.2.6; readers.md 2). */
export const FAULT = {
  unsupported: 0x00,
  length: 0x01,
  slot: 0x05,
  specific: 0x07,
  data: 0x0a,
  mute: 0xfe,
  aborted: 0xff,
  timeout: 0xf0,
  cancelled: 0xef,
  apduLength: 0xbe,
} as const;

/** Parameters of a protocol in the order of the message. */
export interface Parameters {
  readonly protocol: 0 | 1;
  readonly bytes: Uint8Array;
}

/**
 * What a slot can say of its card in bStatus: that it is there; only whether it has power, as SAM sockets without a switch;
 * nothing.
 */
export type SlotTells = 'cards' | 'power' | 'nothing';

/** What came of a block that was sent to the card, or the bError. */
export type Exchanged = Uint8Array | number;

/**
 * One slot of a reader at TPDU level: the card in it, what card and reader have agreed on, and what the reader was told. They
 * do not hear each other where the two differ.
 */
export class CcidSlot {
  readonly seat: Seat;
  readonly #tells: SlotTells;
  #clockStopped = false;
  #atr: Partial<Atr> = {};
  /** A PPS is heard as the first thing after the answer to reset only. */
  #fresh = false;
  #agreed: { protocol: number; speed: number } = { protocol: 0, speed: DEFAULT_TA1 };
  #parameters: Parameters = { protocol: 0, bytes: Uint8Array.of(DEFAULT_TA1, 0, 0, 10, 0) };

  constructor(seat: Seat, tells: SlotTells = 'cards') {
    this.seat = seat;
    this.#tells = tells;
  }

  get icc(): 0 | 1 | 2 {
    if (this.seat.powered || this.#tells === 'nothing') return 0;
    return this.seat.present || this.#tells === 'power' ? 1 : 2;
  }

  /** 1: stopped low, after a power off. */
  get clock(): 0 | 1 {
    return this.#clockStopped && this.#tells !== 'nothing' ? 1 : 0;
  }

  get parameters(): Parameters {
    return this.#parameters;
  }

  /** @returns the answer to reset; undefined: no card */
  powerOn(): Uint8Array | undefined {
    const bytes = this.seat.powerOn();
    if (bytes === undefined) return undefined;
    this.#clockStopped = false;
    this.#atr = inspectAtr(bytes).atr;
    this.#fresh = true;
    const protocol = this.#atr.defaultProtocol ?? 0;
    this.#agreed = { protocol, speed: this.#atr.mode === 'specific' ? this.#fastest : DEFAULT_TA1 };
    this.resetParameters();
    return bytes;
  }

  powerOff(): void {
    this.seat.powerOff();
    this.#clockStopped = true;
  }

  /** What holds without further words: the first protocol of the card at its speed. */
  resetParameters(): void {
    const { protocol, speed } = this.#agreed;
    const guard = this.#atr.extraGuardTime ?? 0;
    const { t1 } = this.#atr;
    this.#parameters =
      protocol === 1
        ? {
            protocol: 1,
            bytes: Uint8Array.of(
              ...[speed, t1?.edc === 'CRC' ? 0x11 : 0x10, guard, ((t1?.bwi ?? 4) << 4) | (t1?.cwi ?? 13)],
              ...[0, t1?.ifsc ?? 32, 0],
            ),
          }
        : { protocol: 0, bytes: Uint8Array.of(speed, 0, guard, this.#atr.wi ?? 10, 0) };
  }

  /** @returns bError; undefined: they hold from now on */
  setParameters(protocol: number, bytes: Uint8Array): number | undefined {
    if (protocol > 1) return FAULT.specific;
    if (bytes.length !== (protocol === 0 ? 5 : 7)) return FAULT.length;
    if (!this.#canSpeed(bytes[0] ?? 0)) return FAULT.data;
    this.#parameters = { protocol: protocol as 0 | 1, bytes: bytes.slice() };
    return undefined;
  }

  /** A TPDU of T=0, a PPS request, or a block of T=1. */
  async exchange(bytes: Uint8Array): Promise<Exchanged> {
    const fresh = this.#fresh;
    this.#fresh = false;
    if (!this.seat.powered) return FAULT.mute;
    if (bytes[0] === 0xff) return (fresh && this.#negotiate(bytes)) || FAULT.mute;
    const { protocol, bytes: parameters } = this.#parameters;
    if (protocol !== this.#agreed.protocol || parameters[0] !== this.#agreed.speed) return FAULT.mute;
    if (protocol === 0 && !isTpdu(bytes)) return FAULT.apduLength;
    return heard(await this.seat.send(bytes));
  }

  /** The card takes what it offered, and leaves a speed out that it did not (ISO/IEC 7816-3:2006, 9). */
  #negotiate(request: Uint8Array): Uint8Array | undefined {
    const asked = pps(request);
    if (asked === undefined || !this.#atr.protocols?.includes(asked.protocol)) return undefined;
    const speed = asked.pps1 ?? DEFAULT_TA1;
    const takes = this.#canSpeed(speed);
    this.#agreed = { protocol: asked.protocol, speed: takes ? speed : DEFAULT_TA1 };
    if (takes) return request.slice();
    const head = [0xff, asked.protocol];
    return Uint8Array.of(...head, 0xff ^ asked.protocol);
  }

  get #fastest(): number {
    return this.#atr.groups?.[0]?.ta ?? DEFAULT_TA1;
  }

  #canSpeed(fidi: number): boolean {
    const wanted = bitsPerClock(fidi);
    return wanted !== undefined && wanted <= (bitsPerClock(this.#fastest) ?? 0);
  }
}

/** A header with its data, and no Le behind it (iso7816.md 4). */
function isTpdu(bytes: Uint8Array): boolean {
  return bytes.length === 5 || (bytes.length > 5 && bytes.length === 5 + (bytes[4] ?? 0));
}

function heard(said: CardSaid): Exchanged {
  return said.kind === 'answer' ? said.bytes : FAULT.mute;
}

function pps(request: Uint8Array): Pps | undefined {
  try {
    return decodePps(request);
  } catch {
    return undefined;
  }
}

function bitsPerClock(fidi: number): number | undefined {
  const di = bitRate(fidi);
  const clocks = clockRate(fidi);
  return di === undefined || clocks === undefined ? undefined : di / clocks.fi;
}
