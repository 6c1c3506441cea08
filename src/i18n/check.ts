/** What `check` says. */
export const checkWords = {
  zh: {
    verdicts: { normal: '正常', warning: '注意', reject: '拒绝' },
    results: { passed: '通过', failed: '未通过', skipped: '未检验' },
    names: {
      application: '社会保障应用',
      genuineness: '芯片真伪',
      cardIdentification: '卡识别码',
      cardNumber: '卡号',
      socialSecurityNumber: '社会保障号码',
      validity: '有效期',
      content: '其他内容',
    },
    reasons: {
      'not-social-security-card': '不是社会保障卡',
      'application-blocked': '应用已锁定',
      'not-reached': '无从检验',
      'not-genuine': '芯片的认证结果不对',
      'card-refused': '卡片不做内部认证',
      expired: '已过有效期',
    },
    comma: '；',
  },
  en: {
    verdicts: { normal: 'Normal', warning: 'Warning', reject: 'Reject' },
    results: { passed: 'passed', failed: 'failed', skipped: 'skipped' },
    names: {
      application: 'Application',
      genuineness: 'Genuine chip',
      cardIdentification: 'Card identification',
      cardNumber: 'Card number',
      socialSecurityNumber: 'Social security number',
      validity: 'Validity',
      content: 'Other content',
    },
    reasons: {
      'not-social-security-card': 'not a social security card',
      'application-blocked': 'the application is blocked',
      'not-reached': 'could not be looked at',
      'not-genuine': 'the chip gave a wrong proof',
      'card-refused': 'the card refuses internal authentication',
      expired: 'past its date',
    },
    comma: '; ',
  },
} as const;
