import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { identities } from '../simulator/keys/service-rig.ts';
import { readObject, sscard } from './run.ts';
import { going } from './serving.ts';

const folder = mkdtempSync(join(tmpdir(), 'sscard-serve-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function cardFile(name: string, ...options: string[]): Promise<string> {
  const path = join(folder, name);
  expect((await sscard(['sim', 'new', path, '--force', ...options])).code).toBe(0);
  return path;
}

/** Plays the virtual reader's side of one port: asks what comes for its answer to reset. */
async function virtualReader(port: number): Promise<{ seen: string[]; server: Server }> {
  const seen: string[] = [];
  const server = createServer((socket: Socket) => {
    socket.on('error', () => {});
    socket.write(Uint8Array.of(0, 1, 4));
    socket.once('data', (bytes) => seen.push(bytes.subarray(2).toString('hex').toUpperCase()));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { seen, server };
}

const serving = (words: readonly string[]) => going(folder, ['sim', 'serve', ...words]);

describe('cards and PSAMs in virtual readers', () => {
  test('each card on a port and its PSAM on the next; stdin moves them, and its end ends', async () => {
    const files = [await cardFile('a.json', '--seed', '1'), await cardFile('b.json', '--seed', '2')];
    const readers = await Promise.all([45_601, 45_602, 45_603, 45_604].map(virtualReader));
    const served = serving([...files, '--vpcd', '127.0.0.1:45601']);
    const moves = ['"inserted","card":1,"chip":"psam"', '"inserted","card":2,"chip":"psam"'];
    await Promise.all(
      [...moves, '"inserted","card":1,"chip":"card"', '"inserted","card":2,"chip":"card"'].map(served.until),
    );
    served.type('remove 2');
    await served.until('"removed","card":2,"chip":"card"');
    served.type('remove psam 1');
    await served.until('"removed","card":1,"chip":"psam"');
    served.type('nonsense');
    await served.until('not-understood');
    const { code, objects } = await served.end();
    for (const { server } of readers) server.close();
    expect(code).toBe(0);
    expect(
      objects
        .filter(({ event }) => event === 'inserted')
        .map(({ port }) => port)
        .sort(),
    ).toEqual([45_601, 45_602, 45_603, 45_604]);
    const [first, psam, second, otherPsam] = readers.map(({ seen }) => seen[0]);
    expect([psam, otherPsam]).toEqual(['3B6800005053414D53494D31', '3B6800005053414D53494D31']);
    expect(first).toMatch(/^3B6D/);
    expect(first).not.toBe(second);
  });

  test('--contactless puts the other side of a card on the port', async () => {
    const file = await cardFile('air.json', '--generation', '3.0');
    const reader = await virtualReader(45_611);
    const served = serving([file, '--contactless', '--vpcd', '127.0.0.1:45611']);
    await served.until('"inserted"');
    const { code } = await served.end();
    reader.server.close();
    expect([code, reader.seen[0]?.slice(0, 8)]).toEqual([0, '3B8D8001']);
  });

  test('--contactless with a card of contacts only is refused', async () => {
    const file = await cardFile('contact.json', '--generation', '2.0');
    const { code, out } = await sscard(['sim', 'serve', file, '--contactless', '--json']);
    expect([code, readObject(out).error]).toMatchObject([2, { code: 'sim-no-contactless', file }]);
  });

  test('two files need four ports', async () => {
    const file = await cardFile('many.json');
    const { code, out } = await sscard(['sim', 'serve', file, file, '--vpcd', '127.0.0.1:65533', '--json']);
    expect([code, readObject(out).error?.code]).toEqual([2, 'sim-port-malformed']);
  });

  test('ends with exit code 12 at SIGTERM', async () => {
    const signal = { name: 'SIGTERM' as const, when: 'unreachable' };
    const words = ['sim', 'serve', await cardFile('c.json'), '--vpcd', '127.0.0.1:45609', '--json'];
    expect((await sscard(words, { signal })).code).toBe(12);
  });

  test('starts nothing when one of the files is bad', async () => {
    const bad = join(folder, 'bad.json');
    writeFileSync(bad, '{');
    const { code, out } = await sscard(['sim', 'serve', await cardFile('d.json'), bad, '--json']);
    expect(code).toBe(2);
    expect(readObject(out).error?.code).toBe('sim-file-malformed');
  });
});

describe('the key service beside them', () => {
  const certificates = async (name: string) => {
    const who = await identities();
    const tls = join(folder, name);
    mkdirSync(tls);
    writeFileSync(join(tls, 'ca.pem'), who.authority.ca);
    writeFileSync(join(tls, 'server.pem'), who.server.cert);
    writeFileSync(join(tls, 'server-key.pem'), who.server.key);
    return { who, tls };
  };

  test('works with the masters of the card, and tells who asked for what', async () => {
    const file = await cardFile('keys.json', '--seed', '3');
    const { who, tls } = await certificates('tls');
    const words = [file, '--vpcd', '127.0.0.1:45621', '--key-service', '127.0.0.1:45631', '--tls', tls];
    const served = serving(words);
    await served.until('"key-service"');
    const { atr } = JSON.parse(readFileSync(file, 'utf8')).card;
    const body = JSON.stringify({
      algorithm: '01',
      key: { directory: 'SSSE', name: 'IRK', address: null },
      card: {
        city: '320400',
        factor: atr.slice(-16),
        resetInformation: atr.slice(-26),
        cardIdentification: '00'.repeat(16),
      },
      factor: '1122334455667788',
      data: 'A1A2A3A4A5A6A7A8',
    });
    const answer = await new Promise<string>((resolve, reject) => {
      const [ca, cert, key] = [who.authority.ca, who.client.cert, who.client.key].map((pem) => Buffer.from(pem));
      const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length };
      const url = 'https://127.0.0.1:45631/v1/internal-authentication';
      request(url, { method: 'POST', agent: false, ca, cert, key, headers }, (response) => {
        response.setEncoding('utf8').once('data', resolve);
      })
        .once('error', reject)
        .end(body);
    });
    await served.until('key-service-request');
    const { objects } = await served.end();
    const proof = await sscard([
      'apdu',
      '00A404000F7378312E73682EC9E7BBE1B1A3D5CF',
      '00880000101122334455667788A1A2A3A4A5A6A7A8',
      '00C0000008',
      '--reader',
      `sim:${file}`,
      '--json',
    ]);
    const exchanges = readObject(proof.out)['exchanges'] as { data: string }[];
    expect(JSON.parse(answer)).toEqual({ cryptogram: exchanges.at(-1)?.data });
    expect(objects.find(({ event }) => event === 'key-service-request')).toMatchObject({
      client: 'terminal',
      operation: 'internal-authentication',
      status: 200,
      code: null,
    });
  });

  test.each([
    [['--key-service', '127.0.0.1:45632'], 'argument-missing', 2],
    [['--tls', folder], 'argument-missing', 2],
    [['--key-service', 'nowhere', '--tls', folder], 'sim-port-malformed', 2],
    [['--key-service', '127.0.0.1:45632', '--tls', folder], 'sim-tls-unreadable', 2],
  ])('%j: %s', async (words, code, exit) => {
    const run = await sscard(['sim', 'serve', await cardFile('e.json'), ...words, '--json']);
    expect([run.code, readObject(run.out).error?.code]).toEqual([exit, code]);
  });

  test('does not start with certificates that are none', async () => {
    const tls = join(folder, 'rubbish');
    mkdirSync(tls);
    for (const name of ['ca.pem', 'server.pem', 'server-key.pem']) writeFileSync(join(tls, name), 'rubbish');
    const words = ['--key-service', '127.0.0.1:45633', '--tls', tls];
    const run = await sscard(['sim', 'serve', await cardFile('f.json'), ...words, '--json']);
    expect([run.code, readObject(run.out).error?.code]).toEqual([13, 'sim-service-not-started']);
  });
});
