import { describe, expect, it } from 'vitest';
import { kmyFramer } from '../../../drivers/pinpad/kmy/framer.ts';
import { type Grammar, Scanner } from '../../../drivers/scanner.ts';
import { alparFrame, alparFramer } from '../../../drivers/units/alpar/framer.ts';
import { acsFramer } from '../../../drivers/units/ccid-acs/framer.ts';
import { gemplusFramer } from '../../../drivers/units/ccid-gemplus/framer.ts';
import { crt02Framer } from '../../../drivers/units/crt-02/framer.ts';
import { crtF2Framer } from '../../../drivers/units/crt-f2/framer.ts';
import { bytes, chunkings, feed, hex, told } from './framer-rig.ts';

const answer = '02000F373159000A112233445566778890000343';
const text = '373159000A11223344556677889000';
const frame = { kind: 'frame', text };

describe('a start byte in noise', () => {
  it('that is followed by a frame does not take it along, where it ends in it', () => {
    for (const chunks of chunkings(bytes(`020005${answer}`)))
      expect(feed(crt02Framer(), chunks)).toEqual([{ kind: 'bad-check', bytes: '020005' }, frame]);
  });

  it('nor where it ends behind it', () => {
    for (const chunks of chunkings(bytes(`020014${answer}${answer}`)))
      expect(feed(crt02Framer(), chunks)).toEqual([{ kind: 'bad-check', bytes: '020014' }, frame, frame]);
  });

  it('nor where it waits for more until it is given up', () => {
    const framer = crt02Framer();
    expect(framer.push(bytes(`0200F0${answer}`))).toEqual([]);
    expect(told(framer.drop())).toEqual([{ kind: 'skipped', bytes: '0200F0' }, frame]);
    expect(framer.begun).toBe(false);
  });

  it('in the last byte of a wrong frame waits for what follows', () => {
    const wrong = '60000100AA60';
    for (const chunks of chunkings(bytes(`${wrong}00000A6A`)))
      expect(feed(alparFramer(), chunks)).toEqual([
        { kind: 'bad-check', bytes: '60000100AA' },
        { kind: 'frame', refused: false, command: 0x0a, data: '' },
      ]);
  });
});

describe('the rubble of a frame', () => {
  // 06 and 04 are the signals, and data of this frame.
  const damaged = '02000637310604061503FF';

  it('holds no signals where its check is wrong', () => {
    for (const chunks of chunkings(bytes(damaged)))
      expect(feed(crt02Framer(), chunks)).toEqual([{ kind: 'bad-check', bytes: damaged }]);
  });

  it('nor where another frame seemed to begin in it', () => {
    // 02 00 07 in it reaches over its end, and comes to nothing.
    const wrong = '020006373102000706';
    for (const chunks of chunkings(bytes(`${wrong}03FF06060606060606`)))
      expect(feed(crt02Framer(), chunks)).toEqual([
        { kind: 'bad-check', bytes: '0200063731' },
        { kind: 'bad-check', bytes: '0200070603FF060606060606' },
        { kind: 'ack' },
      ]);
  });

  it('nor where it is given up', () => {
    for (let cut = 3; cut < damaged.length / 2; cut++) {
      const framer = crt02Framer();
      expect(framer.push(bytes(damaged).subarray(0, cut))).toEqual([]);
      expect(told(framer.drop())).toEqual([{ kind: 'skipped', bytes: hex(bytes(damaged).subarray(0, cut)) }]);
    }
  });

  it('and signals behind it count again', () => {
    expect(feed(crt02Framer(), [bytes(`${damaged}06`)]).at(-1)).toEqual({ kind: 'ack' });
    const framer = crt02Framer();
    framer.push(bytes(damaged).subarray(0, 7));
    framer.drop();
    expect(told(framer.push(bytes('06')))).toEqual([{ kind: 'ack' }]);
  });

  it('holds no keys of a pad where one of its digits is damaged', () => {
    const block = '023039303438463341FF4335353737453242393031444303';
    for (const chunks of chunkings(bytes(block)))
      expect(feed(kmyFramer(), chunks)).toEqual([{ kind: 'bad-check', bytes: block }]);
  });

  it('holds no time requests of a Gemplus unit', () => {
    const wrong = '030680020000000004000000900012';
    expect(feed(gemplusFramer(), [bytes(wrong)])).toEqual([{ kind: 'bad-check', bytes: wrong }]);
  });

  it('holds no status of an ACS unit', () => {
    // SlotStatus with bSeq 02 and a stopped clock reads 02 00 00 03.
    const wrong = '02810000000000020000038603';
    expect(feed(acsFramer(), [bytes(wrong)])).toEqual([{ kind: 'bad-check', bytes: wrong }]);
  });
});

