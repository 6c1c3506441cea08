import type { ErrorTable } from './errors.ts';

/** Errors of acts on the card: rules, keys, writing. */
export const actErrors: ErrorTable = {
  'act-not-allowed': {
    message: { zh: '卡片规则不允许这项操作', en: 'The rules of the card never allow this act' },
    advice: { zh: '此项内容只由卡片自己写入。', en: 'Only the card itself writes this.' },
  },
  'act-switched-off': {
    message: { zh: '本站点没有开启这项操作', en: 'This act is switched off at this site' },
    advice: {
      zh: '如确需使用，请由管理员在卡片描述文件（--profile）的 switches 中开启。',
      en: 'If it is really wanted, the administrator switches it on under switches in the profile file (--profile).',
    },
  },
  'card-differs': {
    message: { zh: '此卡与卡片描述不符', en: 'The card is not as its description says' },
    advice: {
      zh: '请维护人员用 --profile 修正描述。',
      en: 'Whoever maintains the profile file (--profile) has to correct the description.',
    },
  },
  'card-unidentified': {
    message: {
      zh: '卡识别码或复位信息不合规，无法导出密钥',
      en: 'The card does not say enough of itself to derive its keys',
    },
    advice: { zh: '卡片需由发卡机构检查。', en: 'The issuer has to check the card.' },
  },
  'check-rejected': {
    message: { zh: '此卡未通过检验', en: 'The card did not pass the check' },
    advice: { zh: '停止办理，登记并上报可疑卡。', en: 'Stop the service; note and report the suspicious card.' },
  },
  'directory-missing': {
    message: { zh: '卡上没有这个目录', en: 'The card does not have this directory' },
    advice: { zh: '用 sscard files tree 查看此卡有哪些内容。', en: 'See sscard files tree for what this card has.' },
  },
  'key-locked': {
    message: { zh: '卡上的这个密钥已锁定', en: 'This key is locked on the card' },
    advice: { zh: '只有发卡机构能恢复；请换卡。', en: 'Only the issuer can restore it; exchange the card.' },
  },
  'key-refused': {
    message: { zh: '卡片说密钥不对，不再重试', en: 'The card says that the key is wrong; it is not tried again' },
    advice: {
      zh: '确认 PSAM 或密码机属于本地区；反复尝试会锁定卡上的密钥。',
      en: 'Check that PSAM or key service are of this area: more attempts lock the key on the card.',
    },
  },
  'no-key': {
    message: { zh: '没有这项操作所需的密钥', en: 'There is no key for this act' },
    advice: {
      zh: '用 --psam 指定 PSAM 卡槽，或用 --hsm 指定密码机服务。',
      en: 'Name the slot of the PSAM with --psam, or the key service with --hsm.',
    },
  },
  'pin-needed': {
    message: { zh: '这项内容须先验证密码', en: 'This needs the PIN' },
    advice: { zh: '请持卡人输入密码后再试。', en: 'Let the holder enter the PIN, then try again.' },
  },
};
