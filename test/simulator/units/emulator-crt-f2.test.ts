import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import type { VirtualCard } from '../../../src/simulator/readers.ts';
import { type CrtF2Options, CrtF2Unit } from '../../../src/simulator/units/crt-f2.ts';
import { ATR, plugIn, scripted, scriptedT1, T1_ATR, vectors, xor } from './host.ts';

const f2 = vectors('crt-f2');
const at = (id: string) => f2.get(id) ?? '';
const frame = (text: string) => {
  const body = `F200${(text.length / 2).toString(16).padStart(4, '0')}${text}03`.toUpperCase();
  return `${body}${xor(body)}`;
};
const answer = (text: string) => `06${frame(text)}`;

async function ready(
  seats: { card?: VirtualCard; sams?: (VirtualCard | undefined)[] } = {},
  options: CrtF2Options = {},
) {
  const unit = new CrtF2Unit(seats, options);
  const host = plugIn(unit);
  await host.say(at('f2-01'));
  return { unit, host, ask: (text: string) => host.say(frame(text)) };
}

async function powered(card: VirtualCard = scripted()) {
  const all = await ready({ card });
  await all.ask('433231');
  await all.host.say(at('f2-07'));
  return all;
}

describe('the emulated F2 unit, byte for byte as published', () => {
  it('initialises and leaves the card (f2-01 to f2-03)', async () => {
    const host = plugIn(new CrtF2Unit({}));
    expect(await host.say(at('f2-01'))).toBe(at('f2-02') + at('f2-03'));
  });

  it('tells where the card is (f2-04, f2-05)', async () => {
    const { host } = await ready({}, { stacker: [scripted(), scripted()] });
    expect(await host.say(at('f2-06'))).toBe(answer('503231323130'));
    expect(await host.say(at('f2-04'))).toBe(`06${at('f2-05')}`);
  });

  it('resets a card with T=0 (f2-07, f2-08)', async () => {
    const { host, ask } = await ready({ card: scripted() });
    expect(await ask('433231')).toBe(answer('503231323030'));
    expect(await host.say(at('f2-07'))).toBe(`06${at('f2-08')}`);
  });

  it('resets a card with T=1 (f2-09)', async () => {
    const { host, ask } = await ready({ card: scriptedT1() });
    await ask('433231');
    expect(await host.say(at('f2-07'))).toBe(`06${at('f2-09')}`);
  });

  it('carries an APDU (f2-10, f2-11)', async () => {
    const { host } = await powered();
    expect(await host.say(at('f2-10'))).toBe(`06${at('f2-11')}`);
  });

  it('gives acknowledgement and an answer full of control bytes (f2-21)', async () => {
    const { host } = await powered(scripted({ '0084000008': '03F20306' + '9000' }));
    expect(await host.say(at('f2-10'))).toBe(answer('50513932303003F203069000'));
  });

  it('selects a SAM socket and resets what is in it (f2-12, f2-13, f2-18)', async () => {
    const psam = scripted();
    const { host } = await ready({ sams: [undefined, psam] });
    expect(await host.say(at('f2-12'))).toBe('06F200000650524030303003'.concat('85'));
    expect(await host.say(at('f2-13'))).toBe(answer(`50523030303030${ATR}`));
    expect(await host.say(at('f2-17'))).toBe(`06${at('f2-18')}`);
    expect(await host.say(at('f2-16'))).toBe(answer(`50523830303030${ATR}`));
    expect(psam.log).toEqual(['on', 'reset']);
  });

  it('cannot activate an empty socket (f2-14), under either head (f2-15)', async () => {
    const { host } = await ready();
    expect(await host.say(at('f2-13'))).toBe(`06${at('f2-14')}`);
    const other = await ready({}, { refusalHead: 0x4e });
    expect(await other.host.say(at('f2-13'))).toBe(`06${at('f2-15')}`);
  });

  it('stops on EOT, and says so (f2-19)', async () => {
    const { unit, host } = await powered();
    unit.misbehave({ kind: 'late-answer', ms: 20 });
    expect(await host.say(at('f2-10'))).toBe('06');
    expect(await host.say(at('f2-19'))).toBe('04');
    await pause(40);
    expect(host.heard()).toBe('');
    expect(await host.say(at('f2-10'))).toBe(`06${at('f2-11')}`);
  });

  it('refuses a damaged frame (f2-20)', async () => {
    const { host } = await ready();
    expect(await host.say(`${at('f2-04').slice(0, -2)}00`)).toBe(at('f2-20'));
    expect(await host.say('F200000343313000B3')).toBe(at('f2-20'));
  });

  it('hears its own address only (f2-22)', async () => {
    const host = plugIn(new CrtF2Unit({}, { address: 5 }));
    expect(await host.say(at('f2-01'))).toBe('');
    expect(await host.say(at('f2-22'))).toMatch(/^06F2050012503033/);
  });

  it('wants to be initialised first (f2-23)', async () => {
    const host = plugIn(new CrtF2Unit({}));
    expect(await host.say(frame('435132'))).toBe(`06${at('f2-23')}`);
  });
});

