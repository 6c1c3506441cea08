import type { ErrorTable } from './errors.ts';

/** Errors of where keys are used: the PSAM in its slot, the key service. */
export const keyErrors: ErrorTable = {
  'key-service-address': {
    message: { zh: '密钥服务地址写法不对', en: 'The address of the key service is malformed' },
    advice: {
      zh: '写作 https://主机[:端口][/路径]，不含用户名、密码和参数。',
      en: 'Write https://host[:port][/path], without user, password and query.',
    },
  },
  'key-service-credentials': {
    message: {
      zh: '密钥服务的证书或私钥文件不可用',
      en: 'A certificate or key file for the key service cannot be used',
    },
    advice: {
      zh: '检查 ca、cert、key 三个 PEM 文件的路径、权限，以及证书与私钥是否成对。',
      en: 'Check path and rights of the PEM files ca, cert and key, and that certificate and key belong together.',
    },
  },
  'key-service-late': {
    message: { zh: '密钥服务没有及时应答', en: 'The key service did not answer in time' },
    advice: {
      zh: '卡片未受影响，可从头再办；仍不行请联系服务方。',
      en: 'The card was not affected: start again, then call the service.',
    },
  },
  'key-service-lost': {
    message: {
      zh: '与密钥服务的连接在应答之前中断',
      en: 'The connection to the key service was cut before the answer',
    },
    advice: {
      zh: '卡片未受影响，可从头再办；每次都这样请检查本终端的客户端证书。',
      en: "The card was not affected: start again. If it is always so, check this terminal's client certificate.",
    },
  },
  'key-service-malformed': {
    message: { zh: '密钥服务的应答不合规范', en: 'The answer of the key service is malformed' },
    advice: {
      zh: '请服务方对照接口说明（docs/hsm-service.md）检查。',
      en: 'The service has to be checked against docs/hsm-service.md.',
    },
  },
  'key-service-refused': {
    message: { zh: '密钥服务拒绝了请求', en: 'The key service refused' },
    advice: { zh: '把所示代码告知服务方。', en: 'Tell the service the code that is shown.' },
  },
  'key-service-unreachable': {
    message: { zh: '连接不上密钥服务', en: 'The key service cannot be reached' },
    advice: {
      zh: '检查网络、地址，以及服务方证书是否由所配置的 CA 签发。',
      en: "Check network and address, and that the service's certificate is signed by the configured CA.",
    },
  },
  'psam-malformed': {
    message: { zh: 'PSAM 卡的应答不完整', en: 'The answer of the PSAM is malformed' },
    advice: {
      zh: '持卡人的卡未受影响；请检查 PSAM 卡槽，再试一次。',
      en: "Nothing was done on the holder's card; check the slot of the PSAM and try again.",
    },
  },
  'psam-refused': {
    message: { zh: 'PSAM 卡拒绝了密钥运算', en: 'The PSAM refused to use a key' },
    advice: {
      zh: '记下状态字与密钥名称，请 PSAM 管理员检查。',
      en: 'Note status word and key name; whoever manages the PSAM has to check it.',
    },
  },
};
