/** What the PIN verbs say: prompts, outcomes, and what follows from them. */
export const pinWords = {
  zh: {
    prompts: {
      current: '请输入社保卡密码：',
      initial: '请输入社保卡初始密码：',
      new: '请输入新密码：',
      again: '请再输入一次新密码：',
    },
    states: { usable: '可用', blocked: '已锁定', unknown: '未知' },
    state: '密码状态',
    tries: '剩余次数',
    triesOf: (left: number, most: number) => `${left}（共 ${most} 次）`,
    triesUnknown: '未知（此卡须输入密码才知道）',
    done: {
      verified: '密码正确。',
      changed: '密码已修改。',
      set: '密码已设置。',
      reset: '密码已重置，次数已恢复。',
      unblocked: '密码已解锁，次数已恢复，密码未变。',
    },
    atPad: '请持卡人在密码键盘上输入（取消键取消）。',
    secondsLeft: (seconds: number) => `剩余 ${seconds} 秒`,
    atReader: {
      current: '请持卡人在读写器键盘上输入 6 位密码，按确认键（取消键取消，30 秒内）。',
      change:
        '请持卡人在读写器键盘上依次输入旧密码、新密码、再一次新密码，各 6 位，按确认键（取消键取消，每次 30 秒内）。',
    },
    initial: '仍为初始密码：可查询，不能交易，请先设置密码（sscard pin set）。',
  },
  en: {
    prompts: {
      current: 'PIN of the social security card: ',
      initial: 'Initial PIN of the social security card: ',
      new: 'New PIN: ',
      again: 'New PIN again: ',
    },
    states: { usable: 'usable', blocked: 'blocked', unknown: 'unknown' },
    state: 'State of the PIN',
    tries: 'Tries left',
    triesOf: (left: number, most: number) => `${left} of ${most}`,
    triesUnknown: 'unknown (this card tells only when a PIN is presented)',
    done: {
      verified: 'The PIN is right.',
      changed: 'The PIN was changed.',
      set: 'The PIN was set.',
      reset: 'The PIN was reset, its tries restored.',
      unblocked: 'The tries were restored; the PIN is the one it was.',
    },
    atPad: 'Let the holder type at the PIN pad (cancel key: give up).',
    secondsLeft: (seconds: number) => `${seconds} s left`,
    atReader: {
      current: 'Let the holder type the six digits on the keys of the reader, then enter (cancel key: give up; 30 s).',
      change:
        'Let the holder type old PIN, new PIN, new PIN again on the keys of the reader, six digits and enter each (cancel key: give up; 30 s each).',
    },
    initial: 'It is still the initial PIN: it may read, not pay. Set one first (sscard pin set).',
  },
} as const;
