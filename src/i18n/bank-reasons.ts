import type { Text } from './errors.ts';

/** Why the debit side was not proven genuine, by the stable key that stands in `reason`. */
export const bankReasons: Readonly<Record<string, Text>> = {
  'no-common-method': { zh: '卡片不支持脱机数据认证', en: 'the card has no offline data authentication' },
  'card-data-missing': { zh: '卡内缺少认证所需的数据', en: 'data that the method needs are missing on the card' },
  'ca-key-unknown': {
    zh: '没有装入这个索引的 CA 公钥（--ca-keys）',
    en: 'no CA key of this index is loaded (--ca-keys)',
  },
  'ca-key-expired': { zh: '装入的 CA 公钥已过期', en: 'the CA key that is loaded has expired' },
  'ca-key-test': {
    zh: '这是公开的测试公钥，不能证明真卡（测试时加 --test-keys）',
    en: 'it is a published test key, which proves nothing about a real card (--test-keys for tests)',
  },
  'certificate-length': { zh: '证书长度不对', en: 'the certificate has another length than its key' },
  'certificate-damaged': {
    zh: '证书损坏，或不是这把 CA 公钥签发的',
    en: 'the certificate is damaged, or was made with another key',
  },
  'certificate-expired': { zh: '证书已过期', en: 'the certificate has expired' },
  'certificate-revoked': { zh: '证书已被吊销', en: 'the certificate is revoked' },
  'certificate-key': { zh: '证书中的公钥算法或长度不认识', en: 'the certificate holds a key of an unknown kind' },
  'issuer-identifier-differs': { zh: '证书属于另一家发卡行', en: "the certificate is another issuer's" },
  'card-number-differs': { zh: '证书属于另一张卡', en: "the certificate is another card's" },
  'hash-mismatch': {
    zh: '哈希值不符：数据不是签名时的数据',
    en: 'the hash differs: the data are not those that were signed',
  },
  'signature-wrong': { zh: '签名不对', en: 'the signature is wrong' },
  'static-data-malformed': {
    zh: '要认证的静态数据不合规范',
    en: 'the static data to be authenticated are malformed',
  },
  'ddol-malformed': { zh: '动态数据列表（DDOL）不合规范', en: 'the list of dynamic data (DDOL) is malformed' },
  'signature-refused': { zh: '卡片没有给出动态签名', en: 'the card gave no dynamic signature' },
  'dynamic-data-malformed': { zh: '签名中的动态数据不合规范', en: 'the signed dynamic data are malformed' },
  'signature-missing': { zh: '应答里没有签名', en: 'no signature came with the answer' },
  'cryptogram-differs': { zh: '签名内外的密文信息不一致', en: 'signed and clear cryptogram information differ' },
  'transaction-hash-mismatch': { zh: '签名属于另一笔交易', en: 'the signature is over another transaction' },
  'needs-transaction': {
    zh: '此卡只在交易中签名（CDA），查询不做交易',
    en: 'the card signs only within a transaction (CDA), and an enquiry begins none',
  },
  'application-blocked': { zh: '应用已锁定或尚未激活', en: 'the application is blocked or not activated yet' },
  'conditions-not-met': { zh: '卡片拒绝开始（6985）', en: 'the card refuses to begin (6985)' },
};
