import type { Text } from './errors.ts';

/** What commands are called, by the keys of `src/trace/command-names.ts`. */
export const commandTexts: Readonly<Record<string, Text>> = {
  select: { zh: '选择', en: 'Select' },
  'read-record': { zh: '读记录', en: 'Read record' },
  'read-binary': { zh: '读透明文件', en: 'Read binary' },
  'update-record': { zh: '写记录', en: 'Update record' },
  'append-record': { zh: '追加记录', en: 'Append record' },
  'update-binary': { zh: '写透明文件', en: 'Update binary' },
  'get-response': { zh: '取应答', en: 'Get response' },
  'get-challenge': { zh: '取随机数', en: 'Get challenge' },
  'external-authentication': { zh: '外部认证', en: 'External authentication' },
  'internal-authentication': { zh: '内部认证', en: 'Internal authentication' },
  'pin-status': { zh: '查询密码剩余次数', en: 'Ask for PIN tries' },
  'verify-pin': { zh: '校验密码', en: 'Verify PIN' },
  'change-pin': { zh: '修改密码', en: 'Change PIN' },
  'reload-pin': { zh: '重装密码', en: 'Reload PIN' },
  'unblock-pin': { zh: '解锁密码', en: 'Unblock PIN' },
  'block-application': { zh: '锁定应用', en: 'Block application' },
  'unblock-application': { zh: '解锁应用', en: 'Unblock application' },
  'block-card': { zh: '锁卡', en: 'Block card' },
  'get-balance': { zh: '读余额', en: 'Get balance' },
  'initialise-load': { zh: '圈存初始化', en: 'Initialise load' },
  'credit-load': { zh: '圈存', en: 'Credit for load' },
  'initialise-purchase': { zh: '消费初始化', en: 'Initialise purchase' },
  'debit-purchase': { zh: '消费', en: 'Debit for purchase' },
  'prove-transaction': { zh: '取交易认证', en: 'Get transaction proof' },
  'get-processing-options': { zh: '取处理选项', en: 'Get processing options' },
  'get-data': { zh: '取数据', en: 'Get data' },
  'generate-cryptogram': { zh: '生成应用密文', en: 'Generate cryptogram' },
  'put-data': { zh: '设置数据', en: 'Put data' },
  unknown: { zh: '未知命令', en: 'Unknown command' },
};

/** Words around them. */
export const traceWords = {
  zh: {
    key: '密钥',
    lost: '没有应答',
    same: '一致：命令与报文完全相同',
    different: '不一致',
    counts: (sent: number, recorded: number) => `发出 ${sent} 条，报文中 ${recorded} 条`,
    stopped: (line: number) => `停在第 ${line} 行`,
  },
  en: {
    key: 'key',
    lost: 'no answer',
    same: 'The same: every command as recorded',
    different: 'Different',
    counts: (sent: number, recorded: number) => `${sent} commands sent, ${recorded} recorded`,
    stopped: (line: number) => `stopped at line ${line}`,
  },
} as const;
