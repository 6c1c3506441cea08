import type { Look } from '../scanner.ts';

/** A key of a pad, pressed between frames. */
export interface KeyEvent {
  readonly kind: 'key';
  readonly code: number;
}

/** The ten digits, and `codes`: each is a signal of one byte. */
export function keySignals(codes: readonly number[]): ReadonlyMap<number, Look<KeyEvent>> {
  const digits = Array.from({ length: 10 }, (_, digit) => 0x30 + digit);
  return new Map([...digits, ...codes].map((code) => [code, { is: 'signal', take: 1, event: { kind: 'key', code } }]));
}
