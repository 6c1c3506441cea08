/** A key of a pad, pressed between frames. */
export interface KeyEvent {
  readonly kind: 'key';
  readonly code: number;
}

/** The ten digits, and `codes`, each as its byte. */
export function keySignals(codes: readonly number[]): ReadonlyMap<number, KeyEvent> {
  const digits = Array.from({ length: 10 }, (_, digit) => 0x30 + digit);
  return new Map([...digits, ...codes].map((code) => [code, { kind: 'key', code }]));
}
