import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { openCard } from '../../../src/card.ts';
import { goldenExchange } from '../golden-cards.ts';
import { expectedReading, goldenHolders, scriptedChannel } from './channels.ts';

const names = readdirSync(new URL('../../../fixtures/golden/', import.meta.url))
  .filter((name) => name.endsWith('.transcript'))
  .filter((name) => goldenExchange(name).headers.get('side')?.split(' ').includes('terminal'))
  .filter((name) => !goldenExchange(name).headers.has('flow'));

/** What comes of the exchanges that end otherwise than with the whole reading of their card. */
const outcomes: Readonly<Record<string, unknown>> = {
  'application-blocked.transcript': { code: 'application-blocked' },
  'not-a-social-security-card.transcript': { code: 'not-social-security-card' },
  'version-unknown.transcript': { code: 'generation-unknown' },
  'person-number-missing.transcript': { personNumber: null },
};

describe('the terminal sends the golden exchanges', () => {
  it('finds them', () => {
    expect(names.length).toBeGreaterThanOrEqual(10);
  });

  it.each(names)('%s', async (name) => {
    const { headers, steps } = goldenExchange(name);
    const left = steps.filter(({ kind }) => kind !== 'reset');
    const channel = scriptedChannel({
      atr: headers.get('atr') ?? '',
      answer: (command) => {
        const [asked, answer] = left.splice(0, 2);
        expect({ line: asked?.line, sent: toHex(command) }).toEqual({ line: asked?.line, sent: asked?.hex });
        return fromHex(answer?.hex ?? '');
      },
    });
    const card = await openCard(channel);
    const came = await card.social.readBasic().catch((error: unknown) => error);
    expect(left).toEqual([]);
    const holder = goldenHolders().find(({ id }) => id === headers.get('card'));
    const whole =
      holder && !name.startsWith('application-blocked') && !name.startsWith('version-') ? holder : undefined;
    if (whole !== undefined) expect(came).toEqual({ ...expectedReading(whole), ...(outcomes[name] ?? {}) });
    else expect(came).toMatchObject(outcomes[name] ?? { unexpected: name });
  });
});
