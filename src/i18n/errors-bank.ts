import type { ErrorTable } from './errors.ts';

/** Errors of the debit side. */
export const bankErrors: ErrorTable = {
  'bank-application-missing': {
    message: { zh: '卡上没有金融（银联借记）应用', en: 'The card has no debit application' },
    advice: {
      zh: '金融功能可能没有加载；请持卡人到合作银行办理。',
      en: 'The debit side may not be loaded: send the holder to the bank that goes with the card.',
    },
  },
  'bank-authentication-failed': {
    message: { zh: '金融应用未通过真伪认证', en: 'The debit side did not prove to be genuine' },
    advice: {
      zh: '原因见 reason。换一台读写器再试；仍如此则不要受理，交银行核查。',
      en: 'The reason is given. Try another reader; if it stays so, do not serve the card and have the bank look at it.',
    },
  },
  'bank-card-blocked': {
    message: { zh: '整张卡已锁定，或不认识选择命令', en: 'The whole card is blocked, or knows no SELECT' },
    advice: { zh: '请持卡人到发卡银行或社保经办机构换卡。', en: 'The holder has to have the card exchanged.' },
  },
  'bank-data-malformed': {
    message: { zh: '金融应用的数据不合规范', en: 'Data of the debit side are not as they must be' },
    advice: {
      zh: '步骤、位置和规则见说明；换一台读写器再读一次，仍如此请把 --trace 的报文交给技术支持。',
      en: 'Step, place and rule are given. Read once more with another reader; if it stays so, give the transcript of --trace to support.',
    },
  },
  'ca-keys-unreadable': {
    message: { zh: '读不到认证中心公钥文件', en: 'The file of authority keys cannot be read' },
    advice: {
      zh: '检查 --ca-keys 或 SSCARD_CA_KEYS 的路径与权限。',
      en: 'Check path and rights of --ca-keys or SSCARD_CA_KEYS.',
    },
  },
  'ca-keys-malformed': {
    message: { zh: '认证中心公钥文件内容不合要求', en: 'The file of authority keys is malformed' },
    advice: {
      zh: '按所示行列改正；格式见 docs/ca-keys.md。',
      en: 'Correct it at the line and column shown; docs/ca-keys.md has the form.',
    },
  },
  'ca-key-checksum': {
    message: {
      zh: '认证中心公钥文件中有一把公钥的校验值不符，整个文件未被采用',
      en: 'The checksum of a key in the file of authority keys does not verify; nothing of the file is used',
    },
    advice: {
      zh: '公钥可能损坏或被改动：请向收单机构重新取得文件，不要自行改校验值。',
      en: 'The key may be damaged or changed: get the file again from your acquirer, and do not correct the checksum yourself.',
    },
  },
};
