import { SscardError } from '../../apdu/errors.ts';
import type { Channel, Readers, SlotState, Waiting } from '../../drivers/reader.ts';
import { seatNames } from '../../drivers/vendor/makers.ts';
import type { KeyServiceOptions } from '../keys/https-service.ts';
import type { KeyProvider } from '../keys/provider.ts';
import type { OpenPsam } from '../keys/psam-connection.ts';
import type { KeyChoice } from '../keys/ring.ts';
import { loadProfile } from '../social/profile/load.ts';
import { withOverlay } from '../social/profile/merge.ts';
import type { ProfileOverlay } from '../social/profile/profile.ts';
import { type Address, parseAddress } from './address.ts';
import { LazyKeys } from './lazy-keys.ts';
import { type OpenedCard, openReaders } from './open.ts';
import { samSlotBeside } from './sam-slot.ts';
import type { HsmSettings, Settings } from './settings.ts';
import { firstSocket, isUnit, openUnitPsam } from './unit-psam.ts';

/** A PSAM is in its slot, or it is not. */
const PSAM_TIMEOUT = 2_000;

/** Where keys may be. */
export interface KeyPlaces {
  /** The slot that `--psam` names; absent: the one of the reader's own unit. */
  readonly psam?: Address;
  readonly hsm?: KeyServiceOptions;
}

/**
 * What the settings say of keys, checked before a reader is opened.
 * @throws SscardError `scheme-not-available`, `address-malformed`, `hsm-incomplete`
 */
export function keyPlaces({ psam, hsm }: Settings): KeyPlaces {
  return {
    ...(psam !== undefined && { psam: parseAddress(psam, '--psam') }),
    ...(hsm !== undefined && { hsm: keyService(hsm) }),
  };
}

function keyService({ url, ca, cert, key, timeout }: HsmSettings): KeyServiceOptions {
  if (ca === undefined || cert === undefined || key === undefined) {
    const choices = ['hsm.ca', 'hsm.cert', 'hsm.key'];
    throw new SscardError('hsm-incomplete', 'both sides show a certificate', { place: '--hsm', choices });
  }
  return { url, ca, cert, key, ...(timeout !== undefined && { timeout: 1000 * timeout }) };
}

/**
 * The keys that an act on this card may use. Nothing is opened before a key is needed, except that a PSAM is asked for
 * the number of the terminal: the one that `--psam` names, or the one in the unit of a real reader. The simulated unit's
 * own PSAM is not asked for it: it would cost every reading of a simulated card a second chip.
 * @returns nothing when there is no place for keys
 */
export async function openKeys(
  places: KeyPlaces,
  opened: OpenedCard,
  settings: Settings,
  overlays: readonly ProfileOverlay[],
): Promise<KeyProvider | undefined> {
  const own = places.psam === undefined && (await hasOwnSam(opened));
  if (places.psam === undefined && places.hsm === undefined && !own) return undefined;
  const { address, readers } = opened;
  const others = places.psam && !isSame(places.psam, address) ? await openReaders(places.psam, settings) : undefined;
  const psams: OpenPsam[] = [];
  if (places.psam !== undefined) psams.push(openNamed(others ?? readers, places.psam, others === undefined));
  if (own) psams.push((waiting) => openBeside(opened, waiting));
  return new LazyKeys({
    open: () => makeRing(psams, places.hsm, overlays, opened.note),
    tellsTerminal: places.psam !== undefined || address.scheme !== 'sim',
    ...(others !== undefined && { readers: others }),
  });
}

/** A simulated unit always has one; to look for it would load its chip. A transcript is of the card alone. */
async function hasOwnSam({ address, readers, channel }: OpenedCard): Promise<boolean> {
  if (address.scheme === 'sim' || address.scheme === 'replay') return address.scheme === 'sim';
  if (isUnit(address)) return firstSocket(readers, channel.slot) !== undefined;
  return samSlotBeside(channel.slot, await readers.list()) !== undefined;
}

