import type { Text } from './errors.ts';

/** One line for each verb. */
export const verbTexts: Readonly<Record<string, Text>> = {
  readers: { zh: '读写器及其中的卡；--watch 持续跟踪插拔', en: 'Readers and what is in them; --watch follows changes' },
  read: { zh: '读持卡人基本信息', en: "Read the holder's basic information" },
  apdu: { zh: '直接收发 APDU，=9000 表示期望的状态字', en: 'Raw exchange; =9000 states the expected status' },
  script: { zh: '收发文件中的 APDU，一行一条', en: 'Raw exchange from a file, one a line' },
  'trace explain': { zh: '用文字解释报文（个人信息遮蔽）', en: 'Explain a transcript in words (personal data masked)' },
  'trace mask': { zh: '再次遮蔽报文，输出到标准输出', en: 'Mask a transcript again, onto stdout' },
  'trace replay': { zh: '用本程序重做报文里的操作，看是否一致', en: 'Do a recorded act again and compare' },
  'sim new': { zh: '制作一张模拟卡', en: 'Make a simulated card' },
  'sim show': {
    zh: '查看模拟卡及其 PSAM（不含持卡人与密钥）',
    en: 'Show a simulated card and its PSAM (no holder, no keys)',
  },
  'sim run': { zh: '对模拟卡执行脚本，再显示其状态', en: 'Run a script on a simulated card, then show its state' },
  'sim serve': { zh: '把模拟卡放进虚拟 PC/SC 读写器', en: 'Put simulated cards into virtual PC/SC readers' },
  doctor: { zh: '检查安装，说明缺什么、怎么办', en: 'Check the installation and say what to do' },
  completion: { zh: '输出命令行补全脚本', en: 'Print a completion script for the shell' },
};

/** Examples of each verb; they stand first in its help. */
export const verbExamples: Readonly<Record<string, readonly string[]>> = {
  readers: ['sscard readers', 'sscard readers --watch --json'],
  read: [
    'sscard read',
    'sscard read --reader sim: --json',
    'sscard read --format national --operator 0071 --unmask 柜面核对',
  ],
  apdu: ['sscard apdu 00A4040000=9000', 'sscard apdu 0084000008 =9000 --reader sim:'],
  script: ['sscard script commands.txt --trace out.transcript', 'sscard script - --reader sim: < commands.txt'],
  'trace explain': ['sscard trace explain field.transcript', 'sscard trace explain field.transcript --json'],
  'trace mask': ['sscard trace mask foreign.transcript > safe.transcript'],
  'trace replay': ['sscard trace replay field.transcript', 'sscard trace replay old.transcript pin change'],
  'sim new': ['sscard sim new card.json', 'sscard sim new card.json --generation 3.0 --seed 1 --force'],
  'sim show': ['sscard sim show card.json'],
  'sim run': ['sscard sim run card.json commands.txt', 'echo 0084000008=9000 | sscard sim run card.json'],
  'sim serve': [
    'sscard sim serve card.json --vpcd 127.0.0.1:35963',
    'sscard sim serve new.json --contactless',
    'sscard sim serve card.json --key-service 127.0.0.1:8443 --tls certificates',
  ],
  doctor: ['sscard doctor', 'sscard doctor --rules'],
  completion: ['source <(sscard completion bash)', 'sscard completion fish > ~/.config/fish/completions/sscard.fish'],
};

/** What a verb's help says beyond its line. */
export const verbNotes: Readonly<Record<string, Text>> = {
  read: {
    zh: '个人信息默认遮蔽。--format national 为十一项国家接口格式，jiangsu 为十三项，都须 --unmask。',
    en: 'Personal data are masked. --format national is the line of eleven fields, jiangsu of thirteen; both need --unmask.',
  },
  apdu: {
    zh: '密码、密钥、锁定类命令只能发给 sim:（否则退出码 9）。真卡与报文的应答会遮蔽，--unmask 除外。61xx、6Cxx 原样显示。',
    en: 'PIN, key and block commands go to sim: only (else exit code 9). Answers of real cards and transcripts are masked unless --unmask. 61xx and 6Cxx are shown as they are.',
  },
  script: {
    zh: '一行一条：十六进制命令，可加 =9000；# 起头为注释；文件名 - 表示标准输入。规则同 apdu。',
    en: 'One exchange a line: a hex command, perhaps =9000; # starts a comment; the file - is stdin. Rules as for apdu.',
  },
  'trace explain': {
    zh: '按卡片描述说出每条命令涉及的文件、数据项和密钥；先遮蔽再显示，隐藏的字节为 *。',
    en: 'Names file, item and key of each command by the description of the card; masked first, hidden bytes are *.',
  },
  'trace mask': {
    zh: '其他程序写的报文也能遮蔽；注释不保留，因为没人知道里面有什么。',
    en: 'Works on transcripts of other programs, too; comments are dropped, as nobody knows what is in them.',
  },
  'trace replay': {
    zh: '操作名取自报文头 command，也可写在文件后面；密码与密文在报文里是隐藏的，任何值都算相符。',
    en: 'The act is the header command of the transcript, or the words after the file; PINs and cryptograms are hidden in it, so any fit.',
  },
  'sim new': {
    zh: '文件里有随机（或由 --seed 决定的）主密钥和密码，权限 0600。',
    en: 'The file holds random masters (or those of --seed) and the PIN; its mode is 0600.',
  },
  'sim run': {
    zh: '脚本格式同 script；不给脚本则读标准输入。写入的内容保存在卡文件里。',
    en: 'Scripts are those of script; without one, stdin. What is written stays in the card file.',
  },
  'sim serve': {
    zh: '第一张卡用所给端口（默认 127.0.0.1:35963），它的 PSAM 用下一个，以后每张加二。标准输入每行 insert 或 remove，可加 psam，可加卡的序号；输入结束即退出。--key-service 另起密钥服务（第一张卡的主密钥），--tls 目录内须有 ca.pem、server.pem、server-key.pem。',
    en: 'The first card is on the given port (default 127.0.0.1:35963), its PSAM on the next, each further card two ports on. Lines on stdin: insert or remove, perhaps psam, perhaps the number of a card; ends at the end of stdin. --key-service starts the key service with the masters of the first card; the folder of --tls has ca.pem, server.pem and server-key.pem.',
  },
  doctor: {
    zh: '诊断本身总以 0 结束；结论在每一项里。--rules 列出现行的假设。',
    en: 'The diagnosis itself ends with 0; each line says what was found. --rules lists the assumptions in force.',
  },
  completion: { zh: '可选 bash、zsh、fish。', en: 'There are bash, zsh and fish.' },
};

