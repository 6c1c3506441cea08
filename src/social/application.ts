import { withChaining } from '../../apdu/chaining.ts';
import type { Channel, Waiting } from '../../drivers/reader.ts';
import { MedicalAccount } from './account/account.ts';
import type { BasicInformation } from './basic-information.ts';
import type { BlockOutcome } from './block.ts';
import type { CertificateKey } from './certificate.ts';
import { SocialFiles } from './files/social-files.ts';
import type { CardSettings, Flow } from './flow.ts';
import type { Genuineness } from './genuineness.ts';
import { interpretBasic } from './interpret.ts';
import { SocialPin } from './pin/social-pin.ts';
import type { Generation } from './profile/profile.ts';
import { readBasicRecords } from './read-basic.ts';
import { flowRunner, type RunFlow } from './run.ts';
import { terminalNumbers } from './terminal.ts';

/** The social security application (SSSE) of one inserted card. Made by `openCard`. */
export class SocialApplication {
  readonly files: SocialFiles;
  readonly pin: SocialPin;
  readonly account: MedicalAccount;
  readonly #channel: Channel;
  readonly #settings: CardSettings;
  readonly #run: RunFlow;

  /** @param begin called at the start of every act, when nobody else can reach the card */
  constructor(channel: Channel, settings: CardSettings = {}, begin: () => Promise<void> = async () => {}) {
    this.#channel = channel;
    this.#settings = settings;
    // On T=0 no card corrects the Le of a command with data (ISO/IEC 7816-3, 12.2.5); one that moves money never goes twice.
    const transmitter = channel.chains ? channel : withChaining<Waiting>(channel, { repeatData: false });
    this.#run = flowRunner(channel, transmitter, settings, begin);
    this.files = new SocialFiles(this.#run, settings.keys !== undefined);
    this.pin = new SocialPin(this.#run);
    this.account = new MedicalAccount(this.#run);
  }

  /**
   * Selects the application and reads which generation the card is of.
   * @param waiting as for `readBasic`
   * @throws SscardError as `readBasic`
   */
  generation(waiting?: Waiting): Promise<Generation> {
    return this.#run(waiting, async ({ generation }) => generation, { ending: 'leave' });
  }

  /**
   * Reads what is needed at every counter: the national fields, sex, ethnic group, birth date and the Jiangsu person
   * number. Values are full; nothing is masked. What needs a key that no provider has is listed in `withheld`, what is
   * odd in `oddities`.
   * @param waiting `timeout` in milliseconds bounds the whole reading; without it each command has the driver's own
   * deadline
   * @throws SscardError `not-social-security-card`, `application-blocked`, `generation-unknown`, `card-refused`,
   * `record-malformed`, `chain-too-long`, `chain-stalled`, and what the channel throws (`card-removed`, `card-mute`,
   * `cancelled`, …); `details` name step, place and status word
   * @example
   * const { name, oddities } = await card.social.readBasic();
   */
  readBasic(waiting?: Waiting): Promise<BasicInformation> {
    const { keys } = this.#settings;
    const work = async (flow: Flow) => {
      const terminal = keys && (await terminalNumbers(keys, flow.line.waiting));
      return interpretBasic(await readBasicRecords(flow), this.#channel.atr, terminal);
    };
    return this.#run(waiting, work, { ending: keys === undefined ? 'leave' : 'reset' });
  }

  /** Whether the chip is genuine: internal authentication with IRK (7.3 c). @throws SscardError as `readBasic` */
  checkGenuine(waiting?: Waiting): Promise<Genuineness> {
    return this.#run(waiting, async (flow) => (await import('./genuineness.ts')).checkGenuine(flow));
  }

  /**
   * APPLICATION BLOCK of the social environment. `permanent` cannot be undone.
   * @throws SscardError `act-switched-off` unless the profile switches it on, and as `readBasic`
   */
  async block(kind: 'temporary' | 'permanent', waiting?: Waiting): Promise<BlockOutcome> {
    const { blockApplication, blockCommands, unknownBlock } = await import('./block.ts');
    return this.#run(waiting, (flow) => blockApplication(flow, blockCommands[kind])).catch(unknownBlock);
  }

  /** APPLICATION UNBLOCK: takes a temporary block back. @throws as `block` */
  async unblock(waiting?: Waiting): Promise<BlockOutcome> {
    const { blockApplication, blockCommands, unknownBlock } = await import('./block.ts');
    const work = (flow: Flow) => blockApplication(flow, blockCommands.unblock);
    return this.#run(waiting, work, { whileBlocked: true }).catch(unknownBlock);
  }

  /**
   * Reads the public key of the certificate application of a 3.0 card (2.6). The card is reset after it: another
   * application was selected.
   * @throws SscardError as `readBasic`
   * @example
   * const certificate = await card.social.certificateKey();
   * if (certificate.kind === 'key') show(certificate.publicKey);
   */
  certificateKey(waiting?: Waiting): Promise<CertificateKey> {
    return this.#run(waiting, async (flow) => (await import('./certificate.ts')).readCertificateKey(flow));
  }
}
