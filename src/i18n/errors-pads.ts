import type { ErrorTable } from './errors.ts';

/** Errors of PIN pads. */
export const padErrors: ErrorTable = {
  'pad-missing': {
    message: { zh: '没有配置密码键盘', en: 'No PIN pad is configured' },
    advice: {
      zh: '用 --pad（或 SSCARD_PAD、配置文件的 pad）给出密码键盘的地址，或改用 --pin-from prompt。',
      en: 'Name it with --pad (or SSCARD_PAD, or pad in the configuration file), or use --pin-from prompt.',
    },
  },
  'pad-gives-no-digits': {
    message: { zh: '这个密码键盘不给出密码数字，不能用于此操作', en: 'This pad gives no digits, which this act needs' },
    advice: {
      zh: '加密键盘只产生主机用的密文，读写器键盘只用于 pin verify、set、change；请换用明文密码键盘（protocol=plain）或 --pin-from prompt。',
      en: 'An encrypting pad makes blocks for a host, and the keys of a reader serve pin verify, set and change only; use a plain keypad (protocol=plain) or --pin-from prompt.',
    },
  },
  'pad-out-of-order': {
    message: { zh: '密码键盘不能工作', en: 'The PIN pad does not work' },
    advice: {
      zh: '原因见 reason；检查键盘的密钥、电池和外壳，必要时送修。',
      en: 'The reason says why; look at keys, battery and housing of the pad, or have it repaired.',
    },
  },
  'pad-elsewhere': {
    message: { zh: '卡不在 --pad 所指的读写器里', en: 'The card is not in the reader that --pad names' },
    advice: {
      zh: '读写器键盘上输入的密码只能交给插在它里面的卡；把卡插到那台读写器，或改用别的密码来源。',
      en: 'A PIN typed on the keys of a reader goes into the card in that reader; put the card there, or take the PIN from elsewhere.',
    },
  },
  'pad-not-there': {
    message: { zh: '这台读写器没有可用的密码键盘', en: 'This reader has no keys for PINs' },
    advice: {
      zh: '读写器或其驱动没有报告安全输入密码的功能；请换用别的密码键盘或 --pin-from prompt。',
      en: 'Reader or driver do not say that they can enter PINs; use another pad, or --pin-from prompt.',
    },
  },
  'pad-cannot-change': {
    message: {
      zh: '这台读写器的键盘只能验证密码，不能修改',
      en: 'The keys of this reader verify PINs and do not change them',
    },
    advice: { zh: '请换用别的密码键盘或 --pin-from prompt。', en: 'Use another pad, or --pin-from prompt.' },
  },
};