/** One line for each option. */
export const optionTexts: Readonly<Record<string, Text>> = {
  reader: {
    zh: '读写器地址：pcsc:、pcsc:名称、sim:、sim:文件、replay:文件?match=…',
    en: 'Reader address: pcsc:, pcsc:name, sim:, sim:file, replay:file?match=…',
  },
  binding: { zh: '访问 PC/SC 的方式', en: 'How PC/SC is reached' },
  timeout: { zh: '等候插卡的秒数，默认 30', en: 'Seconds to wait for a card, default 30' },
  trace: { zh: '把收发的报文（已遮蔽）写入文件', en: 'Record the exchange, masked, in a file' },
  operator: { zh: '操作员工号', en: 'Who acts' },
  unmask: {
    zh: '完整显示个人信息的理由（须有操作员，留痕）',
    en: 'Why personal data are shown in full (needs an operator; recorded)',
  },
  config: {
    zh: '配置文件，默认 $XDG_CONFIG_HOME/sscard/config.json',
    en: 'Configuration file, default $XDG_CONFIG_HOME/sscard/config.json',
  },
  lang: { zh: '语言', en: 'Language' },
  json: { zh: '只输出一个 JSON 对象', en: 'Print one JSON object and nothing else' },
  help: { zh: '显示帮助', en: 'Show help' },
  version: { zh: '显示版本', en: 'Show the version' },
  watch: { zh: '持续跟踪', en: 'Follow changes' },
  format: { zh: '以国家接口格式输出', en: 'Print the line of the national interface' },
  generation: { zh: '规范版本，默认 2.0', en: 'Specification, default 2.0' },
  seed: { zh: '同一个数得到同一张卡', en: 'The same number gives the same card' },
  force: { zh: '覆盖已有文件', en: 'Overwrite a file that is there' },
  algorithm: { zh: '算法，默认 3.0 用 SM4，其余 3DES', en: 'Algorithm, default SM4 for 3.0, else 3DES' },
  vpcd: { zh: '虚拟读写器的主机与端口', en: 'Host and port of the virtual reader' },
  contactless: { zh: '接入卡的非接触面（仅 3.0 卡）', en: "The card's contactless side (3.0 cards only)" },
  'key-service': { zh: '密钥服务监听的主机与端口', en: 'Host and port of the key service' },
  tls: { zh: '密钥服务的证书目录', en: 'Folder with the certificates of the key service' },
  rules: { zh: '列出现行的假设', en: 'List the assumptions in force' },
};

/** Headings of the help. */
export const helpWords = {
  zh: {
    about: '江苏省社会保障卡终端工具',
    usage: '用法',
    commands: '命令',
    examples: '例',
    options: '选项',
    globalOptions: '通用选项',
    environment: '环境变量',
    configKeys: '配置文件的键',
    exits: '退出码',
    exitList:
      '0 完成 · 1 内部故障 · 2 用法 · 3 没有或不止一台读写器 · 4 无卡 · 5 非社保卡或已锁定 · 8 卡拒绝 · 9 规则拒绝 · 11 结果未知 · 12 取消或超时 · 13 读写器或服务故障 · 15 留痕失败',
  },
  en: {
    about: 'Terminal toolkit for the Jiangsu social security card',
    usage: 'Usage',
    commands: 'Commands',
    examples: 'Examples',
    options: 'Options',
    globalOptions: 'Global options',
    environment: 'environment',
    configKeys: 'Keys of the configuration file',
    exits: 'Exit codes',
    exitList:
      '0 done · 1 internal fault · 2 usage · 3 no such reader, or several · 4 no card · 5 not a social security card, or blocked · 8 refused by the card · 9 refused by a rule · 11 outcome unknown · 12 cancelled or out of time · 13 reader or service failure · 15 not recorded',
  },
} as const;
