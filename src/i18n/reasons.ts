import type { Text } from './errors.ts';

/** Why something was not done, by the stable key that stands in `reason`. */
export const reasonTexts: Readonly<Record<string, Text>> = {
  'no-provider': { zh: '没有指定 PSAM 卡槽或密码机服务', en: 'neither a PSAM nor a key service is named' },
  'no-psam': { zh: '卡槽里没有 PSAM 卡', en: 'there is no PSAM in its slot' },
  algorithm: { zh: 'PSAM 或密码机不支持此卡的算法', en: "PSAM or key service lack this card's algorithm" },
  'no-key': { zh: 'PSAM 和密码机都没有这个密钥', en: 'neither PSAM nor key service has this key' },
  'key-level': { zh: 'PSAM 卡的密钥级别不足', en: 'the key of the PSAM is of another level' },
  'not-offered': { zh: 'PSAM 或密码机不提供这项运算', en: 'PSAM or key service do not offer this' },
  'undescribed-right': { zh: '此卡要求描述之外的权限', en: 'the card asks for a right that is not described' },
  'undescribed-layout': { zh: '记录的结构与描述不同', en: 'the record is laid out in another way than described' },
  'key-refused': { zh: '卡片说密钥不对', en: 'the card says that the key is wrong' },
  'key-locked': { zh: '卡上的密钥已锁定', en: 'the key is locked on the card' },
  'card-unidentified': { zh: '卡识别码或复位信息不合规', en: 'the card does not say enough of itself' },
  application: { zh: '没有可用的社会保障应用', en: 'no usable social security application' },
  genuineness: { zh: '芯片不是真的', en: 'the chip is not genuine' },
  cardIdentification: { zh: '卡识别码不对', en: 'the card identification is wrong' },
  cardNumber: { zh: '卡号不对', en: 'the card number is wrong' },
  socialSecurityNumber: { zh: '社会保障号码不对', en: 'the social security number is wrong' },
  'same-digits': { zh: '各位数字相同', en: 'all digits are the same' },
  sequence: { zh: '数字连续', en: 'the digits follow each other' },
  'repeated-half': { zh: '前后两半相同', en: 'two equal halves' },
  birthday: { zh: '与生日相同', en: 'it is the birthday' },
  'identity-number': { zh: '是社会保障号码的一部分', en: 'it is part of the social security number' },
  phone: { zh: '是电话号码的一部分', en: 'it is part of a phone number' },
  'card-number': { zh: '是卡号的一部分', en: 'it is part of the card number' },
};
