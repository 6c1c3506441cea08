import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command, sscard, sscardJson } from '../command/run.ts';
import { type Answer, openscTool, scriptor } from './outside.ts';
import { type Service, startService, until } from './rig.ts';

/**
 * The published personalisation of a UnionPay laboratory card, loaded into the simulated card, asked by clients in which
 * nobody of this project wrote a line. What is expected is read from the publication.
 */
const PROFILE = fileURLToPath(new URL('../../fixtures/vectors/emv/upi-test-card-0031-profile.json', import.meta.url));
const { pse, application } = JSON.parse(readFileSync(PROFILE, 'utf8')) as {
  readonly pse: { readonly fci: string; readonly records: Readonly<Record<string, string>> };
  readonly application: {
    readonly aid: string;
    readonly fciContact: string;
    readonly debitCredit: { readonly aip: string; readonly afl: string };
    readonly records: Readonly<Record<string, string>>;
    readonly getData: Readonly<Record<string, string>>;
  };
};
const env = { PCSCLITE_CSOCK_NAME: '/run/pcscd/pcscd.comm' };

/** One byte as hex. */
const byte = (value: number) => value.toString(16).toUpperCase().padStart(2, '0');
const sized = (hex: string) => byte(hex.length / 2) + hex;

const SELECT_PSE = '00A404000E315041592E5359532E444446303100';
const SELECT = `00A40400${sized(application.aid)}00`;
/** Country, no e-cash, no amount, currency, no merchant: as the PDOL of the publication asks. */
const PDOL_VALUES = `0156${'00'}${'00'.repeat(6)}0156${'20'.repeat(20)}`;
const INITIATE = `80A80000${sized(`83${sized(PDOL_VALUES)}`)}00`;
const RECORDS = Object.entries(application.records).map(([place, record]) => {
  const [sfi = 0, number = 0] = place.split('.').map(Number);
  return { read: `00B2${byte(number)}${byte((sfi << 3) | 4)}00`, record };
});
const OBJECTS = Object.entries(application.getData).map(([tag, value]) => ({
  ask: `80CA${tag}00`,
  object: tag + sized(value),
}));

const good = (data: string): Answer => ({ data, sw: '9000' });

describe('the laboratory card in the real service', () => {
  let folder: string;
  let service: Service;
  let serving: ReturnType<typeof spawn>;
  const reader = () => service.slots[0]?.name ?? '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sscard-laboratory-'));
    const file = join(folder, 'card.json');
    expect((await sscard(['sim', 'new', file, '--seed', '31', '--bank', PROFILE])).code).toBe(0);
    service = await startService();
    const at = `127.0.0.1:${service.slots[0]?.port}`;
    serving = spawn(process.execPath, [command, 'sim', 'serve', file, '--vpcd', at, '--json'], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    await until('the service sees the card', async () => {
      const { answer } = await sscardJson(['readers', '--reader', 'pcsc:'], { env });
      const slots = answer['readers'] as { name: string; state: string }[];
      return slots.some(({ name, state }) => name === reader() && state === 'present');
    });
  });

  afterAll(async () => {
    const gone = new Promise((resolve) => serving.once('exit', resolve));
    serving.stdin?.end();
    await gone;
    await service[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  test('opensc-tool: payment directory, application and every object of GET DATA, before a transaction', async () => {
    const asked = [SELECT_PSE, '00B2010C00', '00B2020C00', SELECT, ...OBJECTS.map(({ ask }) => ask)];
    const [directory, entry, end, selected, ...objects] = await openscTool(reader(), asked);
    expect([directory, entry, end?.sw]).toEqual([good(pse.fci), good(pse.records['1'] ?? ''), '6A83']);
    expect(selected).toEqual(good(application.fciContact));
    expect(objects).toEqual(OBJECTS.map(({ object }) => good(object)));
  });

  test('opensc-tool: GET PROCESSING OPTIONS and every record', async () => {
    const [, initiated, ...records] = await openscTool(reader(), [
      SELECT,
      INITIATE,
      ...RECORDS.map(({ read }) => read),
    ]);
    const { aip, afl } = application.debitCredit;
    expect(initiated).toEqual(good(`80${sized(aip + afl)}`));
    expect(records).toEqual(RECORDS.map(({ record }) => good(record)));
  });

  test('scriptor: the same records, with the manners of T=0 on the line', async () => {
    const asked = [SELECT, `00C00000${byte(application.fciContact.length / 2)}`, ...RECORDS.map(({ read }) => read)];
    const [announced, fetched, ...records] = await scriptor(reader(), asked);
    expect(announced).toEqual({ data: '', sw: `61${byte(application.fciContact.length / 2)}` });
    expect(fetched).toEqual(good(application.fciContact));
    expect(records).toEqual(RECORDS.map(({ record }) => good(record)));
  });
});
