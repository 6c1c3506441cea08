import type { ShareMode } from '../reader.ts';
import type { Binding, CardHandle } from './binding.ts';
import { CODE, hasCode, pcscError, SCARD } from './codes.ts';
import { loadPackage } from './packages.ts';
import { fault, type NativeReader, type PcsclitePackage, Root } from './pcsclite-root.ts';

const LONGEST_CONTROL_ANSWER = 1_024;
/** Reader objects kept for the next connection to the same reader, whoever asks for it. */
const spares = new Map<string, NativeReader[]>();
const MOST_SPARES = 2;

/**
 * The binding over npm `pcsclite` 1.0. What the package makes necessary:
 * - it has no transactions, no attributes and no reconnect, so a card is reset by closing the connection;
 * - a reader object takes one lock for a command and for its own status events, and it handles those on the main
 *   thread: a status event during a slow command would stop the event loop. So connections get reader objects whose
 *   status thread has been ended (`Root` and its `close`), and watching is done with others;
 * - a reader object gives its context back when it is collected as garbage, if ever: objects are kept and used again.
 * @throws SscardError `binding-missing`
 */
export async function pcscliteBinding(): Promise<Binding> {
  const open = loadPackage('pcsclite') as PcsclitePackage;
  return {
    name: 'pcsclite',
    lacks: new Set(['transactions', 'attributes', 'reset', 'cold-reset'] as const),
    waitsOnPool: false,
    openSession: async () => {
      const root = new Root(open);
      try {
        await root.ready();
      } catch (error) {
        await root.close();
        throw error;
      }
      return {
        states: (known, wait) => root.states(known, wait),
        cancel: () => root.cancel(),
        close: () => root.close(),
      };
    },
    async connect({ name, atr }, share, protocols) {
      const release = (reader: NativeReader) => {
        const list = spares.get(name) ?? [];
        if (list.length < MOST_SPARES) spares.set(name, [...list, reader]);
      };
      const spare = spares.get(name)?.pop();
      if (spare !== undefined) {
        try {
          return await connect(spare, atr, share, protocols, release);
        } catch (error) {
          // The context of a spare object dies with the service; any other refusal is the card's.
          if (!hasCode(error, 'service-lost')) {
            release(spare);
            throw error;
          }
        }
      }
      const fresh = await quietReader(open, name);
      try {
        return await connect(fresh, atr, share, protocols, release);
      } catch (error) {
        release(fresh);
        throw error;
      }
    },
  };
}

/** A reader object without a status thread. */
async function quietReader(open: PcsclitePackage, name: string): Promise<NativeReader> {
  const root = new Root(open);
  try {
    await root.ready();
    return root.reader(name);
  } finally {
    await root.close();
  }
}

async function connect(
  reader: NativeReader,
  atr: Uint8Array,
  share: ShareMode,
  protocols: number,
  release: (reader: NativeReader) => void,
): Promise<CardHandle> {
  const mode = share === 'exclusive' ? SCARD.shareExclusive : SCARD.shareShared;
  const protocol = await new Promise<number>((resolve, reject) => {
    reader.connect({ share_mode: mode, protocol: protocols }, (error, active) => {
      if (error) reject(fault('SCardConnect', error));
      else resolve(active);
    });
  });
  const absent = async (): Promise<never> => {
    throw pcscError('not in this binding', CODE.unsupported);
  };
  return {
    protocol,
    atr,
    transmit: (command) =>
      new Promise((resolve, reject) => {
        const bytes = Buffer.from(command.buffer, command.byteOffset, command.byteLength);
        reader.transmit(bytes, SCARD.longestAnswer, protocol, (error, answer) => {
          if (error) reject(fault('SCardTransmit', error));
          else resolve(new Uint8Array(answer));
        });
        // The package has copied the bytes when the call returns.
        command.fill(0);
      }),
    reconnect: absent,
    begin: absent,
    end: absent,
    control(code, data) {
      // The package keeps a bare pointer to these bytes: they must stay reachable until it calls back.
      const bytes = Buffer.from(data);
      return new Promise((resolve, reject) => {
        reader.control(bytes, code, LONGEST_CONTROL_ANSWER, (error, answer) => {
          if (error) reject(fault('SCardControl', error));
          else resolve(Uint8Array.from(answer));
          bytes.fill(0);
        });
      });
    },
    attribute: absent,
    disconnect: (disposition) =>
      new Promise((resolve, reject) => {
        reader.disconnect(disposition, (error) => {
          if (error) return reject(fault('SCardDisconnect', error));
          release(reader);
          resolve();
        });
      }),
  };
}
