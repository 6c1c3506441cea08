/** Words around the medical account. */
export const accountWords = {
  zh: {
    title: '医疗保险个人账户',
    balance: '个人账户余额',
    selfPaid: (year: number | null) => `个人自付累计${year === null ? '' : `（${year} 年）`}`,
    pooled: (year: number | null) => `统筹支付累计${year === null ? '' : `（${year} 年）`}`,
    withheld: (reason: string) => `未读：${reason}`,
    transactions: '医疗交易明细（最近的在前）',
    special: '特殊医疗结算记录',
    none: '（没有记录）',
    columns: ['序号', '类型', '时间', '账户支付', '个人自付', '统筹支付', '终端'],
    types: { load: '圈存', purchase: '消费' },
  },
  en: {
    title: 'Medical account',
    balance: 'Balance',
    selfPaid: (year: number | null) => `Self-paid total${year === null ? '' : ` (${year})`}`,
    pooled: (year: number | null) => `Pooled-fund total${year === null ? '' : ` (${year})`}`,
    withheld: (reason: string) => `not read: ${reason}`,
    transactions: 'Settlements, newest first',
    special: 'Special settlements',
    none: '(no records)',
    columns: ['no.', 'type', 'time', 'account', 'self-paid', 'pooled', 'terminal'],
    types: { load: 'load', purchase: 'purchase' },
  },
} as const;
