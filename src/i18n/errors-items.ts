import type { ErrorTable } from './errors.ts';

/** Errors of what a person says about items: their addresses, values and description. */
export const itemErrors: ErrorTable = {
  'dump-malformed': {
    message: { zh: '卡片导出文件有错', en: 'The dump is malformed' },
    advice: {
      zh: '按所示行列检查；文件应由 sscard files dump 产生，并用读卡时的同一描述文件读取。',
      en: 'Look at the line and column; the file should come from sscard files dump, and be read with the same profile.',
    },
  },
  'item-address-malformed': {
    message: { zh: '数据项地址写法不对', en: 'The address of an item is malformed' },
    advice: {
      zh: '写作 DF04EF05|8C、SSSEEF06|09|$DF01EF06|28|$、DF02EF15|99:1 或数据项名称，例如 medicalPersonCategory。',
      en: 'Write DF04EF05|8C, SSSEEF06|09|$DF01EF06|28|$, DF02EF15|99:1 or an item name such as medicalPersonCategory.',
    },
  },
  'item-unknown': {
    message: { zh: '这张卡的描述中没有这个数据项', en: 'The description of this card has no such item' },
    advice: {
      zh: '用 sscard files tree 查看文件和数据项。',
      en: 'See sscard files tree for files and items.',
    },
  },
  'profile-malformed': {
    message: { zh: '卡片描述文件有错', en: 'The profile file is malformed' },
    advice: {
      zh: '按所示行列修改；各成员见 docs/files.md 和 src/social/profile/overlay.schema.json。',
      en: 'Correct it at the line and column; docs/files.md and src/social/profile/overlay.schema.json list the members.',
    },
  },
  'value-malformed': {
    message: { zh: '这个值写不进数据项', en: 'The value does not fit the item' },
    advice: {
      zh: '检查长度、格式、日期和字符（GB18030）；值中不能有 | 和 $，组内不能有 , 和 ^。',
      en: 'Check length, format, date and characters (GB18030); no | and $ in a value, no , and ^ inside a group.',
    },
  },
};
