import type { ErrorTable } from './errors.ts';

/** Errors of makers' libraries. */
export const vendorErrors: ErrorTable = {
  'library-missing': {
    message: { zh: '厂家驱动库装载失败', en: "The maker's library could not be loaded" },
    advice: {
      zh: '检查路径与位数（32/64 位要与 Node 一致）；库里要有 ICC_Reader_ 系列函数。',
      en: 'Check its path, and that its bits (32 or 64) are those of Node; it must have the ICC_Reader_ functions.',
    },
  },
  'library-crashed': {
    message: { zh: '厂家驱动库崩溃', en: "The maker's library crashed" },
    advice: {
      zh: '办理结果不明时先查卡，再放卡重试；反复出现请把库的名称和版本告诉维护人员。',
      en: 'Where the outcome is unknown, ask the card first; then try again. If it comes back, tell the support desk name and version of the library.',
    },
  },
  'library-late': {
    message: { zh: '厂家驱动库没有按时返回', en: "The maker's library did not return in time" },
    advice: {
      zh: '检查读卡器的连线；办理结果不明时先查卡，再放卡重试。',
      en: 'Check the cable of the reader; where the outcome is unknown, ask the card first; then try again.',
    },
  },
  'library-overrun': {
    message: { zh: '厂家驱动库写出了缓冲区', en: "The maker's library wrote behind the end of its buffer" },
    advice: {
      zh: '不要再用这个版本的库；请把库的名称和版本告诉维护人员。',
      en: 'Do not use this version of the library; tell the support desk its name and version.',
    },
  },
  'library-failed': {
    message: { zh: '厂家驱动库报告错误', en: "The maker's library reported an error" },
    advice: {
      zh: '重新放卡再试；仍不行请把返回码和库的名称告诉维护人员。',
      en: 'Put the card in again and retry; if it stays, tell the support desk the return code and the name of the library.',
    },
  },
};
