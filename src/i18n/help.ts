import type { Text } from './errors.ts';

/** One line for each option. */
export const optionTexts: Readonly<Record<string, Text>> = {
  reader: {
    zh: '读写器地址：pcsc:、pcsc:名称、serial:端口?protocol=…、hid:厂商:产品?protocol=…、vendor:库、sim:、sim:文件、replay:文件?match=…',
    en: 'Reader address: pcsc:, pcsc:name, serial:port?protocol=…, hid:vendor:product?protocol=…, vendor:library, sim:, sim:file, replay:file?match=…',
  },
  psam: {
    zh: 'PSAM 卡槽的地址，默认为同一设备的 SAM 卡槽',
    en: 'Slot with the PSAM, default the SAM slot of the same unit',
  },
  pad: {
    zh: '密码键盘的地址：serial:端口?protocol=plain|kmy|zt598、读写器自带键盘的读写器地址（pcsc: 等）、sim:',
    en: 'PIN pad: serial:port?protocol=plain|kmy|zt598, the address of the reader whose own keys are meant (pcsc: …), sim:',
  },
  interface: { zh: '接触或非接触，默认 auto：先接触', en: 'Contact or contactless, default auto: contact first' },
  hsm: {
    zh: '密码机服务地址（PSAM 不能胜任时使用）；证书写在配置文件的 hsm 里',
    en: 'Key service, used where no PSAM serves; its certificates stand under hsm in the configuration file',
  },
  'pin-from': {
    zh: '密码从哪里来：密码键盘（已配置时默认）、终端提示、标准输入或文件描述符（一行一个）',
    en: 'Where PINs come from: the pad (default, if there is one), a prompt, stdin or a file descriptor, one a line',
  },
  profile: { zh: '修正卡片描述的文件', en: 'File that corrects the description of the card' },
  'ca-keys': { zh: '认证中心（CA）公钥文件，金融应用用', en: 'File of CA public keys, for the debit side' },
  'test-keys': { zh: '测试用的 CA 公钥也算数（结果会注明）', en: 'CA test keys count, too (the answer says so)' },
  all: { zh: '同时读出所有可读的文件', en: 'Read every file that may be read, too' },
  photo: { zh: '把照片存为 JPEG 文件（须 --unmask）', en: 'Keep the photo as a JPEG file (needs --unmask)' },
  'with-pin': { zh: '请持卡人输入密码，打开须密码的内容', en: 'Ask for the PIN, which opens more of the card' },
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
  'last-try': { zh: '允许用掉最后一次密码机会', en: 'The last try of the PIN may be spent' },
  watch: { zh: '持续跟踪', en: 'Follow changes' },
  format: { zh: '以国家接口格式输出', en: 'Print the line of the national interface' },
  generation: { zh: '规范版本，默认 2.0', en: 'Specification, default 2.0' },
  seed: { zh: '同一个数得到同一张卡', en: 'The same number gives the same card' },
  force: { zh: '覆盖已有文件', en: 'Overwrite a file that is there' },
  algorithm: { zh: '算法，默认 3.0 用 SM4，其余 3DES', en: 'Algorithm, default SM4 for 3.0, else 3DES' },
  bank: {
    zh: '金融应用：算法，或已公开的个人化文件；默认 3.0 为 dual，其余 rsa',
    en: 'Bank side: its algorithms, or the file of a published profile; default dual for 3.0, else rsa',
  },
  vpcd: { zh: '虚拟读写器的主机与端口', en: 'Host and port of the virtual reader' },
  serial: {
    zh: '改为放进模拟的串口设备（伪终端），按此协议应答',
    en: 'Into an emulated serial unit of this protocol instead, on a pseudo-terminal',
  },
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
      '0 完成 · 1 内部故障 · 2 用法 · 3 没有或不止一台读写器 · 4 无卡 · 5 非社保卡或已锁定 · 6 密码错误 · 7 密码锁定或最后一次未确认 · 8 卡拒绝 · 9 规则拒绝 · 10 验卡未通过 · 11 结果未知 · 12 取消或超时 · 13 读写器或服务故障 · 14 没有密钥 · 15 留痕失败',
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
      '0 done · 1 internal fault · 2 usage · 3 no such reader, or several · 4 no card · 5 not a social security card, or blocked · 6 wrong PIN · 7 PIN blocked or last try not confirmed · 8 refused by the card · 9 refused by a rule · 10 the check says reject · 11 outcome unknown · 12 cancelled or out of time · 13 reader or service failure · 14 no key · 15 not recorded',
  },
} as const;
