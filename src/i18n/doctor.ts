const chosenByName = (name: string, packages: string) => ({
  zh: `可选。需要时：apt-get install ${packages}，再 npm install ${name}。`,
  en: `Optional. When needed: apt-get install ${packages}, then npm install ${name}.`,
});

/** What `doctor` looks at, and what to do about it. */
export const doctorTexts = {
  node: {
    label: { zh: 'Node.js', en: 'Node.js' },
    advice: { zh: '请安装 Node.js 20.19 或更新版本。', en: 'Install Node.js 20.19 or newer.' },
  },
  platform: {
    label: { zh: '系统', en: 'System' },
    advice: { zh: 'PC/SC 部分只在 Linux 上实测过。', en: 'The PC/SC part has only been run on Linux.' },
  },
  language: { label: { zh: '语言', en: 'Language' }, advice: { zh: '', en: '' } },
  config: { label: { zh: '配置文件', en: 'Configuration' }, advice: { zh: '', en: '' } },
  reader: { label: { zh: '读写器地址', en: 'Reader address' }, advice: { zh: '', en: '' } },
  threads: {
    label: { zh: '线程池', en: 'Thread pool' },
    advice: {
      zh: '以 sscard 命令启动时默认 16；作为程序库时请设 UV_THREADPOOL_SIZE 为读写器数加 4。',
      en: 'The command sets 16; as a library, set UV_THREADPOOL_SIZE to the number of readers plus 4.',
    },
  },
  koffi: {
    label: { zh: '绑定 koffi', en: 'Binding koffi' },
    advice: { zh: '运行 npm install koffi（不需要编译器）。', en: 'Run npm install koffi (no compiler needed).' },
  },
  smartcard: {
    label: { zh: '绑定 smartcard', en: 'Binding smartcard' },
    advice: chosenByName('smartcard', 'build-essential libpcsclite-dev'),
  },
  pcsclite: {
    label: { zh: '绑定 pcsclite', en: 'Binding pcsclite' },
    advice: chosenByName('pcsclite', 'build-essential libpcsclite-dev'),
  },
  service: { label: { zh: 'PC/SC 服务', en: 'PC/SC service' }, advice: { zh: '', en: '' } },
  readers: {
    label: { zh: '读写器', en: 'Readers' },
    advice: {
      zh: '连接读写器；没有硬件可用 --reader sim:。',
      en: 'Connect a reader; without hardware use --reader sim:.',
    },
  },
  serialport: {
    label: { zh: '串口 serialport', en: 'Serial ports (serialport)' },
    advice: {
      zh: '串口设备（serial:）需要：npm install serialport（不需要编译器）。',
      en: 'Units on serial ports (serial:) need it: npm install serialport (no compiler needed).',
    },
  },
  'serial-ports': { label: { zh: '本机串口', en: 'Serial ports here' }, advice: { zh: '', en: '' } },
  'node-hid': {
    label: { zh: 'HID node-hid', en: 'HID devices (node-hid)' },
    advice: {
      zh: 'HID 设备（hid:）需要：npm install node-hid（不需要编译器）。',
      en: 'HID units (hid:) need it: npm install node-hid (no compiler needed).',
    },
  },
  'hid-devices': { label: { zh: '本机 HID 设备', en: 'HID devices here' }, advice: { zh: '', en: '' } },
  unit: { label: { zh: '读卡设备', en: 'Unit' }, advice: { zh: '', en: '' } },
} as const;
