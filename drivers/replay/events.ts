/**
 * What can happen to a card, by the name it has in a transcript and the error a command then ends with.
 * `cut`: nothing more can be sent over the same channel (after `reset`: until the program resets the card itself).
 */
const events = {
  inserted: { code: undefined, cut: false },
  removed: { code: 'card-removed', cut: true },
  reset: { code: 'card-reset', cut: true },
  mute: { code: 'card-mute', cut: true },
  cancelled: { code: 'cancelled', cut: true },
  malformed: { code: 'answer-malformed', cut: false },
  'reader-lost': { code: 'reader-lost', cut: true },
  'service-lost': { code: 'service-lost', cut: true },
  /** Any other error of the driver that was recorded. */
  failed: { code: 'recorded-failure', cut: false },
} as const;

/** What may happen between two exchanges of a transcript, as written after `!`. */
/** What stands after `!` in a transcript. */
export type EventName = keyof typeof events;

/** The closed list of events of a transcript. */
export const eventNames = Object.keys(events) as EventName[];

/** The code of the error a command ends with when this happens; `undefined` for `inserted`. */
export function eventCode(event: EventName): string | undefined {
  return events[event].code;
}

/** True when nothing more can be sent over the same channel. */
export function cutsChannel(event: EventName, outcome: string | undefined): boolean {
  // A command that was given up before it left leaves no late answer behind.
  const neverLeft = outcome === 'not-done' && (event === 'mute' || event === 'cancelled');
  return events[event].cut && !neverLeft;
}

/** The event as which an error of `transmit` is recorded. */
export function eventOf(code: string | undefined): EventName {
  return eventNames.find((name) => events[name].code === code && code !== undefined) ?? 'failed';
}
