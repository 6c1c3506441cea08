import { toHex } from '../../apdu/bytes.ts';
import type { Transcript } from '../../drivers/replay/transcript.ts';
import { detection } from '../social/profile/load.ts';
import type { CardProfile, FileDescription, Generation, ItemDescription } from '../social/profile/profile.ts';
import { type CommandName, commandName } from './command-names.ts';
import { showValue } from './explain-value.ts';
import type { MaskedBytes } from './masked-bytes.ts';

/** One command of a transcript in words: what it is, what it concerns, what came of it. */
export interface Explained {
  /** Line of the transcript, 1-based. */
  readonly line: number;
  readonly command: CommandName;
  /** `SSSE`, `DF04EF05`, `DF04EF05|8C`, `DF02EF07:01`; absent where nobody can tell. */
  readonly place?: string;
  /** What stands there, by the profile's names. */
  readonly named?: { readonly name: string; readonly nameZh: string };
  /** `SSSE UKSSSE`. */
  readonly key?: string;
  /** Of the item, read or written; hidden bytes as `*`. */
  readonly value?: string;
  /** Status word; absent: the answer was lost, or the transcript ends here. */
  readonly sw?: number;
  /** What happened to the card instead of an answer. */
  readonly event?: string;
}

/**
 * Explains a transcript by the description of the card. Give it a masked transcript: what is shown is what the
 * transcript shows.
 * @param profile the whole profile, overlays applied
 * @example explainTranscript(maskTranscript(parseTranscript(text)), profile)
 */
export function explainTranscript({ steps }: Transcript, profile: CardProfile): Explained[] {
  const walk = new Walk(profile);
  const explained: Explained[] = [];
  let open: { readonly bytes: MaskedBytes; readonly line: number } | undefined;
  const finish = (answer?: MaskedBytes, event?: string) => {
    if (open !== undefined)
      explained.push({ line: open.line, ...walk.exchange(open.bytes, answer), ...(event && { event }) });
    open = undefined;
  };
  for (const step of steps) {
    if (step.kind === 'command') open = step;
    else if (step.kind === 'answer') finish(step.bytes);
    else {
      finish(undefined, step.kind === 'event' ? step.event : undefined);
      walk.reset();
    }
  }
  finish();
  return explained;
}

/** The generation that a transcript shows: the answer to 规范版本, free on every card. */
export function generationIn({ steps }: Transcript): Generation | undefined {
  for (const step of steps) {
    if (step.kind !== 'answer' || toHex(step.bytes.bytes.subarray(0, 2)) !== '0304') continue;
    const generation = detection.generations[String.fromCharCode(step.bytes.bytes[2] ?? 0)];
    if (generation !== undefined) return generation;
  }
  return undefined;
}

/** What a command is about, before its answer. */
type About = Pick<Explained, 'place' | 'named' | 'key'> & {
  /** The item whose value travels. */
  readonly item?: ItemDescription;
  /** What the command makes current if the card accepts it. */
  readonly enters?: { readonly directory: string | undefined } | { readonly file: FileDescription };
};

/** Follows the selection through a transcript. */
class Walk {
  readonly #profile: CardProfile;
  #directory: string | undefined;
  #file: FileDescription | undefined;
  #last: About = {};

  constructor(profile: CardProfile) {
    this.#profile = profile;
  }

  reset(): void {
    this.#directory = undefined;
    this.#file = undefined;
    this.#last = {};
  }

  exchange(command: MaskedBytes, answer: MaskedBytes | undefined): Omit<Explained, 'line' | 'event'> {
    const name = commandName(command);
    const about = name === 'get-response' ? this.#last : this.#about(name, command);
    this.#last = about;
    const sw = statusOf(answer);
    const accepted = sw !== undefined && [0x90, 0x61, 0x62].includes(sw >> 8);
    if (accepted && about.enters !== undefined) this.#enter(about.enters);
    const { item, enters: _enters, ...shown } = about;
    const value = name === 'update-record' ? recordOf(dataOf(command)) : answer && recordOf(without(answer, 2));
    return {
      command: name,
      ...shown,
      ...(item !== undefined && value !== undefined && accepted && { value: showValue(item, contentOf(item, value)) }),
      ...(sw !== undefined && { sw }),
    };
  }

