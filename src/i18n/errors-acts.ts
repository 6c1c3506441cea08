import type { ErrorTable } from './errors.ts';

/** Errors of acts on the card: rules, keys, writing. */
export const actErrors: ErrorTable = {
  'act-switched-off': {
    message: { zh: '本站点没有开启这项操作', en: 'This act is switched off at this site' },
    advice: {
      zh: '如确需使用，请由管理员在卡片描述文件（--profile）的 switches 中开启。',
      en: 'If it is really wanted, the administrator switches it on under switches in the profile file (--profile).',
    },
  },
};
