import { closeSync, openSync, writeSync } from 'node:fs';
import { SscardError } from '../../apdu/errors.ts';
import type { Channel, Readers } from '../../drivers/reader.ts';
import type { Recording } from '../../drivers/replay/record.ts';
import { type Address, parseAddress } from './address.ts';
import type { Context, Outcome } from './context.ts';
import type { Settings } from './settings.ts';
import { isTerminal, writeError } from './terminal.ts';
import { readTranscriptFile } from './transcript-file.ts';
import type { UnitAddress } from './unit-address.ts';

/** When a person who has not put the card in yet is asked for it. */
const PATIENCE = 400;

/** The driver of an address. Loads that driver and no other. */
export async function openReaders(address: Address, { binding, aliases }: Settings): Promise<Readers> {
  switch (address.scheme) {
    case 'pcsc':
      return (await import('../../drivers/pcsc/readers.ts')).pcscReaders({ binding, aliases });
    case 'serial':
    case 'hid':
      return openUnit(address);
    case 'vendor': {
      const { library, maker, port, slot } = address;
      const { vendorReaders } = await import('../../drivers/vendor/readers.ts');
      return vendorReaders({
        library,
        ...(maker !== undefined && { maker }),
        ...(port !== undefined && { port }),
        // The slot for cards is the one that is taken; the sockets beside it stay in sight, for the PSAM.
        ...(slot !== undefined && slot !== 'user' && { slot }),
      });
    }
    case 'sim':
      return (await import('../simulator/readers.ts')).simReaders(address.file);
    case 'replay': {
      const { replayReaders } = await import('../../drivers/replay/readers.ts');
      return replayReaders(readTranscriptFile(address.file), { match: address.match });
    }
  }
}

/** The unit that was named, and no other: what is on other ports is not looked for. */
async function openUnit({ scheme, packing, slot, ...unit }: UnitAddress): Promise<Readers> {
  const [{ unitReaders }, ports] = await Promise.all([
    import('../../drivers/units/readers.ts'),
    scheme === 'serial'
      ? import('../../drivers/serial/ports.ts').then(({ serialPorts }) => serialPorts())
      : import('../../drivers/hid/ports.ts').then(({ hidPorts }) => hidPorts({ ...(packing && { packing }) })),
  ]);
  // The sockets beside it stay in sight, for the PSAM.
  return unitReaders({ ...unit, ports, ...(slot !== undefined && { take: slot }) });
}

/** The holder's card in its slot. */
export interface OpenedCard {
  readonly channel: Channel;
  readonly readers: Readers;
  readonly address: Address;
  /** Writes a comment into the trace, if there is one. */
  readonly note: (text: string) => void;
}

type Work = (opened: OpenedCard) => Promise<Outcome>;

/**
 * Waits for the card, works with it, and lets it go (reset) however the work ends. With `--trace` the exchange is
 * recorded, masked.
 * @throws SscardError `trace-unwritable` (before a reader is opened), what the driver and the work throw. What fails
 * at the very end stands in the outcome, beside the result.
 */
export async function withCard(context: Context, work: Work): Promise<Outcome> {
  const { settings } = context;
  const address = parseAddress(settings.reader);
  const trace = settings.trace === undefined ? undefined : openTrace(settings.trace);
  try {
    const readers = await openReaders(address, settings);
    try {
      const bare = await waitForCard(readers, address, context);
      const recording = trace === undefined ? undefined : await record(bare, trace, context.verb);
      const note = (text: string) => recording?.note(text);
      return await workAndClose({ channel: recording ?? bare, readers, address, note }, work);
    } finally {
      await readers[Symbol.asyncDispose]();
    }
  } finally {
    if (trace !== undefined) closeSync(trace);
  }
}

async function workAndClose(opened: OpenedCard, work: Work): Promise<Outcome> {
  const { channel } = opened;
  let outcome: Outcome;
  try {
    outcome = await work(opened);
  } catch (error) {
    // The first error is the one that explains.
    await channel.close('reset').catch(() => {});
    throw error;
  }
  try {
    await channel.close('reset');
  } catch (error) {
    if (error instanceof SscardError && error.code === 'trace-write-failed') return { ...outcome, error };
    throw error;
  }
  return outcome;
}

async function waitForCard(readers: Readers, address: Address, { settings, signal }: Context): Promise<Channel> {
  const { timeout, lang, json, psam } = settings;
  const reader = address.scheme === 'pcsc' ? address.name : undefined;
  const except = reader === undefined && psam !== undefined ? await slotsNamed(readers, psam, signal) : [];
  const ask = lang === 'zh' ? '请插卡…\n' : 'Insert the card…\n';
  const prompt = setTimeout(() => !json && isTerminal(2) && writeError(ask), PATIENCE);
  const chosen = { interface: settings.interface, except, ...(reader !== undefined && { reader }) };
  try {
    return await readers.waitForCard({ timeout, signal, ...chosen });
  } finally {
    clearTimeout(prompt);
  }
}

/** The slots of this driver that `--psam` names: no holder's card is looked for in them. */
async function slotsNamed(readers: Readers, psam: string, signal: AbortSignal): Promise<readonly string[]> {
  const address = parseAddress(psam, '--psam');
  if (address.scheme !== 'pcsc' || readers.scheme !== 'pcsc' || address.name === undefined) return [];
  const part = address.name.toLowerCase();
  const slots = await readers.list({ signal });
  return slots.flatMap(({ name, alias }) =>
    alias === address.name || name.toLowerCase().includes(part) ? [name] : [],
  );
}

function openTrace(path: string): number {
  try {
    return openSync(path, 'w', 0o600);
  } catch (error) {
    throw new SscardError('trace-unwritable', 'cannot open the trace file', { place: path }, { cause: error });
  }
}

/** The verb stands in the transcript, so that the act can be done again from it. */
async function record(channel: Channel, trace: number, verb: string): Promise<Recording> {
  const { recordChannel } = await import('../../drivers/replay/record.ts');
  const write = (line: string) => void writeSync(trace, `${line}\n`);
  write(`command ${verb}`);
  return recordChannel(channel, write);
}
