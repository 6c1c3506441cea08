import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../apdu/bytes.ts';
import { replayReaders } from '../../../drivers/replay/readers.ts';
import { recordChannel } from '../../../drivers/replay/record.ts';
import { parseTranscript, type Step, type Transcript } from '../../../drivers/replay/transcript.ts';

const golden = new URL('../../../fixtures/golden/', import.meta.url);
const names = readdirSync(golden).filter((name) => name.endsWith('.transcript'));
interface GoldenCard {
  readonly atr: string;
  readonly cardIdentificationCode: string;
  readonly cardNumber: string;
  readonly socialSecurityNumber: string;
  readonly name: string;
  readonly birthDate: string;
  readonly keys: Readonly<Record<string, string>>;
}

const { cards }: { cards: GoldenCard[] } = JSON.parse(readFileSync(new URL('cards.json', golden), 'utf8'));
const read = (name: string) => parseTranscript(readFileSync(new URL(name, golden)));

/** Sends the commands of a transcript to the card of another one, and gives the recording. */
async function record(commands: Transcript, card: Transcript): Promise<string> {
  const lines: string[] = [];
  const channel = recordChannel(await replayReaders(card).waitForCard(), (line) => {
    lines.push(line);
  });
  for (const step of commands.steps) {
    if (step.kind === 'command') await channel.transmit(step.bytes.bytes);
    if (step.kind === 'event') await channel.reset('cold');
  }
  await channel.close();
  return lines.join('\n');
}

/** Every byte that a recording shows, without blanks; a masked byte is `**`. */
const shown = (text: string) => text.replaceAll(/[ \n]/g, '');
const reversed = (hex: string) => (hex.match(/../g) ?? []).reverse().join('');

/** GB18030 of the names of the golden cards, as the golden exchanges have them in items 09 and 4E. */
function nameBytes(): string[] {
  return names.flatMap((name) =>
    read(name)
      .steps.filter((step): step is Exclude<Step, { kind: 'event' }> => step.kind === 'answer')
      .map((step) => toHex(step.bytes.bytes).replace(/(00)*9000$/, ''))
      .filter((hex) => /^(091E|4E14)/.test(hex))
      .map((hex) => hex.slice(4)),
  );
}

/** What no recording may show, in hex. */
function secrets(): { what: string; hex: string }[] {
  const text = (value: string) => Buffer.from(value, 'utf8').toString('hex').toUpperCase();
  const pins = ['123456', '735190', '482615'].flatMap((pin) => {
    const backwards = [...pin].reverse().join('');
    const forms = [pin, backwards, text(pin), text(backwards), reversed(pin), text(text(pin)), text(btoa(pin))];
    return forms.map((hex) => ({ what: `PIN ${pin}`, hex }));
  });
  const people = cards.flatMap((card) => [
    { what: 'citizen number', hex: text(card.socialSecurityNumber) },
    { what: 'birth date', hex: card.birthDate },
    { what: 'name', hex: text(card.name) },
    { what: 'card number', hex: text(card.cardNumber) },
    { what: 'card identification', hex: card.cardIdentificationCode },
    { what: 'diversification factor', hex: card.atr.slice(-16) },
  ]);
  return [...pins, ...people, ...nameBytes().map((hex) => ({ what: 'name', hex }))];
}

describe('a golden exchange that is recorded', () => {
  it.each(names)('%s shows no PIN, no full number, no full name', async (name) => {
    const text = shown(await record(read(name), read(name)));
    expect(secrets().filter(({ hex }) => text.includes(hex))).toEqual([]);
  });

  it.each(names)('%s shows no challenge, no cryptogram and no key', async (name) => {
    const text = shown(await record(read(name), read(name)));
    const values = ['1122334455667788', '99AABBCCDDEEFF00', 'A13148FB7CFDD8B9', 'A1A2A3A4A5A6A7A8'];
    const keys = cards.flatMap((card) => Object.values(card.keys));
    expect([...values, ...keys].filter((hex) => text.includes(hex))).toEqual([]);
  });

  it.each(names)('%s replays from its recording', async (name) => {
    const recorded = await record(read(name), read(name));
    expect(await record(read(name), parseTranscript(recorded))).toBe(recorded);
  });
});

describe('the search for secrets', () => {
  it('finds them in what was not masked', () => {
    const found = (name: string) => {
      const text = shown(readFileSync(new URL(name, golden), 'utf8'));
      return new Set(secrets().flatMap(({ what, hex }) => (text.includes(hex) ? [what] : [])));
    };
    expect(found('verify-pin.transcript')).toEqual(new Set(['PIN 123456', 'PIN 735190', 'diversification factor']));
    expect(found('read-2.0.transcript')).toEqual(
      new Set(['citizen number', 'birth date', 'card number', 'card identification', 'diversification factor', 'name']),
    );
  });

  it('knows the name of every golden card', () => {
    expect(new Set(nameBytes()).size).toBeGreaterThanOrEqual(cards.length - 1);
  });
});