describe('the motor of the emulated F2 unit', () => {
  it('takes a card when its mouth is opened, not before', async () => {
    const { unit, ask } = await ready();
    unit.insert(scripted());
    expect(await ask('433130')).toBe(answer('503130303030'));
    expect(await ask('433330')).toBe(answer('503330313030'));
  });

  it('closes its mouth', async () => {
    const { unit, ask } = await ready();
    await ask('433330');
    await ask('433331');
    unit.insert(scripted());
    expect(await ask('433130')).toBe(answer('503130303030'));
  });

  it('takes the power from a card that leaves the contacts', async () => {
    const card = scripted();
    const { ask } = await powered(card);
    expect(await ask('433239')).toBe(answer('503239313030'));
    expect(card.log).toEqual(['on', 'off']);
    expect(await ask('433231')).toBe(answer('503231323030'));
    expect(await ask('435139' + '0084000008')).toBe(answer('4551393635'));
  });

  it('keeps a card, and says when its bin is full', async () => {
    const { unit, ask } = await ready({ card: scripted() }, { bin: 1 });
    expect(await ask('433233')).toBe(answer('503233303031'));
    expect(await ask('43A530')).toBe(answer('50A530303031303031'));
    await ask('433330');
    unit.insert(scripted());
    expect(await ask('433233')).toBe(answer('4532334131'));
    expect(await ask('43A531')).toBe(answer('50A531313030303030'));
  });

  it('moves nothing where nothing is', async () => {
    const { ask } = await ready();
    expect(await ask('433231')).toBe(answer('4532314130'));
    expect(await ask('433233')).toBe(answer('4532334130'));
    expect(await ask('43323A')).toBe(answer('45323A3031'));
  });

  it('jams on order', async () => {
    const { unit, ask } = await ready({ card: scripted() });
    unit.misbehave({ kind: 'jam' });
    expect(await ask('433231')).toBe(answer('4532313130'));
    expect(await ask('433231')).toBe(answer('503231323030'));
  });

  it('keeps, moves or leaves the card when it is initialised', async () => {
    const { ask } = await powered();
    expect(await ask('433033')).toMatch(/^06F200001250303332/);
    expect(await ask('433030')).toMatch(/^06F200001250303031/);
    expect(await ask('433035')).toMatch(/^06F200001250303530/);
    expect(await ask('433039')).toBe(answer('4530393031'));
  });
});

describe('the cards in the emulated F2 unit', () => {
  it('are refused by the EMV check with type and answer to reset', async () => {
    const { ask } = await ready({ card: scriptedT1() });
    await ask('433231');
    expect(await ask('435130')).toBe(answer(`455130363931${T1_ATR}`));
    expect(await ask('435132')).toBe(answer('50513232303030'));
  });

  it('must be at the contacts', async () => {
    const { ask } = await ready({ card: scripted() });
    expect(await ask('43513033')).toBe(answer('4551303032'));
  });

  it('speak one protocol', async () => {
    const { ask } = await powered();
    expect(await ask('4351330084000008')).toBe(answer('50513332303011223344556677889000'));
    expect(await ask('4351340084000008')).toBe(answer('4551343632'));
  });

  it('get whole APDUs, and what waits is fetched', async () => {
    const card = scripted({ '00A40400023F00': '6104', '00C0000002': '6C04', '00C0000004': '01020304' + '9000' });
    const { ask } = await powered(card);
    expect(await ask('43513900A40400023F0002')).toBe(answer('505139323030010203049000'));
    expect(card.log).toEqual(['on', '00A40400023F00', '00C0000002', '00C0000004']);
  });

  it('lose their power when they do not answer', async () => {
    const card = { ...scripted(), process: () => new Promise<Uint8Array>(() => {}) };
    const { host, ask } = await powered(card);
    expect(await host.say(at('f2-10'))).toBe('06');
    await pause(2_100);
    expect(host.heard()).toBe(frame('4551393633'));
    expect(await ask('435132')).toBe(answer('50513232303030'));
  });

  it('answer with a status word', async () => {
    const { host } = await powered(scripted({ '0084000008': '90' }));
    expect(await host.say(at('f2-10'))).toBe(answer('4551393634'));
  });

  it('are seen to be gone in the next state', async () => {
    const { unit, host, ask } = await powered();
    unit.misbehave({ kind: 'pulled', when: 'after' });
    expect(await host.say(at('f2-10'))).toBe(answer('4551393633'));
    expect(await ask('433130')).toBe(answer('503130303030'));
  });

  it('are named by their type', async () => {
    const { ask } = await powered();
    expect(await ask('435030')).toBe(answer('5050303230303130'));
    expect(await ask('435031')).toBe(answer('5050313230303030'));
    expect(await ask('435032')).toBe(answer('4550323031'));
  });

  it('are switched off, and are not reset then', async () => {
    const { ask } = await powered();
    expect(await ask('435131')).toBe(answer('505131323030'));
    expect(await ask('435138')).toBe(answer('4551383635'));
    expect(await ask('435137')).toBe(answer('4551373031'));
    expect(await ask('43513032')).toBe(answer('4551303031'));
    expect(await ask('435139008400')).toBe(answer('4551393034'));
  });
});

