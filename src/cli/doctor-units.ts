import { createRequire } from 'node:module';
import type { Ports } from '../../drivers/port.ts';
import { doctorTexts } from '../i18n/doctor.ts';
import { type Address, parseAddress } from './address.ts';
import { type Check, check, failed, shown } from './doctor-check.ts';
import { openReaders } from './open.ts';
import type { Settings } from './settings.ts';

const REACH_TIMEOUT = 15_000;

/** A unit on a port, or behind a library, needs no PC/SC. */
export function isOnPort(uri: string | undefined): uri is string {
  return uri !== undefined && /^(?:serial|hid|vendor):/.test(uri);
}

/**
 * Packages and ports of units. Ports are listed as the system knows them, and nothing is sent to them; only the units that
 * the settings name are opened.
 */
export async function unitChecks(settings: Settings, signal: AbortSignal): Promise<Check[]> {
  const [{ serialPorts }, { hidPorts }] = await Promise.all([
    import('../../drivers/serial/ports.ts'),
    import('../../drivers/hid/ports.ts'),
  ]);
  return [
    ...(await portChecks('serialport', 'serial-ports', serialPorts())),
    ...(await portChecks('node-hid', 'hid-devices', hidPorts())),
    ...(await reached(settings, signal)),
  ];
}

async function portChecks(
  name: 'serialport' | 'node-hid',
  listed: 'serial-ports' | 'hid-devices',
  ports: Ports,
): Promise<Check[]> {
  try {
    createRequire(import.meta.url).resolve(name);
  } catch {
    return [check(name, 'warning', null, doctorTexts[name].advice)];
  }
  const present = check(name, 'passed', '');
  try {
    const found = await ports.list();
    const names = found.map(({ name: port, manufacturer }) => (manufacturer ? `${port} (${manufacturer})` : port));
    return [present, check(listed, 'passed', names.join(', ') || null)];
  } catch (error) {
    return [present, failed(listed, error, 'warning')];
  }
}

/** The units of the reader and of the PSAM, each port once. */
async function reached(settings: Settings, signal: AbortSignal): Promise<Check[]> {
  const checks = new Map<string, Check>();
  for (const uri of [settings.reader, settings.psam].filter(isOnPort)) {
    try {
      const address = parseAddress(uri);
      const port = portOf(address);
      if (!checks.has(port)) checks.set(port, await reach(address, settings, signal));
    } catch (error) {
      checks.set(uri, failed('unit', error));
    }
  }
  return [...checks.values()];
}

function portOf(address: Address): string {
  const place = address.scheme === 'vendor' ? address.library : 'port' in address ? address.port : '';
  return `${address.scheme}:${place}`;
}

async function reach(address: Address, settings: Settings, signal: AbortSignal): Promise<Check> {
  await using readers = await openReaders(address, settings);
  return check('unit', 'passed', shown(await readers.list({ timeout: REACH_TIMEOUT, signal })));
}