  #enter(what: NonNullable<About['enters']>): void {
    if ('file' in what) this.#file = what.file;
    else {
      this.#directory = what.directory;
      this.#file = undefined;
    }
  }

  #about(name: CommandName, command: MaskedBytes): About {
    const [, , p1 = 0, p2 = 0] = command.bytes;
    switch (name) {
      case 'select':
        return this.#selected(dataOf(command));
      case 'read-record':
      case 'update-record':
        return this.#record(p1, p2);
      case 'append-record':
        return this.#inFile(p2 >> 3);
      case 'read-binary':
      case 'update-binary':
        return this.#inFile(p1 & 0x80 ? p1 & 0x1f : 0);
      case 'external-authentication':
        return this.#withKey(({ id }) => id === toHex(Uint8Array.of(p2)));
      case 'internal-authentication':
        return this.#withKey((key) => key.name === 'IRK');
      default:
        return this.#directory === undefined ? {} : { place: this.#directory };
    }
  }

  #selected(data: MaskedBytes): About {
    const name = toHex(data.bytes);
    const { directories, files } = this.#profile;
    const directory = directories.find(({ aid, fid }) => aid === name || fid === name);
    if (directory !== undefined) {
      const { id, nameZh } = directory;
      return { place: id, named: { name: id, nameZh }, enters: { directory: id } };
    }
    const file = files.find((one) => one.directory === this.#directory && one.fid === name);
    if (file === undefined) return { enters: { directory: undefined } };
    return { ...placeOf(file), enters: { file } };
  }

  #inFile(sfi: number): About & { readonly file?: FileDescription } {
    const file =
      sfi === 0 ? this.#file : this.#profile.files.find((one) => one.directory === this.#directory && one.sfi === sfi);
    return file === undefined ? {} : { ...placeOf(file), enters: { file } };
  }

  #record(p1: number, p2: number): About {
    const about = this.#inFile(p2 >> 3);
    const file = about.enters !== undefined && 'file' in about.enters ? about.enters.file : undefined;
    if (file === undefined) return about;
    const number = toHex(Uint8Array.of(p1));
    const byTag = (p2 & 0x07) === 0;
    const place = `${file.directory}${file.ef}${byTag ? '|' : ':'}${number}`;
    const item = file.items?.find((one) => (byTag ? one.tag === number : one.record === p1));
    if (item === undefined) return { ...about, place };
    return { ...about, place, named: { name: item.name, nameZh: item.nameZh }, item };
  }

  #withKey(fits: (key: CardProfile['keys'][number]) => boolean): About {
    const key = this.#profile.keys.find((one) => one.directory === this.#directory && fits(one));
    if (key === undefined) return this.#directory === undefined ? {} : { place: this.#directory };
    const { directory, name, nameZh } = key;
    return { place: directory, key: `${directory} ${name}`, named: { name, nameZh } };
  }
}

function placeOf({ directory, ef, name, nameZh }: FileDescription): Pick<Explained, 'place' | 'named'> {
  return { place: `${directory}${ef}`, named: { name, nameZh } };
}

function statusOf(answer: MaskedBytes | undefined): number | undefined {
  const [high, low] = answer?.bytes.subarray(-2) ?? [];
  return high === undefined || low === undefined ? undefined : (high << 8) | low;
}

function without({ bytes, hidden }: MaskedBytes, end: number): MaskedBytes {
  return { bytes: bytes.subarray(0, bytes.length - end), hidden: hidden.subarray(0, hidden.length - end) };
}

/** Data of a short command with data. */
function dataOf({ bytes, hidden }: MaskedBytes): MaskedBytes {
  const end = 5 + (bytes[4] ?? 0);
  return { bytes: bytes.subarray(5, end), hidden: hidden.subarray(5, end) };
}

/** A whole record, or nothing. */
function recordOf(data: MaskedBytes): MaskedBytes | undefined {
  return data.bytes.length === 0 ? undefined : data;
}

/** Without tag and length, where the item has them. */
function contentOf({ tag }: ItemDescription, { bytes, hidden }: MaskedBytes): MaskedBytes {
  return tag === null ? { bytes, hidden } : { bytes: bytes.subarray(2), hidden: hidden.subarray(2) };
}
