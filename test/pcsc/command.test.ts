import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCardFile, openCardFile } from '../../src/simulator/card-file.ts';
import { asVpcdCard } from '../../src/simulator/serve.ts';
import type { VpcdCard } from '../../src/simulator/vpcd.ts';
import { type RunOptions, readObject, sscard, sscardJson } from '../command/run.ts';
import { type Lab, labCard, openLab } from './lab.ts';
import { requireNamespace } from './rig.ts';

/** The built command against the real service: what goes wrong at a counter, each with its code and exit code. */

requireNamespace();
const env = { PCSCLITE_CSOCK_NAME: '/run/pcscd/pcscd.comm' };
const folder = mkdtempSync(join(tmpdir(), 'sscard-command-'));
const cardFile = join(folder, 'card.json');
let lab: Lab;

const run = (words: readonly string[], options: RunOptions = {}) =>
  sscardJson(words, { ...options, env: { ...env, ...options.env } });

async function socialCard(): Promise<VpcdCard> {
  return asVpcdCard(await openCardFile(cardFile));
}

/** Puts a card in and waits until the service has seen it. */
async function insert(at: number, card: VpcdCard): Promise<void> {
  lab.insert(at, card);
  const channel = await lab.readers.waitForCard({ reader: lab.slot(at).name, timeout: 10_000 });
  await channel.close();
}

beforeAll(() => createCardFile(cardFile, { seed: 30 }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(async () => {
  lab = await openLab('koffi');
});
afterEach(() => lab[Symbol.asyncDispose]());

describe('the command on the PC/SC service', () => {
  test.each(['koffi', 'smartcard', 'pcsclite'])('reads through the binding %s', async (binding) => {
    await insert(0, await socialCard());
    const { code, answer } = await run(['read', '--binding', binding]);
    const direct = await run(['read', '--reader', `sim:${cardFile}`]);
    expect(code).toBe(0);
    expect(answer['card']).toEqual(direct.answer['card']);
  });

  test('no such reader: exit code 3, and the readers there are', async () => {
    const { code, answer } = await run(['read', '--reader', 'pcsc:nobody']);
    expect([code, answer.error?.code]).toEqual([3, 'reader-not-found']);
    expect(answer.error?.['choices']).toEqual([lab.slot(0).name, lab.slot(1).name]);
  });

  test('several readers with a card: exit code 3, and which', async () => {
    await insert(0, await socialCard());
    await insert(1, labCard());
    const { code, answer } = await run(['read']);
    expect([code, answer.error?.code]).toEqual([3, 'reader-ambiguous']);
    expect(answer.error?.['choices']).toEqual([lab.slot(0).name, lab.slot(1).name]);
  });

  test('a part of the name chooses, whatever its case', async () => {
    await insert(0, await socialCard());
    await insert(1, labCard());
    expect((await run(['read', '--reader', 'pcsc:lab a 00 00'])).code).toBe(0);
  });

  test('an alias of the configuration file chooses', async () => {
    await insert(0, labCard());
    await insert(1, await socialCard());
    const config = join(folder, 'config.json');
    writeFileSync(config, JSON.stringify({ reader: 'pcsc:counter', aliases: { counter: lab.slot(1).name } }));
    expect((await run(['read', '--config', config])).code).toBe(0);
  });

  test('no card in time: exit code 4', async () => {
    const { code, answer } = await run(['read', '--timeout', '0.5']);
    expect([code, answer.error?.code]).toEqual([4, 'no-card']);
  });

  test('another kind of card: exit code 5', async () => {
    await insert(0, labCard());
    const { code, answer } = await run(['read']);
    expect([code, answer.error?.code]).toEqual([5, 'not-social-security-card']);
  });

  test('a card held by another program: exit code 13', async () => {
    lab.insert(0, await socialCard());
    await using held = await lab.readers.waitForCard({ timeout: 10_000 });
    const { code, answer } = await run(['read']);
    expect([held.slot, code, answer.error?.code]).toEqual([lab.slot(0).name, 13, 'card-in-use']);
  });

  test('a card pulled in the middle: exit code 13, and nothing half-shown', async () => {
    const card = await socialCard();
    let commands = 0;
    const hand = lab.insert(0, {
      ...card,
      process(command) {
        commands++;
        if (commands === 5) hand.remove();
        return card.process(command);
      },
    });
    const { code, answer } = await run(['read']);
    expect([code, answer.error?.code, answer['card'], commands]).toEqual([13, 'card-removed', undefined, 5]);
  });

  test('a raw command whose answer is lost: exit code 11, ask the card', async () => {
    const card = labCard();
    const hand = lab.insert(0, {
      ...card,
      process(command) {
        hand.remove();
        return card.process(command);
      },
    });
    const { code, answer } = await run(['apdu', '80EC00000A0102030405060708090A']);
    expect([code, answer.error?.code, answer.error?.['outcome']]).toEqual([11, 'card-removed', 'unknown']);
  });

  test('SIGINT while waiting for a card: exit code 12, and the reader is free at once', async () => {
    const { code, answer } = await run(['read'], { signal: { name: 'SIGINT', when: 1_500 } });
    expect([code, answer.error?.code]).toEqual([12, 'cancelled']);
    await insert(0, await socialCard());
    expect((await run(['read'])).code).toBe(0);
  });

  test('SIGINT while a card is mute: the command ends although its thread still waits, and says that nobody knows', async () => {
    lab.insert(0, labCard());
    const { code, answer } = await run(['apdu', '80FE0000'], { signal: { name: 'SIGINT', when: 2_000 } });
    expect([code, answer.error?.code, answer.error?.['outcome']]).toEqual([11, 'cancelled', 'unknown']);
  });

  test('SIGINT while watching: exit code 12', async () => {
    const watching = sscard(['readers', '--watch', '--json'], {
      env,
      signal: { name: 'SIGINT', when: 'card-inserted' },
    });
    await insert(0, labCard());
    const { code, out } = await watching;
    const events = out.trim().split('\n').map(readObject);
    expect(code).toBe(12);
    expect(events.at(-1)?.error?.code).toBe('cancelled');
    expect(events.map((event) => event['event']).filter(Boolean)).toEqual([
      'reader-attached',
      'reader-attached',
      'card-inserted',
    ]);
  });

  test('the card in the reader is masked in listings', async () => {
    await insert(0, await socialCard());
    const { answer } = await run(['readers']);
    expect(answer['readers']).toMatchObject([{ atr: expect.stringContaining('**') }, { state: 'empty', atr: null }]);
  });

  test('doctor finds the service and its readers', async () => {
    const { answer } = await run(['doctor']);
    expect(answer['usable']).toBe(true);
    expect(answer['checks']).toContainEqual(
      expect.objectContaining({ name: 'readers', result: 'passed', value: expect.stringContaining(lab.slot(0).name) }),
    );
  });

  test('the launcher gives the thread pool its size', async () => {
    const { answer } = await run(['doctor']);
    expect(answer['checks']).toContainEqual({ name: 'threads', result: 'passed', value: '16', advice: null });
  });
});
