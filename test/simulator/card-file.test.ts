import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../apdu/bytes.ts';
import {
  createCardFile,
  describeCard,
  openCardAndPsam,
  openCardFile,
  readCardFile,
} from '../../src/simulator/card-file.ts';
import { simReaders } from '../../src/simulator/readers.ts';
import { authenticate, GET_CHALLENGE, SELECT_SSSE, talk } from './cards.ts';
import { FACTORS, initialisePurchase, SELECT_KEYS } from './golden-psams.ts';

const WRONG = '0020000003735190';
let folder = '';
let count = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sscard-file-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const newPath = () => join(folder, `card-${count++}.json`);

async function newFile(options: Parameters<typeof createCardFile>[1] = {}): Promise<string> {
  const path = newPath();
  await createCardFile(path, { seed: 7, ...options });
  return path;
}

function fails(code: string, details: object = {}) {
  return expect.objectContaining({ code, details: expect.objectContaining(details) });
}

describe('a new card file', () => {
  it('is for its owner only', async () => {
    expect(statSync(await newFile()).mode & 0o777).toBe(0o600);
  });

  it('is the same for the same seed, and another for another', async () => {
    const [one, same, other] = [await newFile(), await newFile(), await newFile({ seed: 8 })].map((path) =>
      readFileSync(path, 'utf8'),
    );
    expect([one === same, one === other]).toEqual([true, false]);
  });

  it('is another each time without a seed', async () => {
    const paths = [newPath(), newPath()];
    for (const path of paths) await createCardFile(path);
    const [first, second] = await Promise.all(paths.map(readCardFile));
    expect(first?.masters).not.toEqual(second?.masters);
  });

  it('does not overwrite', async () => {
    const path = await newFile();
    const before = readFileSync(path, 'utf8');
    await expect(createCardFile(path)).rejects.toThrow(fails('sim-file-exists', { place: path }));
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('overwrites when told to', async () => {
    const path = await newFile();
    await createCardFile(path, { generation: '3.0', force: true });
    expect((await readCardFile(path)).card.generation).toBe('3.0');
  });

  it('leaves no other file behind', async () => {
    const path = await newFile();
    await createCardFile(path).catch(() => {});
    expect(readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('needs a folder that is there', async () => {
    await expect(createCardFile(join(folder, 'none', 'card.json'))).rejects.toThrow(fails('sim-file-unwritable'));
  });

  it('works with SM4 on generation 3.0, or with 3DES if asked', async () => {
    const files = [await newFile({ generation: '3.0' }), await newFile({ generation: '3.0', algorithm: '3DES' })];
    expect((await Promise.all(files.map(readCardFile))).map(({ card }) => card.algorithm)).toEqual(['SM4', '3DES']);
  });
});

describe('a card kept in a file', () => {
  it('stores a spent try before the answer leaves', async () => {
    const path = await newFile();
    const card = await openCardFile(path);
    card.powerOn();
    expect(talk(card, SELECT_SSSE, WRONG).at(-1)).toBe('63C5');
    expect((await readCardFile(path)).card.pin.triesLeft).toBe(5);
  });

  it('has spent the try when it is killed in the middle of the command', async () => {
    const path = await newFile();
    const card = await openCardFile(path);
    card.powerOn();
    talk(card, SELECT_SSSE);
    card.cutPowerAfter(1);
    expect(() => talk(card, '0020000003123456')).toThrow();
    expect((await readCardFile(path)).card.pin.triesLeft).toBe(5);
  });

  it('knows a changed PIN the next time', async () => {
    const path = await newFile();
    const first = await openCardFile(path);
    first.powerOn();
    talk(first, SELECT_SSSE, '805E010007123456FF735190');
    const next = await openCardFile(path);
    next.powerOn();
    expect(talk(next, SELECT_SSSE, WRONG).at(-1)).toBe('9000');
  });

  it('knows what was written the next time, and the tries of a key', async () => {
    const path = await newFile();
    const challenge = fromHex('1122334455667788');
    const { card: image } = await readCardFile(path);
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), card: withGoldenKeys(image) }));
    const first = await openCardFile(path, { random: () => challenge });
    first.powerOn();
    talk(first, SELECT_SSSE, GET_CHALLENGE, authenticate('0A').replace(/..$/, '00'));
    expect(talk(first, GET_CHALLENGE, authenticate('04'), '00D6880102FFD8').at(-1)).toBe('9000');
    const next = await openCardFile(path, { random: () => challenge });
    next.powerOn();
    const [, , wrong] = talk(next, SELECT_SSSE, GET_CHALLENGE, authenticate('0A').replace(/..$/, '00'));
    expect(wrong).toBe('63CD');
    expect(talk(next, GET_CHALLENGE, authenticate('0A'), '00B0880004').at(-1)).toBe('FFFFD8E09000');
  });

  it('is there as sim:<file>, with its file name in the slot name', async () => {
    const path = await newFile();
    await using channel = await simReaders(path).waitForCard();
    expect(channel.slot).toBe(`Simulated reader (${path.split('/').at(-1)})`);
    expect(toHex(await channel.transmit(fromHex(SELECT_SSSE)))).toBe('611E');
  });

  it('is read again by the same readers after it was repaired', async () => {
    const path = newPath();
    const readers = simReaders(path);
    await expect(readers.waitForCard()).rejects.toThrow(fails('sim-file-unreadable'));
    await createCardFile(path);
    await expect(readers.waitForCard()).resolves.toBeDefined();
  });

  it('writes nothing while it is only read', async () => {
    const path = await newFile();
    const before = statSync(path);
    const card = await openCardFile(path);
    card.powerOn();
    talk(card, SELECT_SSSE, '00B2032806', GET_CHALLENGE);
    expect(statSync(path).ino).toBe(before.ino);
  });

  it('follows a link and leaves it a link', async () => {
    const path = await newFile();
    const link = newPath();
    symlinkSync(path, link);
    const card = await openCardFile(link);
    card.powerOn();
    talk(card, SELECT_SSSE, WRONG);
    expect((await readCardFile(path)).card.pin.triesLeft).toBe(5);
  });

  it('gives no answer when it cannot store', async () => {
    const place = join(folder, 'soon-gone');
    mkdirSync(place);
    const path = join(place, 'card.json');
    await createCardFile(path);
    const card = await openCardFile(path);
    card.powerOn();
    talk(card, SELECT_SSSE);
    rmSync(place, { recursive: true });
    expect(() => talk(card, WRONG)).toThrow(fails('sim-file-unwritable'));
  });
});

describe('the PSAM kept in the file of the card', () => {
  const PURCHASE_KEY = { directory: 'DF04', key: 'DPK', usage: '62', id: '01', value: '00'.repeat(16) };

  it('stores its serial there, and the card what it has: neither undoes the other', async () => {
    const path = await newFile();
    const made = await readCardFile(path);
    writeFileSync(path, JSON.stringify({ ...made, psam: { ...made.psam, keys: [PURCHASE_KEY] } }));
    const { card, psam } = await openCardAndPsam(path);
    card.powerOn();
    psam.powerOn();
    talk(card, SELECT_SSSE, WRONG);
    for (const hex of [SELECT_KEYS, initialisePurchase()]) psam.process(fromHex(hex));
    talk(card, WRONG);
    const stored = await readCardFile(path);
    expect([stored.card.pin.triesLeft, stored.psam.terminalSerial]).toEqual([4, 1]);
  });

  it.each([
    ['2.0', '3DES', '80FA000008', 1],
    ['3.0', 'SM4', '80FA000010', 2],
  ] as const)(
    'gives the keys of the %s card, of three levels and of two',
    async (generation, algorithm, crypt, times) => {
      const { card, psam } = await openCardAndPsam(await newFile({ generation, algorithm }));
      card.powerOn();
      psam.powerOn();
      const ask = (hex: string) => toHex(psam.process(fromHex(hex)));
      const factors = toHex(card.atr).slice(-16) + FACTORS.city;
      const [r1, r2] = ['1122334455667788', 'A1A2A3A4A5A6A7A8'];
      const cryptogram = (derive: string) => {
        for (const hex of [SELECT_KEYS, derive, crypt + r2.repeat(times)]) ask(hex);
        return ask('00C0000000').slice(0, 16);
      };
      const [, , proof] = talk(card, SELECT_SSSE, `0088000010${r1}${r2}`, '00C0000008');
      expect(`${cryptogram(`BFDE670820${factors}${FACTORS.province}${r1}`)}9000`).toBe(proof);
      const challenge = talk(card, GET_CHALLENGE)[0]?.slice(0, 16);
      const answer = cryptogram(`BFDE470A18${factors}${challenge}`);
      expect(talk(card, `0082000A10${answer}${r2}`)).toEqual(['9000']);
    },
  );

  it('is made anew from a file of version 1', async () => {
    const path = await newFile();
    const { card, psam, masters } = await readCardFile(path);
    const first = { format: 'sscard-simulated-card', version: 1, card };
    writeFileSync(path, JSON.stringify({ ...first, psam: { terminalNumber: psam.terminalNumber, masters } }));
    expect(await readCardFile(path)).toEqual({ format: first.format, version: 2, card, psam, masters });
  });
});

describe('a file that is no card file', () => {
  const text = async () => readFileSync(await newFile(), 'utf8');
  const open = async (content: string) => {
    const path = newPath();
    writeFileSync(path, content);
    return openCardFile(path);
  };

  it('is not there', async () => {
    await expect(openCardFile(newPath())).rejects.toThrow(fails('sim-file-unreadable'));
  });

  it('is a folder', async () => {
    await expect(openCardFile(folder)).rejects.toThrow(fails('sim-file-malformed'));
  });

  it('is far too large', async () => {
    await expect(open(' '.repeat(1024 * 1024 + 1))).rejects.toThrow(fails('sim-file-malformed'));
  });

  it.each([
    ['', 1, 1],
    ['{\n  "format": ,\n}', 2, 13],
    ['{"format":"x"} x', 1, 16],
  ])('is not JSON: %j', async (content, line, column) => {
    await expect(open(content)).rejects.toThrow(fails('sim-file-malformed', { line, column }));
  });

  it('is of a later program', async () => {
    await expect(open((await text()).replace('"version": 2', '"version": 3'))).rejects.toThrow(
      fails('sim-file-version'),
    );
  });

  it.each([
    ['format', '"sscard-simulated-card"', '"something"'],
    ['version', '"version": 2', '"version": "2"'],
    ['card.generation', '"generation": "2.0"', '"generation": "4.0"'],
    ['card.pin.tries', '"tries": 6', '"tries": 16'],
    ['card.pin.digits', '"123456"', '"12345X"'],
    ['card.directories[0].fid', '"DDF1"', '"DDF"'],
    ['card.directories[0].files[0].read', '"free"', '"nobody"'],
    ['card.purse.balance', '"balance": 45350', '"balance": -1'],
    ['card.purse.types.load', '"load": "30"', '"load": 30'],
    ['card.purse.year', '"selfPaid": 700', '"selfPaid": 700, "year": "26"'],
    ['card.directories[2].files[2].capacity', '"capacity": 4', '"capacity": 255'],
    ['card.directories[2].files[2].recordLength', '"recordLength": 85', '"recordLength": "85"'],
    ['psam.terminalNumber', '"terminalNumber": "', '"terminalNumber": "9'],
    ['psam.terminalSerial', '"terminalSerial": 0', '"terminalSerial": -1'],
    ['psam.derive[0]', '"vendor"', '"other"'],
    ['psam.keys[0].usage', '"usage": "67"', '"usage": 67'],
  ])('names the member: %s', async (member, from, to) => {
    const changed = (await text()).replace(from, to);
    const place = expect.stringMatching(`: ${member.replace(/[[\].]/g, '\\$&')}$`);
    await expect(open(changed)).rejects.toThrow(fails('sim-file-malformed', { place }));
  });
});

it.each([
  ['card.mac', 'mac', 'retail'],
  ['card.pinReload', 'pinReload', '80D40000'],
  ['card.rightsOutliveDirectory', 'rightsOutliveDirectory', 'yes'],
  ['card.certificate.files', 'certificate', { aid: '504B492EC9E7', name: '53532E4345' }],
  ['card.purse.proof.mac', 'purse', 'PROOF'],
])('a rule that no card has is refused by name: %s', async (member, name, value) => {
  const path = await newFile();
  const file = JSON.parse(readFileSync(path, 'utf8'));
  const proof = { type: '30', serial: 1, mac: '00', tac: '00000000' };
  file.card[name] = value === 'PROOF' ? { ...file.card.purse, proof } : value;
  writeFileSync(path, JSON.stringify(file));
  const place = expect.stringMatching(new RegExp(`: ${member}$`));
  await expect(openCardFile(path)).rejects.toThrow(fails('sim-file-malformed', { place }));
});

describe('the description of a card', () => {
  it('holds no PIN, no key and no datum of the holder', async () => {
    const { card } = await readCardFile(await newFile());
    const told = JSON.stringify(describeCard(card));
    const secrets = [
      '123456',
      ...card.directories.flatMap(({ keys }) => keys.map(({ value }) => value)),
      ...card.directories.flatMap(({ files }) =>
        files.flatMap((file) => (file.kind === 'transparent' ? [] : file.records)),
      ),
    ];
    expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
  });

  it('says the tries that are left', async () => {
    const path = await newFile();
    const card = await openCardFile(path);
    card.powerOn();
    talk(card, SELECT_SSSE, WRONG);
    expect(describeCard((await readCardFile(path)).card).pin).toEqual({ tries: 6, triesLeft: 5 });
  });
});

function withGoldenKeys(image: Awaited<ReturnType<typeof readCardFile>>['card']) {
  const value = 'A1B22EFD89B03EA0C70596AAE23B5856';
  return {
    ...image,
    directories: image.directories.map((directory) => ({
      ...directory,
      keys: directory.keys.map((key) => ({ ...key, value })),
    })),
  };
}
