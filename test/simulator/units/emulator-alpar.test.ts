import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { VirtualCard } from '../../../src/simulator/readers.ts';
import { type AlparOptions, AlparUnit } from '../../../src/simulator/units/alpar.ts';
import { ATR, plugIn, scripted, scriptedT1, vectors, xor } from './host.ts';

const alp = vectors('alpar');
const at = (id: string) => alp.get(id) ?? '';
const frame = (cmd: string, data = '', head = '60') => {
  const body = `${head}${(data.length / 2).toString(16).padStart(4, '0')}${cmd}${data}`.toUpperCase();
  return `${body}${xor(body)}`;
};
const refused = (cmd: string, error: string) => frame(cmd, error, 'E0');

function plugged(seats: { card?: VirtualCard; sams?: VirtualCard[] } = {}, options: AlparOptions = {}) {
  const unit = new AlparUnit(seats, options);
  const host = plugIn(unit);
  return { unit, host, ask: (cmd: string, data?: string) => host.say(frame(cmd, data)) };
}

async function powered(card: VirtualCard = scripted()) {
  const all = plugged({ card });
  await all.host.say(at('alp-09'));
  return all;
}

describe('the emulated ALPAR module, byte for byte as published', () => {
  it('tells who it is (alp-01, alp-02)', async () => {
    expect(await plugged().host.say(at('alp-01'))).toBe(at('alp-02'));
  });

  it('tells whether a card is in (alp-03 to alp-05)', async () => {
    expect(await plugged({ card: scripted() }).host.say(at('alp-03'))).toBe(at('alp-04'));
    expect(await plugged().host.say(at('alp-03'))).toBe(at('alp-05'));
  });

  it('powers a card at every voltage (alp-06 to alp-12)', async () => {
    const { host } = plugged({ card: scripted() });
    expect(await host.say(at('alp-09'))).toBe(at('alp-12'));
    expect(await host.say(at('alp-10'))).toBe(at('alp-12'));
    expect(await host.say(at('alp-06'))).toBe(frame('69', ATR));
    expect(await host.say(at('alp-07'))).toBe(frame('6D', ATR));
    expect(await host.say(at('alp-08'))).toBe(frame('6D', ATR));
    expect(await host.say(at('alp-11'))).toBe(frame('68', ATR));
  });

  it('has no card to power (alp-13; form of alp-14)', async () => {
    const { host } = plugged();
    expect(await host.say(at('alp-09'))).toBe(at('alp-13'));
    expect(at('alp-14')).toBe(refused('69', '80'));
    expect(await host.say(at('alp-06'))).toBe(refused('69', 'C0'));
  });

  it('carries an APDU (alp-15, alp-16)', async () => {
    const { host } = await powered();
    expect(await host.say(at('alp-15'))).toBe(at('alp-16'));
  });

  it('says that a card did not answer in time (alp-17)', async () => {
    const { host } = await powered({ ...scripted(), process: () => new Promise<Uint8Array>(() => {}) });
    await host.say(at('alp-15'));
    await pause(2_100);
    expect(host.heard()).toBe(at('alp-17'));
  });

  it('switches off (alp-18, alp-19)', async () => {
    const card = scripted();
    const { host } = await powered(card);
    expect(await host.say(at('alp-18'))).toBe(at('alp-19'));
    expect(card.log).toEqual(['on', 'off']);
  });

  it('tells unasked that a card went and came (alp-20, alp-21)', () => {
    const { unit, host } = plugged({ card: scripted() });
    unit.remove();
    expect(host.heard()).toBe(at('alp-20'));
    unit.insert();
    expect(host.heard()).toBe(at('alp-21'));
  });

  it('goes to 115200 after its answer (alp-22)', async () => {
    const { host } = plugged();
    expect(await host.say(at('alp-22'))).toBe(frame('0D'));
    expect(host.speeds).toEqual([115_200]);
  });

  it('tells its state (alp-23)', async () => {
    expect(await (await powered()).host.say(at('alp-23'))).toBe(frame('AA', '0101'));
    expect(await plugged().host.say(at('alp-23'))).toBe(frame('AA', '0000'));
  });

  it('sleeps until it is woken, and a stray byte comes first (alp-24, alp-26)', async () => {
    const { unit, host } = plugged({}, { asleep: true });
    expect(await host.say(at('alp-09'))).toBe('');
    unit.insert(scripted());
    unit.remove();
    expect(host.heard()).toBe('');
    expect(await host.say(at('alp-24') + at('alp-09'))).toBe(at('alp-26'));
    expect(await host.say(at('alp-24') + at('alp-09'))).toBe(at('alp-13'));
  });

  it('carries the SELECT of the social security application (alp-25)', async () => {
    const select = '00A404000F7378312E73682EC9E7BBE1B1A3D5CF';
    const { host } = await powered(scripted({ [select]: '6F00' + '9000' }));
    expect(await host.say(at('alp-25'))).toBe(frame('00', '6F009000'));
  });

  it('gives a wrong LRC on order (alp-27)', async () => {
    const { unit, host } = await powered(scripted({ '0084000008': '9000' }));
    unit.misbehave({ kind: 'wrong-check' });
    expect(await host.say(at('alp-15'))).toBe(at('alp-27'));
  });

  it('says that a frame had a bad LRC (alp-28)', async () => {
    const { host } = await powered();
    expect(await host.say(`${at('alp-15').slice(0, -2)}00`)).toBe(at('alp-28'));
  });
});

