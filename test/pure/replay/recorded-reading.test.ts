import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { replayReaders } from '../../../drivers/replay/readers.ts';
import { recordChannel } from '../../../drivers/replay/record.ts';
import { openCard } from '../../../src/card.ts';
import type { BasicInformation } from '../../../src/social/basic-information.ts';

const golden = new URL('../../../fixtures/golden/', import.meta.url);
const readings = readdirSync(golden).filter((name) => /^read-\d.*\.transcript$/.test(name));

/** Reads the card of a transcript. */
async function read(transcript: string): Promise<{ recording: string; holder: BasicInformation }> {
  const lines: string[] = [];
  const channel = await replayReaders(transcript).waitForCard();
  await using card = await openCard(
    recordChannel(channel, (line) => {
      lines.push(line);
    }),
  );
  const holder = await card.social.readBasic();
  return { recording: lines.join('\n'), holder };
}

const readGolden = (name: string) => read(readFileSync(new URL(name, golden), 'utf8'));

describe('a recorded reading', () => {
  it.each(readings)('%s makes the program ask the same when it is replayed', async (name) => {
    const { recording } = await readGolden(name);
    expect((await read(recording)).recording).toBe(recording);
  });

  it('gives what the recording shows, and asterisks for the rest', async () => {
    const { recording } = await readGolden('read-2.0.transcript');
    expect((await read(recording)).holder).toMatchObject({
      name: '张**',
      socialSecurityNumber: '3204**********0113',
      cardNumber: '******002',
      personNumber: '*********001',
      issueDate: '2020-01-15',
      birthDate: null,
    });
  });

  it('is of every golden reading', () => {
    expect(readings.length).toBeGreaterThanOrEqual(5);
  });
});
