import type { SscardError } from '../../apdu/errors.ts';
import type { Settings } from './settings.ts';

/** What a verb gets. */
export interface Context {
  /** `read`, `sim new`; member `command` of the JSON. */
  readonly verb: string;
  readonly arguments: readonly string[];
  /** What was given of the verb's own options; a switch is `true`. */
  readonly options: ReadonlyMap<string, string | true>;
  readonly settings: Settings;
  /** Aborts at SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** For verbs that go on: prints one JSON object or one text, at once. */
  readonly emit: (members: Members, text: string) => void;
}

/** What stands in the JSON object beside `schema`, `ok` and `command`. */
export type Members = Readonly<Record<string, unknown>>;

/** What a verb hands back to be printed. */
export interface Outcome {
  readonly members: Members;
  /** For people, without the last line end. */
  readonly text: string;
  /** What went wrong after there was a result. */
  readonly error?: SscardError;
}

/** A verb. Nothing is printed at its end when it returns nothing: it has said everything by `emit`. */
export type Run = (context: Context) => Promise<Outcome | undefined>;
