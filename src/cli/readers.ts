import { SscardError } from '../../apdu/errors.ts';
import type { CardInterface, ReaderEvent, Readers, ShareMode, SlotState } from '../../drivers/reader.ts';
import { words } from '../i18n/words.ts';
import { createMasker } from '../trace/mask.ts';
import { parseAddress } from './address.ts';
import type { Context, Outcome } from './context.ts';
import { printable, table } from './layout.ts';
import { openReaders } from './open.ts';
import type { Language } from './settings.ts';

/** One slot as it is shown. The answer to reset has the serial number of the card: masked. */
interface ShownSlot {
  readonly name: string;
  readonly alias: string | null;
  readonly kind: SlotState['kind'];
  readonly interface: CardInterface | null;
  readonly state: SlotState['state'];
  readonly inUse: ShareMode | null;
  readonly atr: string | null;
}

/** `sscard readers [--watch]`: slots, what is in them, and every change. */
export async function runReaders(context: Context): Promise<Outcome | undefined> {
  const { settings, signal, options } = context;
  await using readers = await openReaders(parseAddress(settings.reader), settings);
  if (options.has('watch')) return await watch(readers, context);
  const slots = (await readers.list({ signal })).map(show);
  return { members: { readers: slots }, text: slotsText(slots, settings.lang) };
}

async function watch(readers: Readers, { settings: { lang }, signal, emit }: Context): Promise<undefined> {
  for await (const event of readers.watch({ signal })) {
    const slot = 'slot' in event ? show(event.slot) : undefined;
    const name = nameOf(event);
    const position = event.type === 'card-moved' ? event.position : undefined;
    const members = {
      event: event.type,
      ...(name !== undefined && { name }),
      ...(slot && { reader: slot }),
      ...(position && { position }),
    };
    emit(members, eventText(event.type, [name, position && words[lang].positions[position], shownAtr(slot)], lang));
  }
  if (signal.aborted) throw new SscardError('cancelled', 'stopped by a signal');
}

function nameOf(event: ReaderEvent): string | undefined {
  if ('slot' in event) return event.slot.name;
  return 'name' in event ? event.name : undefined;
}

const shownAtr = (slot: ShownSlot | undefined) => (slot?.state === 'present' ? slot.atr : undefined);

function eventText(type: ReaderEvent['type'], more: readonly (string | null | undefined)[], lang: Language): string {
  return [words[lang].events[type], ...more].flatMap((part) => (part ? [printable(part)] : [])).join('  ');
}

function show({ name, alias, kind, interface: face, state, inUse, atr }: SlotState): ShownSlot {
  const hidden = atr && createMasker().atr(atr).replaceAll(' ', '');
  const known = { alias: alias ?? null, kind, interface: face ?? null, state, inUse: inUse ?? null };
  return { name, ...known, atr: hidden ?? null };
}

function slotsText(slots: readonly ShownSlot[], lang: Language): string {
  const texts = words[lang];
  if (slots.length === 0) return texts.noReaders;
  const rows = slots.map(({ name, alias, state, inUse, atr }) => [
    alias === null ? name : `${name} (${alias})`,
    inUse === null ? texts.states[state] : `${texts.states[state]}${texts.inUse[inUse]}`,
    atr ?? '',
  ]);
  return table(rows);
}
