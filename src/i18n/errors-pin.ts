import type { ErrorTable } from './errors.ts';

const SAFE_WAYS = {
  zh: '在终端上按提示输入；程序用 --pin-from stdin 或 --pin-from fd:N，一行一个。',
  en: 'Type it at the prompt; programs use --pin-from stdin or --pin-from fd:N, one PIN a line.',
};

/** Errors of PINs: how they are entered, which rule stopped them, what the card said. */
export const pinErrors: ErrorTable = {
  'pin-argument': {
    message: { zh: '密码不能写在命令行里', en: 'A PIN never stands on the command line' },
    advice: SAFE_WAYS,
  },
  'pin-no-terminal': {
    message: { zh: '没有可以输入密码的终端', en: 'There is no terminal to ask for the PIN on' },
    advice: SAFE_WAYS,
  },
  'pin-source-unreadable': {
    message: { zh: '读不到 --pin-from 所指的输入', en: 'The input named by --pin-from cannot be read' },
    advice: { zh: '确认该文件描述符已打开、可读。', en: 'Check that this file descriptor is open for reading.' },
  },
  'pin-missing': {
    message: { zh: '输入在密码之前就结束了', en: 'The input ended before a PIN' },
    advice: {
      zh: '一行一个密码：verify 一个；set、change 旧、新、再新；reset 新、再新。',
      en: 'One PIN a line: verify one; set and change old, new, new again; reset new, new again.',
    },
  },
  'pin-line-too-long': {
    message: { zh: '密码行太长', en: 'A line with a PIN is too long' },
    advice: { zh: '一行只放一个密码。', en: 'Put one PIN on a line, and nothing else.' },
  },
  'pin-entry-late': {
    message: { zh: '密码输入超时', en: 'The PIN was not entered in time' },
    advice: { zh: '卡片未受影响；请重新开始。', en: 'The card is as it was; start again.' },
  },
  'pin-wrong': {
    message: { zh: '密码错误', en: 'The PIN is wrong' },
    advice: {
      zh: '请持卡人想好再输；次数用完即锁定。',
      en: 'Let the holder think it over: when no try is left the PIN is blocked.',
    },
  },
  'pin-blocked': {
    message: { zh: '密码已锁定', en: 'The PIN is blocked' },
    advice: {
      zh: '凭卡和有效身份证件办理密码重置（sscard pin reset，需密钥）。',
      en: 'With card and identity document the PIN can be reset (sscard pin reset; needs a key).',
    },
  },
  'pin-last-try': {
    message: { zh: '只剩最后一次，未发送密码', en: 'One try is left; the PIN was not sent' },
    advice: {
      zh: '向持卡人说明后，加 --last-try 再试。',
      en: 'Tell the holder, then repeat with --last-try.',
    },
  },
  'pin-tries-unknown': {
    message: { zh: '不知道还剩几次，未发送密码', en: 'Nobody knows how many tries are left; the PIN was not sent' },
    advice: {
      zh: '这可能是最后一次：向持卡人说明后，加 --last-try 再试。',
      en: 'It may be the last one: tell the holder, then repeat with --last-try.',
    },
  },
  'pin-length': {
    message: { zh: '密码长度不符合要求，未发送', en: 'The PIN has a wrong length; it was not sent' },
    advice: { zh: '密码一般为 6 位数字。', en: 'A PIN usually has six digits.' },
  },
  'pin-digits': {
    message: { zh: '密码只能是数字 0 到 9，未发送', en: 'A PIN is made of the digits 0 to 9; it was not sent' },
    advice: { zh: '关闭全角输入后再输。', en: 'Switch full-width input off, then type it again.' },
  },
  'pin-differs': {
    message: { zh: '两次输入的新密码不一致，未发送', en: 'The two new PINs differ; nothing was sent' },
    advice: { zh: '请重新输入。', en: 'Start again.' },
  },
  'pin-initial': {
    message: { zh: '新密码不能等于初始密码', en: 'The new PIN may not be the initial PIN' },
    advice: { zh: '请持卡人另选一个。', en: 'Let the holder choose another one.' },
  },
  'pin-unchanged': {
    message: { zh: '新密码与旧密码相同', en: 'The new PIN is the old one' },
    advice: { zh: '请持卡人另选一个。', en: 'Let the holder choose another one.' },
  },
  'pin-weak': {
    message: { zh: '新密码容易被猜中', en: 'The new PIN is easily guessed' },
    advice: {
      zh: '不要用生日、证件号、电话号或有规律的数字。',
      en: 'Not the birthday, a part of a number, or a pattern.',
    },
  },
  'pin-outcome-unknown': {
    message: { zh: '卡片的应答丢失，密码操作结果未知', en: 'The answer of the card was lost: the outcome is unknown' },
    advice: {
      zh: '不会自动重发。请用 sscard pin status 查看；改密后新旧密码之一有效。',
      en: 'Nothing is sent again. Look at sscard pin status; after a change, one of the two PINs holds.',
    },
  },
};
