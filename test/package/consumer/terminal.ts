import { openCard, SscardError } from 'sscard';
import { toHex } from 'sscard/apdu';
import { pcscReaders } from 'sscard/drivers/pcsc';
import type { Readers } from 'sscard/drivers/reader';
import { replayReaders } from 'sscard/drivers/replay';

/** Compiled only: the shapes that a kiosk's program relies on. */
export async function readOnce(transcript?: string): Promise<string> {
  const readers: Readers = transcript === undefined ? pcscReaders() : replayReaders(transcript);
  try {
    await using card = await openCard(await readers.waitForCard());
    await card.social.readBasic();
    return toHex(card.atr);
  } catch (error) {
    if (error instanceof SscardError) return error.code;
    throw error;
  }
}
