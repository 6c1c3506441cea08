import type { ErrorTable } from './errors.ts';

/** Errors of where keys are used: the PSAM in its slot, the key service. */
export const keyErrors: ErrorTable = {
  'psam-malformed': {
    message: { zh: 'PSAM 卡的应答不完整', en: 'The answer of the PSAM is malformed' },
    advice: {
      zh: '持卡人的卡未受影响；请检查 PSAM 卡槽，再试一次。',
      en: "Nothing was done on the holder's card; check the slot of the PSAM and try again.",
    },
  },
  'psam-refused': {
    message: { zh: 'PSAM 卡拒绝了密钥运算', en: 'The PSAM refused to use a key' },
    advice: {
      zh: '记下状态字与密钥名称，请 PSAM 管理员检查。',
      en: 'Note status word and key name; whoever manages the PSAM has to check it.',
    },
  },
};
