import type { ErrorTable } from './errors.ts';

/** Errors of reading and writing files, and of what is kept of them. */
export const fileErrors: ErrorTable = {
  'changes-malformed': {
    message: { zh: '要写的内容格式不对', en: 'The list of changes is malformed' },
    advice: {
      zh: '一行一项：地址=值；# 起头为注释；值可以是 {…}（数据组）或 @文件。没有写卡。',
      en: 'One a line: address=value; # starts a comment; a value may be {...} (a group) or @file. Nothing was written.',
    },
  },
  'changes-unreadable': {
    message: { zh: '读不到要写的内容', en: 'What is to be written cannot be read' },
    advice: { zh: '检查文件名和权限。没有写卡。', en: 'Check name and permissions. Nothing was written.' },
  },
  'dump-needs-unmask': {
    message: { zh: '转储文件含有全部个人信息', en: 'A dump holds all personal data in full' },
    advice: { zh: '加上 --operator 工号 --unmask 理由。', en: 'Add --operator id --unmask reason.' },
  },
  'dump-unreadable': {
    message: { zh: '读不到转储文件', en: 'The dump cannot be read' },
    advice: { zh: '检查文件名和权限。', en: 'Check name and permissions.' },
  },
  'file-unwritable': {
    message: { zh: '不能写入文件', en: 'The file cannot be written' },
    advice: {
      zh: '已有的文件不会被覆盖；换一个文件名，或检查目录权限。',
      en: 'A file that is there is not replaced; choose another name, or check the folder.',
    },
  },
  'item-damaged': {
    message: {
      zh: '数据项已损坏：既不是原值也不是新值',
      en: 'An item is damaged: neither the old value nor the new one',
    },
    advice: {
      zh: '立即再次执行同一写入，可以恢复；不要先做其他操作。',
      en: 'Run the same write again at once, which restores it, before anything else.',
    },
  },
  'photo-missing': {
    message: { zh: '卡上没有可用的照片', en: 'The card has no usable photo' },
    advice: {
      zh: '1.0 卡没有照片；其他卡请到发卡机构补录。',
      en: 'Cards of 1.0 have none; for others ask the issuer.',
    },
  },
  'photo-needs-unmask': {
    message: { zh: '照片属于未遮蔽的个人信息', en: 'A photo shows the holder in full' },
    advice: { zh: '加上 --operator 工号 --unmask 理由。', en: 'Add --operator id --unmask reason.' },
  },
  'stdin-twice': {
    message: { zh: '标准输入不能既给内容又给密码', en: 'stdin cannot hold both changes and PIN' },
    advice: { zh: '把内容放进文件，或用 --pin-from fd:N。', en: 'Put the changes in a file, or use --pin-from fd:N.' },
  },
  'write-outcome-unknown': {
    message: { zh: '写卡结果不明：应答丢失', en: 'Nobody knows whether it was written: an answer was lost' },
    advice: {
      zh: '重新插卡，再次执行同一写入：已写入的不会重复，未写入的会补上。',
      en: 'Insert the card and run the same write again: what is written stays, what is not is completed.',
    },
  },
};
