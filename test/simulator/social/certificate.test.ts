import { describe, expect, it } from 'vitest';
import { goldenScript, type Script, scriptedCard } from '../account/scripted.ts';

const { steps, atr } = goldenScript('flow-certificate-key');
/** Lines of the answers: AID, name, file, bytes. */
const [AID, NAME, FILE, BYTES] = [-7, -5, -3, -1] as const;

/** The golden exchange up to one answer, which is another one. */
function answering(line: number, hex: string): Pick<Script, 'steps' | 'atr'> {
  const at = steps.length + line;
  return { atr, steps: [...steps.slice(0, at), { kind: 'answer', line: 0, hex }] };
}

describe('a 3.0 card without', () => {
  it.each([
    ['the application', AID],
    ['its directory', NAME],
    ['the file', FILE],
    ['anything that can be read there', BYTES],
  ])('%s has no key', async (_, line) => {
    const { social, left } = await scriptedCard(answering(line, '6A82'));
    expect(await social.certificateKey()).toEqual({ kind: 'absent' });
    expect(left).toEqual([]);
  });
});

it.each([
  [AID, 'select-application', 'certificate'],
  [NAME, 'select-directory', 'certificate'],
  [FILE, 'read-certificate', 'certificate 0012'],
  [BYTES, 'read-certificate', 'certificate 0012'],
])('another refusal is an error that names its step: %i', async (line, step, place) => {
  const { social, channel } = await scriptedCard(answering(line, '6982'));
  const details = { step, place, sw: 0x6982 };
  await expect(social.certificateKey()).rejects.toMatchObject({ code: 'card-refused', details });
  expect(channel.endings).toEqual(['reset']);
});

it('a card that has its name waiting is selected all the same', async () => {
  const waiting = steps.map((step, at) => (at === steps.length + AID ? { ...step, hex: '6112' } : step));
  const { social } = await scriptedCard({ atr, steps: waiting });
  expect(await social.certificateKey()).toMatchObject({ kind: 'key' });
});

it('a head that nobody described leaves the bytes as they are', async () => {
  const raw = `0200${'11'.repeat(64)}`;
  const { social } = await scriptedCard(answering(BYTES, `${raw}9000`));
  expect(await social.certificateKey()).toEqual({ kind: 'key', publicKey: null, raw });
});

it.each([0, 65, 67, 132])('%i bytes are no key', async (length) => {
  const { social } = await scriptedCard(answering(BYTES, `${'01'.repeat(length)}9000`));
  await expect(social.certificateKey()).rejects.toMatchObject({ code: 'answer-malformed' });
});

it('the card is reset after it: another application was selected', async () => {
  const { social, channel } = await scriptedCard({ atr, steps });
  await social.certificateKey();
  expect(channel.endings).toEqual(['reset']);
});
