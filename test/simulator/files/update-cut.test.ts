import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import type { Fault } from '../../../src/simulator/faults.ts';
import type { ItemChange } from '../../../src/social/files/change.ts';
import { inserted, nameRecord, smallParts, stored, writes } from './cards.ts';

describe('after a status word other than 9000 the card is looked at', () => {
  const changes: ItemChange[] = [
    { address: 'SSSEEF06|09', value: '李四' },
    { address: 'SSSEEF06|0D', value: '1899-02-28' },
  ];
  const WRITE = 7;

  it('written all the same: new, with the status word', async () => {
    const { files } = await inserted({
      faults: [{ kind: 'answer', command: WRITE, answer: Uint8Array.of(0x65, 0x81) }],
    });
    const report = await files.update(changes);
    expect(report).toMatchObject({ outcome: 'done', items: [{ state: 'new', sw: 0x6581 }, { state: 'new' }] });
  });

  it('not written: old, and the next one is written', async () => {
    const { files } = await inserted({ instead: (count) => (count === WRITE ? '6581' : undefined) });
    const report = await files.update(changes);
    expect(report).toMatchObject({ outcome: 'not-done', items: [{ state: 'old', sw: 0x6581 }, { state: 'new' }] });
  });

  it('neither: damaged, and nothing more is written', async () => {
    const { files, sent } = await inserted({
      instead: (count, card) => {
        if (count !== WRITE) return undefined;
        card.process(fromHex(`00DC093020${nameRecord('D5')}`));
        return '6581';
      },
    });
    const report = await files.update(changes);
    const items = [{ state: 'damaged', sw: 0x6581 }, { state: 'not-reached' }];
    expect(report).toMatchObject({ outcome: 'not-done', items });
    expect(writes(sent)).toHaveLength(1);
    expect(await files.update(changes)).toMatchObject({ outcome: 'done', items: [{ state: 'new' }, { state: 'new' }] });
  });

  it('9000, and the old value stands there: old', async () => {
    const { files } = await inserted({ instead: (count) => (count === WRITE ? '9000' : undefined) });
    const report = await files.update(changes.slice(0, 1));
    expect(report).toMatchObject({ outcome: 'not-done', items: [{ state: 'old' }] });
  });
});

describe('where nobody may look', () => {
  const A0: ItemChange = { address: 'DF05EF05|A0', value: '1' };
  /** SELECT, 03, 01, SELECT DF05, GET CHALLENGE, EXTERNAL AUTHENTICATION. */
  const WRITE = 7;

  it.each([
    ['6A80', { outcome: 'not-done', items: [{ state: 'old', sw: 0x6a80 }] }],
    ['6581', { outcome: 'unknown', items: [{ state: 'unknown', sw: 0x6581 }] }],
    ['FFFF', { outcome: 'unknown', items: [{ state: 'unknown', sw: 0xffff }] }],
  ])('%s has to do', async (sw, expected) => {
    const { files } = await inserted({ instead: (count) => (count === WRITE ? sw : undefined) });
    expect(await files.update([A0])).toMatchObject(expected);
  });

  it('an unknown item ends the update', async () => {
    const { files, sent } = await inserted({ instead: (count) => (count === WRITE ? '6581' : undefined) });
    const report = await files.update([A0, { address: 'DF05EF05|A1', value: '1' }]);
    expect(report.items[1]).toEqual({ address: 'DF05EF05|A1', state: 'not-reached' });
    expect(writes(sent)).toHaveLength(1);
  });
});

