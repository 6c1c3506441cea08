import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SscardError } from '../../apdu/errors.ts';
import { words } from '../i18n/words.ts';
import { readCardFile } from '../simulator/card-file.ts';
import { type HsmLogEntry, type HsmServer, serveHsm } from '../simulator/hsm.ts';
import type { Context } from './context.ts';
import { printable } from './layout.ts';
import { readHostPort } from './sim-seats.ts';

/**
 * The key service with the masters of a card file, where `--key-service` asks for it.
 * @returns nothing when it is not asked for
 * @throws SscardError `argument-missing`, `sim-port-malformed`, `sim-tls-unreadable`, `sim-service-not-started`
 */
export async function startKeyService(context: Context, file: string): Promise<HsmServer | undefined> {
  const [address, folder] = [context.options.get('key-service'), context.options.get('tls')];
  if (address === undefined && folder === undefined) return undefined;
  if (address === undefined || folder === undefined) {
    const place = address === undefined ? '--key-service' : '--tls';
    throw new SscardError('argument-missing', 'one goes with the other', { place });
  }
  const { host, port } = readHostPort(String(address), '--key-service');
  const tls = readCredentials(String(folder));
  const { masters } = await readCardFile(file);
  const server = await started(
    () => serveHsm({ masters, tls, host, port, log: (entry) => tell(context, entry) }),
    host,
  );
  const { serve } = words[context.settings.lang];
  context.emit({ event: 'key-service', url: server.url, file }, `${serve['key-service']}  ${server.url}`);
  return server;
}

/** `ca.pem`, `server.pem`, `server-key.pem` of one folder. */
function readCredentials(folder: string): { ca: string; cert: string; key: string } {
  const read = (name: string) => {
    const place = join(folder, name);
    try {
      return readFileSync(place, 'utf8');
    } catch (error) {
      throw new SscardError('sim-tls-unreadable', 'a certificate or key cannot be read', { place }, { cause: error });
    }
  };
  return { ca: read('ca.pem'), cert: read('server.pem'), key: read('server-key.pem') };
}

async function started(start: () => Promise<HsmServer>, host: string): Promise<HsmServer> {
  try {
    return await start();
  } catch (error) {
    // The address is taken, or the certificates are none.
    throw new SscardError('sim-service-not-started', 'the key service cannot start', { place: host }, { cause: error });
  }
}

function tell({ emit }: Context, { client, operation, status, code }: HsmLogEntry): void {
  const text = [operation ?? '?', String(status), code ?? '', printable(client ?? '')].join('  ').trimEnd();
  emit({ event: 'key-service-request', client, operation, status, code }, text);
}
