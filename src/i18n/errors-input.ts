import type { ErrorTable } from './errors.ts';

/** Errors of what a person gives: arguments, files, configuration; and of what the program writes. */
export const inputErrors: ErrorTable = {
  'address-malformed': {
    message: { zh: '读写器地址写法不对', en: 'The reader address is malformed' },
    advice: {
      zh: '写作 pcsc:、pcsc:名称、serial:端口?protocol=协议、hid:厂商:产品?protocol=协议、vendor:库文件?slot=psam1、sim:、sim:文件 或 replay:文件?match=any。',
      en: 'Write pcsc:, pcsc:name, serial:port?protocol=name, hid:vendor:product?protocol=name, vendor:library?slot=psam1, sim:, sim:file or replay:file?match=any.',
    },
  },
  'argument-malformed': {
    message: { zh: '参数写法不对', en: 'An argument is malformed' },
    advice: { zh: '用 --help 查看用法。', en: 'See --help.' },
  },
  'argument-missing': {
    message: { zh: '缺少参数', en: 'An argument is missing' },
    advice: { zh: '用 --help 查看用法。', en: 'See --help.' },
  },
  'argument-unexpected': {
    message: { zh: '多余的参数', en: 'Too many arguments' },
    advice: { zh: '用 --help 查看用法。', en: 'See --help.' },
  },
  cancelled: {
    message: { zh: '已取消', en: 'Cancelled' },
    advice: { zh: '卡片已复位；需要时重新开始。', en: 'The card was reset; start again when needed.' },
  },
  'command-malformed': {
    message: { zh: 'APDU 命令的写法不对', en: 'The command APDU is malformed' },
    advice: {
      zh: '至少四个字节，Lc 与数据长度一致，例如 00A4040000。',
      en: 'At least four bytes, Lc as long as the data, e.g. 00A4040000.',
    },
  },
  'command-not-allowed': {
    message: { zh: '这条命令只允许发给模拟卡', en: 'This command may only be sent to a simulated card' },
    advice: {
      zh: '密码、密钥和锁定类命令不能以原始报文发给真卡；可用 --reader sim: 练习。',
      en: 'PIN, key and block commands never go raw to a real card; practise on --reader sim:.',
    },
  },
  'config-malformed': {
    message: { zh: '配置文件有错', en: 'The configuration file is malformed' },
    advice: {
      zh: '按所示行列修改；可用的键见 --help。',
      en: 'Correct it at the line and column; --help lists the keys.',
    },
  },
  'config-unreadable': {
    message: { zh: '读不到配置文件', en: 'The configuration file cannot be read' },
    advice: { zh: '检查 --config 或 SSCARD_CONFIG 的路径与权限。', en: 'Check the path in --config or SSCARD_CONFIG.' },
  },
  'format-needs-unmask': {
    message: { zh: '国家标准格式含完整个人信息', en: 'This format holds personal data in full' },
    advice: { zh: '加上 --operator 工号 --unmask 理由。', en: 'Add --operator id --unmask reason.' },
  },
  'hex-malformed': {
    message: { zh: '不是十六进制', en: 'Not hexadecimal' },
    advice: { zh: '只用 0-9 A-F，两位一个字节。', en: 'Use 0-9 A-F only, two digits a byte.' },
  },
  internal: {
    message: { zh: '程序内部出错', en: 'Internal fault' },
    advice: {
      zh: '请把命令与这段信息（不含个人信息）报告给维护人员。',
      en: 'Report the command and this text (no personal data) to the maintainers.',
    },
  },
  'hsm-incomplete': {
    message: { zh: '密码机服务缺少证书设置', en: 'The certificates for the key service are not configured' },
    advice: {
      zh: '在配置文件中写 "hsm": { "ca": "文件", "cert": "文件", "key": "文件" }。',
      en: 'Write "hsm": { "ca": "file", "cert": "file", "key": "file" } in the configuration file.',
    },
  },
  'journal-unwritable': {
    message: { zh: '无法留痕，因此不显示完整信息', en: 'Nothing is shown in full: it cannot be recorded' },
    advice: {
      zh: '检查 $XDG_STATE_HOME/sscard 的权限与空间。',
      en: 'Check rights and space of $XDG_STATE_HOME/sscard.',
    },
  },
  'option-unknown': {
    message: { zh: '没有这个选项', en: 'No such option' },
    advice: { zh: '用 --help 查看可用选项。', en: 'See --help for the options.' },
  },
  'option-value-malformed': {
    message: { zh: '选项的值不对', en: 'The value of an option is malformed' },
    advice: { zh: '用 --help 查看可用的值。', en: 'See --help for the values.' },
  },
  'profile-unreadable': {
    message: { zh: '读不到卡片描述的修正文件', en: 'The file that corrects the card profile cannot be read' },
    advice: {
      zh: '检查 --profile 或 SSCARD_PROFILE 的路径与权限。',
      en: 'Check path and rights of --profile or SSCARD_PROFILE.',
    },
  },
  'script-malformed': {
    message: { zh: '脚本有错', en: 'The script is malformed' },
    advice: {
      zh: '一行一条：十六进制命令，可加 =9000；# 起头为注释。',
      en: 'One exchange a line: a hex command, perhaps =9000; # starts a comment.',
    },
  },
  'script-unreadable': {
    message: { zh: '读不到脚本', en: 'The script cannot be read' },
    advice: { zh: '检查路径与权限。', en: 'Check path and rights.' },
  },
  'replay-differs': {
    message: { zh: '本程序发出的命令与报文不同', en: 'This program does not send the recorded commands' },
    advice: {
      zh: '确认操作名与卡片描述（--profile）和录制时相同；仍不同请把遮蔽后的报文交给支持人员。',
      en: 'Check that verb and profile are those of the recording; then hand the masked transcript to the support desk.',
    },
  },
  'replay-not-possible': {
    message: { zh: '这种操作不能从报文重做', en: 'This act cannot be done again from a transcript' },
    advice: { zh: '可重做的操作列在上面；写在文件名之后。', en: 'Those that can are listed; name one after the file.' },
  },
  'scheme-not-available': {
    message: { zh: '没有这类读写器地址', en: 'This kind of reader address is not available' },
    advice: { zh: '可用 pcsc:、vendor:、sim:、replay:。', en: 'There are pcsc:, vendor:, sim: and replay:.' },
  },
  'trace-unwritable': {
    message: { zh: '无法写报文文件', en: 'The trace file cannot be written' },
    advice: { zh: '检查 --trace 的路径与权限。', en: 'Check the path in --trace and its rights.' },
  },
  'trace-write-failed': {
    message: { zh: '报文没有完整写下', en: 'The trace was not written completely' },
    advice: { zh: '检查磁盘空间；结果本身有效。', en: 'Check the disk space; the result itself is valid.' },
  },
  'transcript-malformed': {
    message: { zh: '报文文件有错', en: 'The transcript is malformed' },
    advice: { zh: '按所示行列修改。', en: 'Correct it at the line and column.' },
  },
  'transcript-unreadable': {
    message: { zh: '读不到报文文件', en: 'The transcript cannot be read' },
    advice: { zh: '检查路径与权限。', en: 'Check path and rights.' },
  },
  'unmask-needs-operator': {
    message: { zh: '显示完整信息必须说明是谁、为什么', en: 'Showing data in full needs to say who and why' },
    advice: {
      zh: '加上 --operator 工号（或 SSCARD_OPERATOR）和理由。',
      en: 'Add --operator id (or SSCARD_OPERATOR) and a reason.',
    },
  },
  'verb-unknown': {
    message: { zh: '没有这个命令', en: 'No such command' },
    advice: { zh: '用 sscard --help 查看命令。', en: 'See sscard --help.' },
  },
};
