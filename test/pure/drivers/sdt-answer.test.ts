import { describe, expect, it } from 'vitest';
import { identityCard, sdtAnswer } from '../../../drivers/units/sdt/answer.ts';
import { sdtFramer } from '../../../drivers/units/sdt/framer.ts';
import sdt from '../../../fixtures/vectors/readers/sdt-idcard.json' with { type: 'json' };
import { bytes, hex } from './framer-rig.ts';

function answerTo(frame: string) {
  const [event] = sdtFramer().push(bytes(frame));
  return event?.kind === 'frame' ? sdtAnswer(event.body) : undefined;
}

describe('answers of the identity-card module', () => {
  it.each(sdt.vectors.filter(({ sw3 }) => sw3 !== undefined))('$id: $meaning', ({ hex: frame, sw3 }) => {
    expect(hex(Uint8Array.of(answerTo(frame)?.status ?? 0))).toBe(sw3);
  });

  it.each(sdt.vectors.filter(({ textLen }) => textLen !== undefined))(
    '$id: $meaning',
    ({ hex: frame, name, idNumber, photoLen }) => {
      const { status, data } = answerTo(frame) ?? { status: 0, data: bytes('') };
      expect(status).toBe(0x90);
      const card = identityCard(data);
      expect(card?.text).toMatchObject({ name, number: idNumber, birth: '19900101', sex: '1', nation: '01' });
      expect(card?.text).toMatchObject({ from: '20200101', to: '20400101', rest: '' });
      expect(card?.photo).toHaveLength(photoLen ?? 0);
    },
  );

  it('are none without three status bytes', () => {
    expect(sdtAnswer(bytes('0000'))).toBeUndefined();
  });

  it('with lengths that do not fit are no card', () => {
    const data = answerTo(sdt.vectors.find(({ id }) => id === 'sdt-12')?.hex ?? '')?.data ?? bytes('');
    expect(identityCard(data.subarray(0, -1))).toBeUndefined();
    expect(identityCard(bytes('0100'))).toBeUndefined();
    expect(identityCard(bytes('00000000'))).toBeUndefined();
  });
});
