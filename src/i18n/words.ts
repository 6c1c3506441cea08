const zh = {
  error: '错误：',
  outcomeUnknown: '这条命令是否已被卡片执行，无从得知；请先查看卡片再继续。',
  position: (line: number, column?: number) => `第 ${line} 行${column === undefined ? '' : `第 ${column} 列`}`,
  offset: (position: number) => `第 ${position} 个字符`,
  noReaders: '没有读写器。',
  states: { empty: '空', present: '有卡', mute: '卡无应答', unavailable: '不可用' },
  inUse: { shared: '，另有程序在用', exclusive: '，被独占' },
  events: {
    'reader-attached': '读写器接入',
    'reader-detached': '读写器断开',
    'card-inserted': '插卡',
    'card-removed': '取卡',
    'service-lost': 'PC/SC 服务中断',
    'service-back': 'PC/SC 服务恢复',
  },
  made: (file: string, generation: string) => `已制作模拟卡 ${file}（规范 ${generation}）。内含密钥与密码，请勿外传。`,
  generation: '规范版本',
  algorithm: '算法',
  block: '锁定',
  blocks: { none: '无', temporary: '应用临时锁定', permanent: '应用永久锁定', card: '整卡锁定' },
  tries: (left: number, all: number) => `还可输入 ${left} 次（共 ${all} 次）`,
  terminalNumber: '终端机编号',
  terminalSerial: '终端交易序号',
  derive: '分散命令',
  triesLeft: (left: number) => `还剩 ${left} 次。`,
  serve: {
    inserted: '已插入',
    removed: '已取出',
    unreachable: '连不上虚拟读写器，继续尝试',
    'card-failed': '卡片出错',
    'key-service': '密钥服务已启动',
  } as Readonly<Record<string, string>>,
  notUnderstood: '不明白：每行写 insert 或 remove，可加 psam，可加卡的序号。',
  results: { passed: '正常', warning: '注意', failed: '缺失' },
} as const;

type Words<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...args: infer A) => string
      ? (...args: A) => string
      : Words<T[K]>;
};

const en: Words<typeof zh> = {
  error: 'Error: ',
  outcomeUnknown: 'Nobody knows whether the card carried out this command; look at the card before you go on.',
  position: (line, column) => (column === undefined ? `line ${line}` : `line ${line}, column ${column}`),
  offset: (position) => `character ${position}`,
  noReaders: 'No readers.',
  states: { empty: 'empty', present: 'card', mute: 'mute card', unavailable: 'unavailable' },
  inUse: { shared: ', in use by another program', exclusive: ', held exclusively' },
  events: {
    'reader-attached': 'reader attached',
    'reader-detached': 'reader detached',
    'card-inserted': 'card inserted',
    'card-removed': 'card removed',
    'service-lost': 'PC/SC service lost',
    'service-back': 'PC/SC service back',
  },
  made: (file, generation) => `Made the simulated card ${file} (specification ${generation}). Keys and PIN are inside.`,
  generation: 'Specification',
  algorithm: 'Algorithm',
  block: 'Blocked',
  blocks: { none: 'no', temporary: 'application, for now', permanent: 'application, for good', card: 'the whole card' },
  tries: (left, all) => `${left} of ${all} tries left`,
  terminalNumber: 'Terminal number',
  terminalSerial: 'Terminal serial',
  derive: 'Derive command',
  triesLeft: (left) => `${left} ${left === 1 ? 'try' : 'tries'} left.`,
  serve: {
    inserted: 'inserted',
    removed: 'removed',
    unreachable: 'the virtual reader does not answer; trying again',
    'card-failed': 'the card broke',
    'key-service': 'the key service is up',
  },
  notUnderstood: 'Not understood: write insert or remove, perhaps psam, perhaps the number of a card.',
  results: { passed: 'ok', warning: 'note', failed: 'missing' },
};

/** Words and short sentences of the command's output. */
export const words = { zh, en } as const;
