import type { Waiting } from '../../../drivers/reader.ts';
import type { Pin } from '../../crypto/pin.ts';
import type { Photo } from '../codecs/photo.ts';
import type { Denial } from '../denial.ts';
import type { Flow } from '../flow.ts';
import type { RunFlow } from '../run.ts';
import type { ItemChange } from './change.ts';
import type { ItemQuery } from './plan.ts';
import type { FilesReading } from './reading.ts';
import type { UpdateReport } from './report.ts';
import type { DirectoryTree } from './tree.ts';

// Not inside the methods: the compiler leaves the name of a module as it is where a function has `using`.
const loadActs = () => import('./acts.ts');

/** What an act with files may use. */
export interface FilesOptions extends Waiting {
  /** Presented once, where it opens a file; used up by the act. */
  readonly pin?: Pin;
  /** The PIN may spend the last try, or its tries are not known. Said for this call only. */
  readonly lastTry?: boolean;
}

/** The photo of the holder, or why there is none. */
export type PhotoReading = Photo | { readonly kind: 'withheld'; readonly denial: Denial } | { readonly kind: 'absent' };

/**
 * The files of the social security application: any item by address or name, as the description of this card has them.
 * Keys come from the card's key provider. Each method is one act; one that may earn a right ends with the card reset.
 */
export class SocialFiles {
  readonly #run: RunFlow;
  readonly #hasKeys: boolean;

  /** Made by `SocialApplication`. */
  constructor(run: RunFlow, hasKeys: boolean) {
    this.#run = run;
    this.#hasKeys = hasKeys;
  }

  /**
   * Reads items with the fewest commands. What the card keeps to itself is listed, with the reason. Of a group all
   * parts come, of a record of a cyclic file all fields, of a transparent file all of it.
   * @param what `all`, or addresses and names: `DF04EF05|8C`, `DF02EF07:01`, `medicalPersonCategory`
   * @throws SscardError `item-address-malformed`, `item-unknown`; as `readBasic`; `answer-malformed`; what the key
   * provider throws. A lost answer to the PIN has `outcome` `unknown` in its details
   * @example
   * const { files } = await card.social.files.read(['DF04EF05|8C', 'employmentHistory'], { pin });
   */
  async read(what: 'all' | readonly ItemQuery[], options: FilesOptions = {}): Promise<FilesReading> {
    using pin = options.pin;
    const { readItems } = await loadActs();
    return await this.#reading(pin, options, (flow) => readItems(flow, what, options));
  }

  /** Reads the photo. @throws SscardError as `read` */
  async photo(options: FilesOptions = {}): Promise<PhotoReading> {
    using pin = options.pin;
    const { readPhoto } = await loadActs();
    return await this.#reading(pin, options, (flow) => readPhoto(flow, options));
  }

  /**
   * Writes items. All is encoded and checked before anything is sent for it; then, file by file, the old value is read,
   * the update right earned, the value written, read back and compared. What stands there already is not written: the
   * same update again completes one that was cut, and restores a record that a cut left damaged. A new record of a
   * cyclic file (`:00`) stands there already when the newest one is the same.
   *
   * From then on an error of card, reader or key provider is in the report, with what is known of each change. Nothing
   * is sent a second time.
   * @throws SscardError `value-malformed`, `item-address-malformed`, `item-unknown`; before that, as `readBasic`
   * @example
   * const { outcome, items } = await card.social.files.update([{ address: 'SSSEEF06|09', value: '张三' }]);
   * if (outcome === 'unknown') show(items.filter(({ state }) => state === 'unknown'));
   */
  async update(changes: readonly ItemChange[], options: FilesOptions = {}): Promise<UpdateReport> {
    using _pin = options.pin;
    const { updateItems } = await loadActs();
    return await updateItems(this.#run, changes, options);
  }

  /** The directories, files and items that the description of this card has. @throws SscardError as `readBasic` */
  tree(waiting: Waiting = {}): Promise<readonly DirectoryTree[]> {
    const work = async ({ profile }: Flow) => (await import('./tree.ts')).fileTree(profile);
    return this.#run(waiting, work, { whole: true, ending: 'leave' });
  }

  #reading<T>(pin: Pin | undefined, waiting: Waiting, work: (flow: Flow) => Promise<T>): Promise<T> {
    const ending = this.#hasKeys || pin !== undefined ? 'reset' : 'leave';
    return this.#run(waiting, work, { whole: true, ending });
  }
}
