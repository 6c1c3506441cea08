import { describe, expect, it } from 'vitest';
import { recordChannel } from '../../../drivers/replay/record.ts';
import { parseTranscript } from '../../../drivers/replay/transcript.ts';
import { type Card, openCard } from '../../../src/card.ts';
import { psamProvider } from '../../../src/keys/psam.ts';
import { SimulatedCard } from '../../../src/simulator/card.ts';
import { SimulatedPsam } from '../../../src/simulator/psam.ts';
import { simReaders } from '../../../src/simulator/readers.ts';
import { loadProfile } from '../../../src/social/profile/load.ts';
import { replayTranscript } from '../../../src/trace/replay.ts';
import { cardFile, type Generation, pinOf, pins, SITE } from '../matrix/rig.ts';

/** Does an act on a simulated card, with its PSAM, and gives what a trace keeps of it. */
async function recorded(generation: Generation, verb: string, act: (card: Card) => Promise<unknown>): Promise<string> {
  const file = await cardFile(generation);
  const lines = [`command ${verb}`];
  const bare = await simReaders(undefined, { card: new SimulatedCard(file.card) }).waitForCard();
  const channel = recordChannel(bare, (line) => {
    lines.push(line);
  });
  const psam = simReaders(undefined, { card: new SimulatedPsam(file.psam) });
  const { psam: structure } = await loadProfile(generation);
  await act(
    await openCard(channel, {
      keys: psamProvider((waiting) => psam.waitForCard(waiting), structure),
      overlays: [SITE],
    }),
  );
  await channel.close();
  return lines.join('\n');
}

const acts: readonly (readonly [string, (card: Card) => Promise<unknown>])[] = [
  ['read', (card) => card.social.readBasic()],
  [
    'check',
    async (card) => {
      await card.social.readBasic();
      await card.social.checkGenuine();
    },
  ],
  ['account show', (card) => card.social.account.show()],
  ['account log', (card) => card.social.account.log({ pin: pinOf(pins.initial) })],
  ['pin status', (card) => card.social.pin.status()],
  ['pin verify', (card) => card.social.pin.verify(pinOf(pins.initial))],
  ['pin change', (card) => card.social.pin.change(pinOf(pins.initial), pinOf(pins.other))],
];

describe.each(['1.0', '2.0', '3.0'] as const)('a recording of generation %s, done again', (generation) => {
  it.each(acts)('%s sends the same commands', async (verb, act) => {
    const transcript = parseTranscript(await recorded(generation, verb, act));
    const report = await replayTranscript(transcript);
    expect(report).toMatchObject({ act: verb, result: 'same' });
    expect(report.sent).toBe(report.recorded);
    expect(report.recorded).toBeGreaterThan(2);
  });
});

describe('a recording that is not what the library does', () => {
  it('names the line where another command was recorded', async () => {
    const text = await recorded('2.0', 'read', (card) => card.social.readBasic());
    const lines = text.split('\n');
    const at = lines.findIndex((line) => line.startsWith('> 00 B2 05'));
    lines[at] = '> 00 B2 02 28 03';
    const report = await replayTranscript(parseTranscript(lines.join('\n')));
    expect(report).toMatchObject({ result: 'different', code: 'replay-mismatch', line: at + 1 });
  });

  it('is told when commands are left over', async () => {
    const text = await recorded('2.0', 'read', (card) => card.social.readBasic());
    const report = await replayTranscript(
      parseTranscript(text.replace(/\n! reset[\s\S]*$/, '\n> 00 84 00 00 08\n< 90 00')),
      'read',
    );
    expect(report).toMatchObject({ result: 'different' });
    expect(report.recorded).toBe(report.sent + 1);
  });

  it('refuses a verb that cannot be done again', async () => {
    const transcript = parseTranscript('command apdu\natr 3B 00\n');
    await expect(replayTranscript(transcript)).rejects.toMatchObject({
      code: 'replay-not-possible',
      details: { place: 'apdu', choices: expect.arrayContaining(['read']) },
    });
  });
});