describe('the emulated ALPAR module', () => {
  it('says that a frame was not complete in time', async () => {
    const { host } = plugged();
    await host.say('60000A');
    await pause(300);
    expect(host.heard()).toBe(refused('00', 'FF'));
    expect(await host.say(at('alp-01'))).toBe(at('alp-02'));
  });

  it('forgets a frame that is longer than any', async () => {
    expect(await plugged().host.say(`6001FB00${at('alp-01')}`)).toBe(at('alp-02'));
  });

  it('fetches what waits, and corrects Le', async () => {
    const answers = {
      '00B0950000': '6C02',
      '00B0950002': 'ABCD9000',
      '00A40000023F00': '6102',
      '00C0000002': 'EF019000',
    };
    const { ask } = await powered(scripted(answers));
    expect(await ask('00', '00B0950000')).toBe(frame('00', 'ABCD9000'));
    expect(await ask('00', '00A40000023F0000')).toBe(frame('00', 'EF019000'));
  });

  it('fails with mask 06 on case 4 with Le 1 or 2', async () => {
    const card = scripted({ '00A40000023F00': '9000' });
    const { host, ask } = plugged({ card }, { mask: 6 });
    expect(await host.say(at('alp-01'))).toBe(frame('0A', '30362052656C6561736520312E30'));
    await host.say(at('alp-09'));
    expect(await ask('00', '00A40000023F0002')).toBe(refused('00', '20'));
    expect(await ask('00', '00A40000023F0003')).toBe(frame('00', '9000'));
    expect(await ask('00', '00A40000023F00')).toBe(frame('00', '9000'));
  });

  it('checks for EMV when it is told to', async () => {
    const card = scriptedT1();
    const { host, ask } = plugged({ card });
    expect(await host.say(at('alp-10'))).toBe(refused('6E', '93'));
    expect(await ask('00', '0084000008')).toBe(refused('00', 'A1'));
    expect(await ask('6E', '02')).toBe(refused('6E', '35'));
  });

  it('resets a card that has power', async () => {
    const card = scripted();
    const { host } = plugged({ card });
    await host.say(at('alp-09') + at('alp-09'));
    expect(card.log).toEqual(['on', 'reset']);
  });

  it('has two sockets with the other mask', async () => {
    const psam = scripted();
    const { ask } = plugged({ card: scripted(), sams: [psam] }, { sockets: 2 });
    expect(await ask('6A', '02')).toBe(frame('6A'));
    expect(await ask('6E', '00')).toBe(frame('6E', ATR));
    expect(psam.log).toEqual(['on']);
    expect(await ask('6A', '03')).toBe(refused('6A', 'E0'));
    expect(await ask('6A', '01')).toBe(frame('6A'));
    expect(await ask('00', '0084000008')).toBe(refused('00', 'A1'));
  });

  it('knows what it knows', async () => {
    const { ask } = await powered();
    expect(await ask('0B', '1100')).toBe(frame('0B'));
    expect(await ask('6A', '01')).toBe(refused('6A', '55'));
    expect(await ask('77')).toBe(refused('77', '55'));
    expect(await ask('0D', '07')).toBe(refused('0D', '35'));
    expect(await ask('0D')).toBe(refused('0D', '35'));
    expect(await ask('10', '0011')).toBe(frame('10'));
    expect(await ask('A6')).toBe(frame('A6', '1100'));
    expect(await ask('00', '008400')).toBe(refused('00', '21'));
    expect(await ask('00', `00D60000FF${'00'.repeat(257)}`)).toBe(refused('00', '20'));
    await ask('4D');
    expect(await ask('A6')).toBe(refused('A6', 'A1'));
    expect(await plugged().ask('A6')).toBe(refused('A6', 'C0'));
    expect(await plugged().ask('00', '0084000008')).toBe(refused('00', 'C0'));
  });

  it('goes to sleep when it is told to', async () => {
    const { host, ask } = plugged();
    expect(await ask('A3')).toBe(frame('A3'));
    expect(await ask('0A')).toBe('');
    await host.say('600000');
    await pause(300);
    expect(host.heard()).toBe('');
  });

  it('needs a status word from the card', async () => {
    const { host } = await powered(scripted({ '0084000008': '90' }));
    expect(await host.say(at('alp-15'))).toBe(refused('00', '91'));
  });

  it('is deaf, silent, stubborn, stale, mistaken on order', async () => {
    const { unit, host } = await powered();
    unit.misbehave({ kind: 'silence' }, { kind: 'no-answer', after: 1 }, { kind: 'refuse', after: 2 });
    unit.misbehave(
      { kind: 'stale-answer', after: 3 },
      { kind: 'misaddressed', after: 4 },
      { kind: 'speed-lost', after: 4 },
    );
    expect(await host.say(at('alp-15'))).toBe('');
    expect(await host.say(at('alp-15'))).toBe('');
    expect(await host.say(at('alp-15'))).toBe(at('alp-28'));
    expect(await host.say(at('alp-15'))).toBe(at('alp-12') + at('alp-16'));
    expect(await host.say(at('alp-15'))).toBe(frame('0F', '11223344556677889000'));
    expect(host.speeds).toEqual([38_400]);
  });

  it('is late, and tells of cards that do not move, on order', async () => {
    const { unit, host } = await powered();
    unit.misbehave({ kind: 'late-answer', ms: 20 }, { kind: 'notice', when: 'before-answer', present: false });
    expect(await host.say(at('alp-15'))).toBe(at('alp-20'));
    await pause(40);
    expect(host.heard()).toBe(at('alp-16'));
    unit.misbehave({ kind: 'notice', when: 'after-answer', present: true });
    expect(await host.say(at('alp-15'))).toBe(at('alp-16') + at('alp-21'));
  });

  it('loses the card that is torn out', async () => {
    const { unit, host } = await powered();
    unit.misbehave({ kind: 'pulled', when: 'after' });
    expect(await host.say(at('alp-15'))).toBe(at('alp-20') + refused('00', 'C0'));
  });

  it('takes power from its cards when the plug is pulled', async () => {
    const card = scripted();
    const { unit } = await powered(card);
    unit.detach();
    expect(card.log).toEqual(['on', 'off']);
  });
});