describe('the emulated F2 unit', () => {
  it('knows what it knows', async () => {
    const { ask } = await ready();
    expect(await ask('43A430')).toBe(
      answer(`50A430303030${Buffer.from('CRT-591-M001').toString('hex').toUpperCase()}`),
    );
    expect(await ask('43A439')).toBe(answer('45A4393031'));
    expect(await ask('437730')).toBe(answer('4577303030'));
    expect(await ask('537730')).toBe(answer('4577303030'));
    expect(await ask('433330')).toBe(answer('503330303030'));
    expect(await ask('433335')).toBe(answer('4533353031'));
    expect(await ask('433131')).toBe(answer(`503131303030${'30'.repeat(10)}`));
    expect(await ask('433139')).toBe(answer('4531393031'));
    expect(await ask('43524035')).toBe(answer('4552403031'));
  });

  it('gives its answer again on NAK, wrong check bytes included', async () => {
    const { unit, host } = await powered();
    unit.misbehave({ kind: 'wrong-check', times: 2 });
    const bad = `${at('f2-11').slice(0, -2)}${xor(`${at('f2-11').slice(-2)}FF`)}`;
    expect(await host.say(at('f2-10'))).toBe(`06${bad}`);
    expect(await host.say('15')).toBe(bad);
    expect(await host.say('15')).toBe(at('f2-11'));
  });

  it('takes the last of the frames that come before its acknowledgement', async () => {
    const { unit, host } = await powered();
    unit.misbehave({ kind: 'late-acknowledge', ms: 20 });
    expect(await host.say(at('f2-10') + at('f2-10'))).toBe('');
    await pause(40);
    expect(host.heard()).toBe(`06${at('f2-11')}`);
  });

  it('is deaf, silent, stubborn, stale and mistaken on order', async () => {
    const { unit, host } = await powered();
    unit.misbehave({ kind: 'silence' }, { kind: 'no-answer', after: 1 }, { kind: 'refuse', after: 2 });
    unit.misbehave({ kind: 'stale-answer', after: 3 }, { kind: 'misaddressed', after: 4 });
    expect(await host.say(at('f2-10'))).toBe('');
    expect(await host.say(at('f2-10'))).toBe('06');
    expect(await host.say(at('f2-10'))).toBe('15');
    expect(await host.say(at('f2-10'))).toBe(`06${at('f2-08')}${at('f2-11')}`);
    expect(await host.say(at('f2-10'))).toBe(answer('50513632303011223344556677889000'));
  });

  it('takes power from all its cards when the plug is pulled', async () => {
    const card = scripted();
    const { unit } = await powered(card);
    unit.detach();
    expect(card.log).toEqual(['on', 'off']);
  });

  it('forgets a frame that is longer than any', async () => {
    const { host } = await ready();
    expect(await host.say(`F200FFFF${at('f2-04')}`)).toBe('06'.concat(frame('503130303030')));
  });

  it('carries the longest APDU', async () => {
    const long = `00D60000FF${'AB'.repeat(255)}`;
    const { ask } = await powered(scripted({ [long]: '9000' }));
    expect(await ask(`435139${long}00`)).toBe(answer('5051393230309000'));
    expect(fromHex(long)).toHaveLength(260);
  });
});
