import type { MaskedBytes } from './masked-bytes.ts';

/** The status word of an answer. */
export function statusOf(answer: MaskedBytes | undefined): number | undefined {
  const [high, low] = answer?.bytes.subarray(-2) ?? [];
  return high === undefined || low === undefined ? undefined : (high << 8) | low;
}

/** Whether the card did what it was told: 9000, more to fetch (61xx), or done with a warning (62xx). */
export function isAccepted(sw: number | undefined): boolean {
  return sw !== undefined && [0x90, 0x61, 0x62].includes(sw >> 8);
}

/** An answer without its status word. */
export function dataOfAnswer({ bytes, hidden }: MaskedBytes): MaskedBytes {
  return part({ bytes, hidden }, 0, bytes.length - 2);
}

/** Data of a short command with data. */
export function dataOfCommand(command: MaskedBytes): MaskedBytes {
  return part(command, 5, 5 + (command.bytes[4] ?? 0));
}

export function part({ bytes, hidden }: MaskedBytes, start: number, end: number): MaskedBytes {
  return { bytes: bytes.subarray(start, end), hidden: hidden.subarray(start, end) };
}
