import { toHex } from '../../apdu/bytes.ts';
import type { CardProfile, FileDescription, ItemDescription } from '../social/profile/profile.ts';
import { type CommandName, commandName } from './command-names.ts';
import { dataOfAnswer, dataOfCommand, isAccepted, statusOf } from './exchange-parts.ts';
import { showValue, type ValueForm } from './explain-value.ts';
import type { ExplainedExchange, Walk } from './explained.ts';
import type { MaskedBytes } from './masked-bytes.ts';

/** What a command is about, before its answer. */
type About = Pick<ExplainedExchange, 'place' | 'named' | 'key'> & {
  /** The item whose value travels. */
  readonly item?: ItemDescription;
  /** What the command makes current if the card accepts it. */
  readonly enters?: { readonly directory: string | undefined } | { readonly file: FileDescription };
};

/** Follows the exchanges with the social security application. */
export class SocialWalk implements Walk {
  readonly #profile: CardProfile;
  #directory: string | undefined;
  #file: FileDescription | undefined;
  #last: About = {};

  constructor(profile: CardProfile) {
    this.#profile = profile;
  }

  /** Nothing is selected any more. */
  reset(): void {
    this.#directory = undefined;
    this.#file = undefined;
    this.#last = {};
  }

  exchange(command: MaskedBytes, answer: MaskedBytes | undefined): ExplainedExchange {
    const name = commandName(command);
    const about = name === 'get-response' ? this.#last : this.#about(name, command);
    this.#last = about;
    const sw = statusOf(answer);
    const accepted = isAccepted(sw);
    if (accepted && about.enters !== undefined) this.#enter(about.enters);
    const { item, enters: _enters, ...shown } = about;
    const value =
      name === 'update-record' ? recordOf(dataOfCommand(command)) : answer && recordOf(dataOfAnswer(answer));
    return {
      command: name,
      ...shown,
      ...(item !== undefined &&
        value !== undefined &&
        accepted && { value: showValue(formOf(item), contentOf(item, value)) }),
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
        return this.#selected(dataOfCommand(command));
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

function placeOf({ directory, ef, name, nameZh }: FileDescription): Pick<ExplainedExchange, 'place' | 'named'> {
  return { place: `${directory}${ef}`, named: { name, nameZh } };
}

/** A whole record, or nothing. */
function recordOf(data: MaskedBytes): MaskedBytes | undefined {
  return data.bytes.length === 0 ? undefined : data;
}

/** Without tag and length, where the item has them. */
function contentOf({ tag }: ItemDescription, { bytes, hidden }: MaskedBytes): MaskedBytes {
  return tag === null ? { bytes, hidden } : { bytes: bytes.subarray(2), hidden: hidden.subarray(2) };
}

function formOf({ format }: ItemDescription): ValueForm {
  return format === 'an' ? 'text' : format === 'cn' ? 'digits' : 'bytes';
}
