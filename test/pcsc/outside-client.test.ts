import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../apdu/bytes.ts';
import { openCardFile } from '../../src/simulator/card-file.ts';
import { openscTool } from './outside.ts';
import { type Service, startService, until } from './rig.ts';

/**
 * The whole way: our command puts a simulated card into the real service, and it is read by our command and by
 * `opensc-tool`, in which nobody of this project wrote a line.
 */

const run = promisify(execFile);
const ROOT = new URL('../../', import.meta.url);
const { bin } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'));
const COMMAND = fileURLToPath(new URL(bin.sscard, ROOT));
const SELECT = '00A404000F7378312E73682EC9E7BBE1B1A3D5CF';

async function sscard(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await run(process.execPath, [COMMAND, ...args, '--json'], { timeout: 30_000 });
  return JSON.parse(stdout);
}

describe.each(['1.0', '2.0', '3.0'])('a simulated card of generation %s in the real service', (generation) => {
  let folder: string;
  let file: string;
  let service: Service;
  let serving: ReturnType<typeof spawn>;
  const reader = () => service.slots[0]?.name ?? '';
  const psam = () => service.slots[1]?.name ?? '';
  /** Names of the slots that have something in them. */
  const filled = async () => {
    const { readers } = (await sscard('readers', '--reader', 'pcsc:')) as {
      readers: { name: string; state: string }[];
    };
    return readers.filter(({ state }) => state === 'present').map(({ name }) => name);
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sscard-outside-'));
    file = join(folder, 'card.json');
    await sscard('sim', 'new', file, '--generation', generation, '--seed', '20');
    service = await startService();
    const port = String(service.slots[0]?.port);
    serving = spawn(process.execPath, [COMMAND, 'sim', 'serve', file, '--vpcd', `127.0.0.1:${port}`, '--json'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: serving.stdout as NodeJS.ReadableStream });
    await new Promise<void>((resolve) => lines.on('line', (line) => line.includes('inserted') && resolve()));
    await until('the service sees card and PSAM', async () => (await filled()).length === 2);
  });

  afterAll(async () => {
    const gone = new Promise((resolve) => serving.once('exit', resolve));
    serving.stdin?.end();
    await gone;
    await service[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the command reads the same card object through the service and from the file', async () => {
    const [card, psam] = service.slots.map(({ name }) => `pcsc:${name}`);
    const through = await sscard('read', '--reader', card ?? '', '--psam', psam ?? '');
    const direct = await sscard('read', '--reader', `sim:${file}`, '--psam', `sim:${file}`);
    expect(through).toMatchObject({ ok: true, command: 'read', card: { specificationVersion: `${generation}0` } });
    expect(through['card']).toEqual(direct['card']);
    expect(through['card']).toMatchObject({ withheld: [], terminalNumber: expect.stringMatching(/^\d{12}$/) });
  });

  test('without a key a 3.0 card is read as far as it allows, and the rest is listed', async () => {
    const { card } = (await sscard('read', '--reader', `pcsc:${reader()}`)) as {
      card: { name: string; withheld: object[] };
    };
    const keyless = generation === '3.0';
    expect(card.withheld).toHaveLength(keyless ? 5 : 0);
    expect(card.name === null).toBe(keyless);
  });

  test('opensc-tool gets the same bytes for SELECT and every READ RECORD', async () => {
    const issuer = ['00B2032806', '00B2012812', '00B2052806', '00B2062806', '00B207280B'];
    const holder = ['00B2083014', '00B2093020', '00B20A3003', '00B20B3003', '00B20D3006'];
    const records = [...issuer, ...holder, ...(generation === '1.0' ? [] : ['00B2EA680E'])];
    // With Le, OpenSC fetches by itself what 61 1E announces.
    const [selected, ...answers] = await openscTool(reader(), [`${SELECT}00`, ...records]);
    const card = await openCardFile(file);
    card.powerOn();
    const own = (command: string) => toHex(card.process(fromHex(command)));
    expect(own(SELECT)).toBe('611E');
    expect(`${selected?.data}${selected?.sw}`).toBe(own('00C000001E'));
    expect(selected?.data).toMatch(/^6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA5099F0C06/);
    expect(answers.map(({ data, sw }) => data + sw)).toEqual(records.map(own));
    const locked = generation === '3.0' ? holder.length : 0;
    expect(answers.filter(({ sw }) => sw === '6982')).toHaveLength(locked);
    expect(answers.filter(({ sw }) => sw === '9000')).toHaveLength(records.length - locked);
  });

  test('its PSAM is in the next slot', async () => {
    const commands = ['00B0960006', '00A4000002DF01', '00B0970019'];
    const [number, selected, application] = await openscTool(psam(), commands);
    expect([number, selected?.sw]).toEqual([{ data: '320400000001', sw: '9000' }, '9000']);
    expect(application).toMatchObject({ data: expect.stringMatching(/^01320400.{42}$/), sw: '9000' });
  });

  test('the card is removed and put in again on command', async () => {
    serving.stdin?.write('remove\n');
    await until('the service sees the card gone', async () => !(await filled()).includes(reader()));
    serving.stdin?.write('insert\n');
    await until('the service sees the card back', async () => (await filled()).includes(reader()));
    expect(await sscard('read', '--reader', `pcsc:${reader()}`)).toMatchObject({ ok: true });
  });
});
