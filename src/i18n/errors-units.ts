import type { ErrorTable } from './errors.ts';

/** Errors of ports and of the units on them. */
export const unitErrors: ErrorTable = {
  'port-not-found': {
    message: { zh: '没有这个端口或设备', en: 'There is no such port or device' },
    advice: {
      zh: '检查插头和地址；用 sscard doctor 查看本机的串口与 HID 设备。',
      en: 'Check plug and address; sscard doctor lists the serial ports and HID devices of this machine.',
    },
  },
  'port-denied': {
    message: { zh: '无权打开端口', en: 'The port may not be opened by this user' },
    advice: {
      zh: '在 Linux 上把用户加入 dialout 组（HID 设备另需 udev 规则），重新登录。',
      en: 'On Linux add the user to the group dialout (HID devices want a udev rule), then log in again.',
    },
  },
  'port-in-use': {
    message: { zh: '端口正被另一个程序使用', en: 'Another program uses the port' },
    advice: { zh: '关闭占用该端口的程序后再试。', en: 'Close the program that has it open, then try again.' },
  },
  'port-failed': {
    message: { zh: '端口打不开', en: 'The port cannot be opened' },
    advice: {
      zh: '检查波特率和设备；拔插一次后再试。',
      en: 'Check speed and device; unplug it, plug it in again, and retry.',
    },
  },
  'ports-not-listed': {
    message: { zh: '列不出本机的串口', en: 'The serial ports of this machine cannot be listed' },
    advice: {
      zh: '在 Linux 上安装 udev（列表由 udevadm 给出）；不列出也能按名称打开端口。',
      en: 'On Linux install udev (udevadm makes the list); ports are opened by their names without it.',
    },
  },
  'unit-silent': {
    message: { zh: '读卡设备没有应答', en: 'The unit does not answer' },
    advice: {
      zh: '检查电源、连线、协议（protocol=）和波特率（baud=）是否与设备一致。',
      en: 'Check power, cable, and that protocol= and baud= are those of the unit.',
    },
  },
  'unit-refused': {
    message: { zh: '读卡设备拒绝了操作', en: 'The unit refused' },
    advice: {
      zh: '查看设备上的卡片和指示灯；排除故障后再试，仍不行请把原因代码告诉维护人员。',
      en: 'Look at the card in the unit and at its lights, then try again; tell the support desk the reason.',
    },
  },
  'unit-unknown': {
    message: { zh: '不认识的设备协议', en: 'No such protocol of a unit' },
    advice: { zh: '从列出的协议中选一个。', en: 'Choose one of the protocols listed.' },
  },
  'card-protocol': {
    message: { zh: '卡片违反了传输协议', en: 'The card broke the transmission protocol' },
    advice: {
      zh: '取出卡片，擦净触点后重插；办理结果不明时先查卡。',
      en: 'Take the card out, clean its contacts, put it in again; where the outcome is unknown, ask the card first.',
    },
  },
};