function isSame(one: Address, other: Address): boolean {
  if (one.scheme === 'sim' && other.scheme === 'sim') return one.file === other.file;
  if (one.scheme === 'vendor' && other.scheme === 'vendor') {
    return one.library === other.library && one.port === other.port;
  }
  // A port is opened once, whatever slot of its unit is meant.
  if (isUnit(one) && isUnit(other)) return one.scheme === other.scheme && one.port === other.port;
  return one.scheme === 'pcsc' && other.scheme === 'pcsc';
}

async function openBeside({ address, readers, channel: { slot } }: OpenedCard, waiting: Waiting): Promise<Channel> {
  const sam = isUnit(address) ? firstSocket(readers, slot) : samSlotBeside(slot, await readers.list(waiting))?.name;
  if (sam === undefined) throw new SscardError('reader-not-found', 'the unit has no SAM slot');
  return readers.waitForCard({ ...waiting, timeout: PSAM_TIMEOUT, reader: sam });
}

/** By the name in the address, or the only SAM slot there is. @param shared the holder's card is behind the same driver */
function openNamed(readers: Readers, address: Address, shared: boolean): OpenPsam {
  return async (waiting) => {
    const options = { ...waiting, timeout: PSAM_TIMEOUT };
    if (address.scheme === 'replay') return readers.waitForCard(options);
    if (isUnit(address)) return openUnitPsam(readers, address, shared, options);
    if (address.scheme === 'pcsc' && address.name !== undefined) {
      return readers.waitForCard({ ...options, reader: address.name });
    }
    const names = namesOf(await readers.list(waiting), address);
    const [name, ...more] = names;
    if (name === undefined) throw new SscardError('reader-not-found', 'no SAM slot');
    if (more.length > 0) throw new SscardError('reader-ambiguous', 'several SAM slots', { choices: names });
    return readers.waitForCard({ ...options, reader: name });
  };
}

/** The SAM slots that are meant; where there are several, the empty ones are not. */
function namesOf(slots: readonly SlotState[], address: Address): readonly string[] {
  const sams = slots.filter(({ kind }) => kind === 'sam');
  const number = address.scheme === 'vendor' && address.slot !== undefined ? seatNames.indexOf(address.slot) : 0;
  if (number > 0) return sams.flatMap(({ name }) => (name.endsWith(` SAM ${number}`) ? [name] : []));
  return sams.flatMap(({ name, state }) => (sams.length === 1 || state !== 'empty' ? [name] : []));
}

/** PSAM before HSM (driver-api.md 4.5). */
async function makeRing(
  psams: readonly OpenPsam[],
  hsm: KeyServiceOptions | undefined,
  overlays: readonly ProfileOverlay[],
  note: OpenedCard['note'],
): Promise<KeyProvider> {
  const [{ keyRing }, { psamProvider }, profile] = await Promise.all([
    import('../keys/ring.ts'),
    import('../keys/psam.ts'),
    // The PSAM is the same for all generations.
    loadProfile('2.0'),
  ]);
  const { psam } = overlays.reduce(withOverlay, profile);
  const providers = psams.map((open) => psamProvider(open, psam));
  if (hsm !== undefined) providers.push(await hsmAt(hsm));
  return keyRing(providers, { onChoice: (choice) => note(choiceText(choice)) });
}

async function hsmAt(options: KeyServiceOptions): Promise<KeyProvider> {
  const [{ hsmProvider }, { httpsKeyService }] = await Promise.all([
    import('../keys/hsm.ts'),
    import('../keys/https-service.ts'),
  ]);
  return hsmProvider(httpsKeyService(options));
}

/** @example 'key UKSSSE: psam' */
function choiceText({ directory, key, provider, because }: KeyChoice): string {
  const name = directory === 'SSSE' ? key : `${directory} ${key}`;
  return `key ${name}: ${provider}${because === undefined ? '' : ` (${because})`}`;
}
