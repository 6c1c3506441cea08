import type { ErrorTable } from './errors.ts';

/** Errors of simulated cards: their files, and where they are served. */
export const simulatorErrors: ErrorTable = {
  'sim-file-exists': {
    message: { zh: '文件已存在', en: 'The file exists' },
    advice: { zh: '换一个文件名，或加 --force 覆盖。', en: 'Choose another name, or overwrite with --force.' },
  },
  'sim-file-malformed': {
    message: { zh: '模拟卡文件有错', en: 'The file of the simulated card is malformed' },
    advice: { zh: '用 sscard sim new 重新制作。', en: 'Make a new one with sscard sim new.' },
  },
  'sim-file-unreadable': {
    message: { zh: '读不到模拟卡文件', en: 'The file of the simulated card cannot be read' },
    advice: { zh: '检查路径与权限；用 sscard sim new 制作。', en: 'Check path and rights; sscard sim new makes one.' },
  },
  'sim-file-unwritable': {
    message: { zh: '模拟卡文件写不进去', en: 'The file of the simulated card cannot be written' },
    advice: { zh: '检查所在目录的权限与空间。', en: 'Check rights and space of the folder.' },
  },
  'sim-file-version': {
    message: { zh: '模拟卡文件的版本不认识', en: 'The file of the simulated card has an unknown version' },
    advice: { zh: '用本版 sscard sim new 重新制作。', en: 'Make a new one with this sscard sim new.' },
  },
  'sim-no-contactless': {
    message: { zh: '此卡没有非接触面', en: 'This card has no contactless side' },
    advice: {
      zh: '只有 3.0 的卡才有；去掉 --contactless。',
      en: 'Only cards of 3.0 have one; leave --contactless out.',
    },
  },
  'sim-pty': {
    message: { zh: '系统没有给出伪终端', en: 'The system gives no pseudo-terminal' },
    advice: {
      zh: '模拟的串口设备需要 Linux 的伪终端（/dev/ptmx）；检查容器是否挂载了 devpts。',
      en: 'Emulated serial units need pseudo-terminals of Linux (/dev/ptmx); look whether the container has devpts.',
    },
  },
  'sim-port-malformed': {
    message: { zh: '主机与端口写得不对', en: 'Host and port are malformed' },
    advice: { zh: '写作 主机:端口，例如 127.0.0.1:35963。', en: 'Write host:port, e.g. 127.0.0.1:35963.' },
  },
  'sim-service-not-started': {
    message: { zh: '密钥服务未能启动', en: 'The key service did not start' },
    advice: {
      zh: '端口可能被占用，或证书与私钥不成对。',
      en: 'The port may be taken, or certificate and key do not belong together.',
    },
  },
  'sim-tls-unreadable': {
    message: { zh: '读不到密钥服务的证书', en: 'The certificates of the key service cannot be read' },
    advice: {
      zh: '--tls 的目录里须有 ca.pem、server.pem、server-key.pem。',
      en: 'The folder of --tls has to hold ca.pem, server.pem and server-key.pem.',
    },
  },
  'sim-value-malformed': {
    message: { zh: '模拟卡的内容超出卡片所能存放', en: 'The simulated card cannot hold that value' },
    advice: { zh: '检查给定的持卡人数据。', en: 'Check the given data of the holder.' },
  },
};