describe('an error in the middle of an update', () => {
  const changes: ItemChange[] = [
    { address: 'SSSEEF05|05', value: '2020-01-16' },
    { address: 'SSSEEF06|09', value: '李四' },
    { address: 'DF01EF06|28', value: '051900000000' },
  ];
  /** SELECT, 03, 01, look, GET CHALLENGE, EXTERNAL AUTHENTICATION, write, look; look, write. */
  const [FIRST_LOOK, CHALLENGE, SECOND_LOOK, SECOND_WRITE, LOOK_AGAIN] = [4, 5, 9, 10, 11];
  const states = async (fault: Fault) => {
    const { files, card } = await inserted({ faults: [fault] });
    const { outcome, items, error } = await files.update(changes);
    const written = stored(card, 'SSSE', 'EF06').includes(nameRecord('C0EECBC4'));
    return { outcome, states: items.map(({ state }) => state).join(' '), error, written };
  };

  it.each([
    ['before the first look', FIRST_LOOK, 'not-done', 'not-reached not-reached not-reached', 'read-record', false],
    ['before the right is earned', CHALLENGE, 'not-done', 'old not-reached not-reached', 'get-challenge', false],
    ['before the second look', SECOND_LOOK, 'not-done', 'new not-reached not-reached', 'read-record', false],
    ['before the second write', SECOND_WRITE, 'not-done', 'new old not-reached', 'update-record', false],
    ['before the look after it', LOOK_AGAIN, 'unknown', 'new unknown not-reached', 'read-record', true],
  ] as const)('a card that is pulled %s', async (_, command, outcome, expected, step, written) => {
    expect(await states({ kind: 'removed-before', command })).toMatchObject({
      outcome,
      states: expected,
      error: { code: 'card-removed', step },
      written,
    });
  });

  it('a lost answer to the write: unknown, and where is said', async () => {
    expect(await states({ kind: 'removed-after', command: SECOND_WRITE })).toEqual({
      outcome: 'unknown',
      states: 'new unknown not-reached',
      error: { code: 'card-removed', step: 'update-record', place: 'SSSEEF06|09' },
      written: true,
    });
  });

  it('a card that another program resets before the write: old', async () => {
    expect(await states({ kind: 'reset', command: SECOND_WRITE })).toMatchObject({
      states: 'new old not-reached',
      error: { code: 'card-reset' },
    });
  });

  it('a status word that no card may say to a look', async () => {
    const answer = Uint8Array.of(0x6f, 0x00);
    expect(await states({ kind: 'answer', command: SECOND_LOOK, answer })).toMatchObject({
      states: 'new not-reached not-reached',
      error: { code: 'card-refused', step: 'read-record', place: 'SSSEEF06|09', sw: 0x6f00 },
    });
  });

  it('a look that is refused after the write: unknown, and the update ends', async () => {
    const answer = Uint8Array.of(0x6f, 0x00);
    expect(await states({ kind: 'answer', command: LOOK_AGAIN, answer })).toMatchObject({
      outcome: 'unknown',
      states: 'new unknown not-reached',
      error: { code: 'card-refused', step: 'read-record', sw: 0x6f00 },
    });
  });

  it('a right to look that is gone after the write: unknown, and the update ends', async () => {
    const answer = Uint8Array.of(0x69, 0x82);
    expect(await states({ kind: 'answer', command: LOOK_AGAIN, answer })).toEqual({
      outcome: 'unknown',
      states: 'new unknown not-reached',
      error: undefined,
      written: true,
    });
  });

  it('a card that is mute for longer than the whole act may take', async () => {
    const { files } = await inserted({ faults: [{ kind: 'mute', command: SECOND_WRITE }] });
    const report = await files.update(changes, { timeout: 300 });
    expect(report).toMatchObject({ outcome: 'unknown', error: { code: 'card-mute', step: 'update-record' } });
  });

  it('an act that is cancelled', async () => {
    const { files } = await inserted({ faults: [{ kind: 'mute', command: SECOND_WRITE }] });
    const report = await files.update(changes, { signal: AbortSignal.timeout(200) });
    expect(report).toMatchObject({ outcome: 'unknown', error: { code: 'cancelled', step: 'update-record' } });
  });

  it('before the card has said what it is: thrown, as nothing is known of any item', async () => {
    const { files } = await inserted({ faults: [{ kind: 'removed-before', command: 2 }] });
    await expect(files.update(changes)).rejects.toMatchObject({ code: 'card-removed' });
  });

  it('running it again completes it', async () => {
    const { files, card } = await inserted({ faults: [{ kind: 'removed-after', command: SECOND_WRITE }] });
    await files.update(changes);
    const again = await inserted({ card });
    const report = await again.files.update(changes);
    expect(report).toMatchObject({
      outcome: 'done',
      items: [{ state: 'unchanged' }, { state: 'unchanged' }, { state: 'new' }],
    });
  });
});

describe('a transparent file in three writes', () => {
  const changes: ItemChange[] = [{ address: 'DF01EF16', value: new Uint8Array(48) }];
  /** SELECT, 03, 01, SELECT DF01, 19 looks, GET CHALLENGE, EXTERNAL AUTHENTICATION; then each write and a look. */
  const [FIRST, SECOND, THIRD] = [26, 28, 30];

  it.each([
    ['cut before the first', 'removed-before', FIRST, 'old'],
    ['cut in the first', 'removed-after', FIRST, 'unknown'],
    ['cut before the second', 'removed-before', SECOND, 'damaged'],
    ['cut in the second', 'removed-after', SECOND, 'damaged'],
    ['cut before the third', 'removed-before', THIRD, 'damaged'],
    ['cut in the third', 'removed-after', THIRD, 'unknown'],
  ] as const)('%s: what is known of the whole is said', async (_, kind, command, state) => {
    const { files, sent } = await inserted({ overlays: [smallParts(16)], faults: [{ kind, command }] });
    expect(await files.update(changes)).toMatchObject({ items: [{ state }], error: { step: 'update-binary' } });
    expect(sent).toHaveLength(command);
  });

  it('the second refused: damaged, as the first stands there', async () => {
    const instead = (count: number) => (count === SECOND ? '6A84' : undefined);
    const { files } = await inserted({ overlays: [smallParts(16)], instead });
    const report = await files.update(changes);
    expect(report).toMatchObject({ outcome: 'not-done', items: [{ state: 'damaged', sw: 0x6a84 }] });
  });

  it('the right gone before the second: damaged, and nothing more is written', async () => {
    // GET CHALLENGE and EXTERNAL AUTHENTICATION in between succeed.
    const instead = (count: number) => (count === SECOND || count === SECOND + 3 ? '6982' : undefined);
    const { files, sent } = await inserted({ overlays: [smallParts(16)], instead });
    const report = await files.update([...changes, { address: 'DF01EF17', value: Uint8Array.of(1) }]);
    expect(report).toMatchObject({
      items: [{ state: 'damaged', denial: { reason: 'undescribed-right' } }, { state: 'not-reached' }],
    });
    expect(sent).toHaveLength(SECOND + 3);
  });
});
