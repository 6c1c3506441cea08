import type { CommandName } from './command-names.ts';
import type { MaskedBytes } from './masked-bytes.ts';

/** Something with a name in both languages. */
export interface Named {
  readonly name: string;
  readonly nameZh: string;
}

/** One data object of the financial application. */
export interface ExplainedObject extends Named {
  /** Hex. */
  readonly tag: string;
  /** Hidden bytes as `*`; what is longer than 32 bytes as its length. */
  readonly value: string;
  /** What it says: bits that are set (`bit`: byte and bits, `1.7`), rules of a CVM list, objects of a list, files. */
  readonly details?: readonly (Named & { readonly bit?: string })[];
}

/** One command of a transcript in words: what it is, what it concerns, what came of it. */
export interface Explained {
  /** Line of the transcript, 1-based. */
  readonly line: number;
  readonly command: CommandName;
  /**
   * `SSSE`, `DF04EF05`, `DF04EF05|8C`, `DF02EF07:01`; of the financial application its name, `SFI 1:1` (file and record),
   * the tag of GET DATA. Absent where nobody can tell.
   */
  readonly place?: string;
  /** What stands there, by the profile's names; what a command of the financial application asks for. */
  readonly named?: Named;
  /** `SSSE UKSSSE`. */
  readonly key?: string;
  /** Of the item, read or written; hidden bytes as `*`. */
  readonly value?: string;
  /** Data objects to the financial application, in the order of its list, and from it. */
  readonly sent?: readonly ExplainedObject[];
  readonly received?: readonly ExplainedObject[];
  /** Status word; absent: the answer was lost, or the transcript ends here. */
  readonly sw?: number;
  /** What happened to the card instead of an answer. */
  readonly event?: string;
}

/** What an application knows of one exchange. */
export type ExplainedExchange = Omit<Explained, 'line' | 'event'>;

/** Follows the exchanges with one application. */
export interface Walk {
  /** @param answer without it the answer was lost */
  exchange(command: MaskedBytes, answer: MaskedBytes | undefined): ExplainedExchange;
}