describe('a wrong frame in the rubble of another', () => {
  /** 01, length, data, EE; what begins with 02 takes seven bytes to be nothing; 06 is a signal. */
  const grammar: Grammar<{ readonly kind: string }> = {
    signals: new Map([[6, { kind: 'ack' }]]),
    starts: [1, 2],
    look: (all, at, end) => {
      if (all[at] === 2) return end - at < 7 ? 'more' : 'none';
      const take = 3 + (all[at + 1] ?? Number.NaN);
      if (!(end - at >= take)) return 'more';
      return all[at + take - 1] === 0xee ? { is: 'frame', take, event: { kind: 'frame' } } : { is: 'bad', take };
    },
  };

  it('does not end it', () => {
    for (const chunks of chunkings(bytes('010502010000060055')))
      expect(feed(new Scanner(grammar), chunks)).toEqual([
        { kind: 'bad-check', bytes: '0105' },
        { kind: 'skipped', bytes: '02' },
        { kind: 'bad-check', bytes: '010000' },
        { kind: 'skipped', bytes: '060055' },
      ]);
  });
});

describe('noise', () => {
  it('in one push is one event', () => {
    const framer = alparFramer();
    framer.push(bytes('1160'));
    expect(told(framer.push(bytes(`FFFF60${'22'.repeat(200)}`)))).toEqual([
      { kind: 'skipped', bytes: `60FFFF60${'22'.repeat(200)}` },
    ]);
  });

  it('is a length of nothing', () => {
    expect(feed(kmyFramer(), [bytes('023030FF')])[0]).toEqual({ kind: 'skipped', bytes: '02' });
    expect(feed(kmyFramer({ variant: 'binary' }), [bytes('0200')])[0]).toEqual({ kind: 'skipped', bytes: '02' });
    expect(feed(crtF2Framer(), [bytes('F200000243')])).toEqual([{ kind: 'skipped', bytes: 'F200000243' }]);
    expect(feed(crt02Framer(), [bytes('02000137')])).toEqual([{ kind: 'skipped', bytes: '02000137' }]);
  });

  it('is a length over the limit', () => {
    expect(feed(alparFramer(), [bytes('6001FB00')])).toEqual([{ kind: 'skipped', bytes: '6001FB00' }]);
    expect(feed(crtF2Framer(), [bytes('F20003FB43')])).toEqual([{ kind: 'skipped', bytes: 'F20003FB43' }]);
  });
});

describe('what is handed out', () => {
  it('does not change with the bytes that were given', () => {
    const given = bytes(`11${answer}`);
    const [noise, whole] = crt02Framer().push(given);
    given.fill(0);
    expect(told([noise ?? {}, whole ?? {}])).toEqual([{ kind: 'skipped', bytes: '11' }, frame]);
  });

  it('does not change with the frames that follow', () => {
    const framer = alparFramer();
    const frames = [1, 2, 3].map((command) => alparFrame(command, Uint8Array.of(command, command)));
    const events = frames.flatMap((one) => [...one].flatMap((byte) => [...framer.push(Uint8Array.of(byte))]));
    expect(told(events).map(({ data }) => data)).toEqual(['0101', '0202', '0303']);
  });

  it('needs one push of nothing for nothing', () => {
    const framer = alparFramer();
    framer.push(bytes('60'));
    expect(framer.push(new Uint8Array(0))).toEqual([]);
    expect(framer.begun).toBe(true);
    expect(alparFramer().drop()).toEqual([]);
  });
});
