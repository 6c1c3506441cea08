import { expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { kmyFrame, kmyFramer } from '../../../drivers/pinpad/kmy/framer.ts';
import { zt598Frame, zt598Framer } from '../../../drivers/pinpad/zt598/framer.ts';
import { encryptEcb } from '../../../src/crypto/blocks.ts';
import { KmyPad } from '../../../src/simulator/pads/kmy.ts';
import type { EmulatedPad } from '../../../src/simulator/pads/pad.ts';
import { Zt598Pad } from '../../../src/simulator/pads/zt598.ts';

/** What a pad answers at once to one frame after the other. */
function asked(pad: EmulatedPad, frames: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const heard: Uint8Array[] = [];
  pad.attach({ send: (bytes) => void heard.push(bytes.slice()), setSpeed: () => {}, unplug: () => {} });
  return (async () => {
    for (const [at, frame] of frames.entries()) {
      pad.receive(frame);
      await expect.poll(() => heard.length, { interval: 1, timeout: 5_000 }).toBeGreaterThan(at);
    }
    pad.detach();
    return heard;
  })();
}

const MASTER = '0123456789ABCDEF';
const DONE = '04';
const PARAMETER = '15';

/** Command and data of a KMY350x, and the status and data that readers.md 8.2 has for it. */
it('a KMY350x refuses what it cannot do, and computes with single keys', async () => {
  const key = fromHex('1122334455667788');
  const cryptogram = toHex(encryptEcb('DES', fromHex(MASTER), key));
  const text = toHex(encryptEcb('DES', key, fromHex('0001020304050607')));
  const script: readonly (readonly [command: string, answer: string])[] = [
    ['38', `${DONE}3030303030303031`],
    ['383132333435363738', DONE],
    ['38', `${DONE}3132333435363738`],
    ['3831', PARAMETER],
    ['3199', PARAMETER],
    ['4699', PARAMETER],
    ['460140', PARAMETER],
    ['460603', DONE],
    ['4505', PARAMETER],
    ['45', PARAMETER],
    ['34313233', PARAMETER],
    ['430000', PARAMETER],
    ['360001020304050607', PARAMETER],
    ['460020', DONE],
    ['460120', DONE],
    [`3202${MASTER}`, DONE],
    [`330203${cryptogram}`, DONE],
    ['430203', DONE],
    ['36000102', PARAMETER],
    ['360001020304050607', `${DONE}${text}`],
    [`37${text}`, `${DONE}0001020304050607`],
    ['3138', DONE],
    ['430203', PARAMETER],
    ['41', 'E0'],
  ];
  const frames = script.map(([command]) =>
    kmyFrame(Number.parseInt(command.slice(0, 2), 16), fromHex(command.slice(2))),
  );
  const answers = (await asked(new KmyPad(), frames)).map((bytes) => {
    const [event] = kmyFramer().push(bytes);
    if (event?.kind !== 'frame') throw new Error('no frame');
    return toHex(Uint8Array.of(event.status, ...event.data));
  });
  // A KMY350x may add the check value of a key that was loaded.
  expect(answers.map((answer, at) => answer.slice(0, script[at]?.[1].length))).toEqual(
    script.map(([, answer]) => answer),
  );
});

const KEY16 = `${MASTER}FEDCBA9876543210`;

/** Command of a ZT598, and the return code that readers.md 8.3 has for it. */
it('a ZT598 refuses what it cannot do, and forgets single keys', async () => {
  const script: readonly (readonly [command: string, code: number])[] = [
    [`4${'0'.repeat(48)}`, 0x60],
    ['4123', 0xe8],
    ['s', 0x60],
    ['Z', 0xef],
    ['50', 0xe8],
    ['5Z21', 0xeb],
    ['5920', 0xeb],
    ['5A23', 0xeb],
    ['5A22', 0x60],
    ['5300', 0x60],
    ['5034', 0x60],
    ['5099', 0xeb],
    ['5499', 0xeb],
    ['600099', 0xeb],
    ['600002', 0x60],
    ['5032', 0x60],
    ['1', 0xeb],
    [`12002${KEY16}`, 0xe4],
    ['101021234', 0xe3],
    [`10101${MASTER}`, 0x60],
    [`10202${KEY16}`, 0x60],
    ['2', 0xeb],
    ['20140321234', 0xe3],
    [`2054032${KEY16}`, 0xe2],
    [`2014131${MASTER}`, 0x60],
    [`2024032${KEY16}`, 0x60],
    [`2404132${KEY16}`, 0xe5],
    ['b01123', 0xd8],
    [`b01${KEY16}`, 0x60],
    ['c', 0xeb],
    ['c3001201234', 0xd8],
    ['n77', 0xe4],
    ['n40', 0x60],
    ['n40', 0xe4],
    ['o201000000000000', 0xe8],
    ['o200000000000000', 0xe4],
  ];
  const frames = script.map(([command]) => zt598Frame(new TextEncoder().encode(command)));
  const answers = (await asked(new Zt598Pad(), frames)).map((bytes) => {
    const [event] = zt598Framer().push(bytes);
    return event?.kind === 'frame' ? event.body[0] : undefined;
  });
  expect(answers.map((code, at) => [script[at]?.[0], code])).toEqual(script.map(([command, code]) => [command, code]));
});
