import { SscardError } from '../../apdu/errors.ts';
import type { Ports } from '../port.ts';
import type { Readers } from '../reader.ts';
import { unitReaders } from '../units/readers.ts';
import { type Maker, type MakerName, makers, type SeatName, seatNames } from './makers.ts';
import { libraryProtocol, type Seat } from './unit.ts';

/** Which library, and what of its unit is meant. */
export interface VendorReadersOptions {
  /** Path of the library, or a name that the system's loader finds: `libhd100.so`, `SSSE32.dll`. */
  readonly library: string;
  /** Whose slot codes it has. Default `national`. */
  readonly maker?: MakerName;
  /** One place only: a name, or the number that the library has for it. Default: all that the maker has. */
  readonly slot?: SeatName | number;
  /** Device name for `ICC_Reader_Open`: `AUTO`, `USB1`, `COM3`. Default: the maker's. */
  readonly port?: string;
  /** What the library's process runs. Only for tests that run the sources. */
  readonly program?: string;
}

/**
 * The unit behind a maker's `ICC_Reader_*` library, as readers: the slot for the holder's card, and the SAM sockets. The library runs
 * in a process of its own, which is started with the first call: when it crashes or hangs, the call fails (`library-crashed`,
 * `library-late`), and the next card is served by a new process. Run against a library of our own over the simulated card; no
 * maker's library was ever run.
 * @throws SscardError `unsupported`: the maker's library has calls of its own. The methods: `library-missing`, `binding-missing`,
 * `port-not-found`, `port-failed`, `library-crashed`, `library-late`, `library-overrun`, `library-failed`, and what every reader throws
 * @example
 * await using readers = vendorReaders({ library: '/opt/reader/libhd100.so', maker: 'huada' });
 * const channel = await readers.waitForCard();
 */
export function vendorReaders(options: VendorReadersOptions): Readers {
  const { library, slot, program } = options;
  const maker: Maker = makers[options.maker ?? 'national'];
  if (maker.level !== 'ICC_Reader') {
    const message = `a library with the calls of ${maker.level} is not driven`;
    throw new SscardError('unsupported', message, { place: options.maker ?? '' });
  }
  const protocol = libraryProtocol({ library, seats: seatsOf(maker, slot), ...(program !== undefined && { program }) });
  return unitReaders({ protocol, ports: ofTheLibrary, port: options.port ?? maker.port });
}

function seatsOf(maker: Maker, slot: SeatName | number | undefined): readonly Seat[] {
  if (typeof slot === 'number') return [seat(0, slot)];
  return seatNames.flatMap((name, index) => {
    const found = maker.seats[name];
    return found === undefined || (slot !== undefined && slot !== name) ? [] : [seat(index, found.code)];
  });
}

function seat(index: number, code: number): Seat {
  return { code, slot: { index, kind: index === 0 ? 'card' : 'sam', interface: 'contact', chains: false } };
}

/** The library opens the port by itself. */
const ofTheLibrary: Ports = {
  scheme: 'vendor',
  list: () => Promise.resolve([]),
  open: (name) => Promise.reject(new SscardError('unsupported', 'the library opens its port', { place: name })),
};
