import type { ErrorTable } from './errors.ts';

/** Errors of readers, the PC/SC service, and what a card answers. */
export const cardErrors: ErrorTable = {
  'answer-malformed': {
    message: { zh: '卡片或读写器的应答不完整', en: 'The answer of the card or reader is malformed' },
    advice: {
      zh: '取出卡片重新插入再试；仍不行请换一台读写器。',
      en: 'Insert the card again; then try another reader.',
    },
  },
  'application-blocked': {
    message: { zh: '卡上的社会保障应用已锁定', en: 'The social security application on the card is blocked' },
    advice: { zh: '请持卡人到社保卡服务网点办理。', en: 'Send the holder to a social security card outlet.' },
  },
  'atr-malformed': {
    message: { zh: '卡片的复位应答（ATR）不合规', en: "The card's answer to reset (ATR) is malformed" },
    advice: {
      zh: '清洁芯片触点后重试，确认卡片方向正确。',
      en: 'Clean the contacts and check how the card is inserted.',
    },
  },
  'binding-missing': {
    message: { zh: '没有安装访问 PC/SC 的 Node 组件', en: 'The Node package that reaches PC/SC is not installed' },
    advice: {
      zh: '运行 npm install koffi（或所选的 smartcard、pcsclite），再运行 sscard doctor 查看。',
      en: 'Run npm install koffi (or the smartcard or pcsclite you chose), then look at sscard doctor.',
    },
  },
  'binding-unknown': {
    message: { zh: '没有这种 PC/SC 绑定', en: 'No such PC/SC binding' },
    advice: { zh: '可选 koffi、smartcard、pcsclite。', en: 'Choose koffi, smartcard or pcsclite.' },
  },
  'card-in-use': {
    message: { zh: '另一个程序正独占这张卡', en: 'Another program holds the card exclusively' },
    advice: { zh: '关闭其他读卡程序后重试。', en: 'Close the other card program, then try again.' },
  },
  'card-mute': {
    message: { zh: '卡片在规定时间内没有应答', en: 'The card did not answer in time' },
    advice: { zh: '取出卡片重新插入再试。', en: 'Take the card out, insert it again, and try again.' },
  },
  'card-refused': {
    message: { zh: '卡片拒绝了这条命令', en: 'The card refused the command' },
    advice: {
      zh: '查看状态字与所在文件；此项可能需要权限。',
      en: 'See the status word and file; it may need a right.',
    },
  },
  'card-removed': {
    message: { zh: '卡片被取出', en: 'The card was removed' },
    advice: { zh: '请重新插卡，读完之前不要取出。', en: 'Insert the card again and leave it in until reading ends.' },
  },
  'card-reset': {
    message: { zh: '卡片被另一个程序复位，本次操作中止', en: 'Another program reset the card; this act was ended' },
    advice: { zh: '关闭其他读卡程序后重试。', en: 'Close the other card program, then try again.' },
  },
  'card-unresponsive': {
    message: { zh: '卡片没有正确复位', en: 'The card does not answer to reset properly' },
    advice: {
      zh: '确认芯片朝向、清洁触点；换一张卡或一台读写器比对。',
      en: 'Check the side of the chip, clean it; compare with another card or reader.',
    },
  },
  'chain-stalled': {
    message: { zh: '卡片说还有数据，却不再给出', en: 'The card announces more data and gives none' },
    advice: {
      zh: '取出卡片重新插入再试；仍不行说明卡片异常。',
      en: 'Insert it again; if that fails the card is faulty.',
    },
  },
  'chain-too-long': {
    message: { zh: '卡片的应答没有尽头，已中止', en: 'The answer of the card does not end; it was cut off' },
    advice: {
      zh: '取出卡片重新插入再试；仍不行说明卡片异常。',
      en: 'Insert it again; if that fails the card is faulty.',
    },
  },
  'channel-closed': {
    message: { zh: '与卡片的连接已关闭', en: 'The connection to the card is closed' },
    advice: { zh: '重新打开卡片。', en: 'Open the card again.' },
  },
  'channel-overrun': {
    message: { zh: '排队等待卡片的命令过多', en: 'Too many commands wait for the card' },
    advice: { zh: '等前面的命令应答后再发。', en: 'Wait for earlier commands to be answered.' },
  },
  'generation-unknown': {
    message: { zh: '不认识这张卡的规范版本', en: 'The specification version of this card is not known' },
    advice: {
      zh: '支持 1.x、2.x、3.x；请把版本号告知维护人员。',
      en: '1.x, 2.x and 3.x are supported; report the version to the maintainers.',
    },
  },
  'no-card': {
    message: { zh: '等候时间内没有插卡', en: 'No card was inserted in time' },
    advice: {
      zh: '请插卡后重试，或用 --timeout 延长等候。',
      en: 'Insert a card and try again, or wait longer with --timeout.',
    },
  },
  'not-social-security-card': {
    message: { zh: '这不是社会保障卡', en: 'This is not a social security card' },
    advice: {
      zh: '请确认插入的是社会保障卡，芯片朝向正确。',
      en: 'Check that a social security card is in, chip first.',
    },
  },
  'pcsc-failure': {
    message: { zh: 'PC/SC 服务报告故障', en: 'The PC/SC service reports a failure' },
    advice: { zh: '重新插拔读写器，再运行 sscard doctor。', en: 'Plug the reader in again, then run sscard doctor.' },
  },
  'pcsc-library-missing': {
    message: { zh: '系统没有 PC/SC 库', en: "The system's PC/SC library is missing" },
    advice: {
      zh: '请安装：Debian 上 apt-get install pcscd libpcsclite1。',
      en: 'Debian: apt-get install pcscd libpcsclite1.',
    },
  },
  'pcsc-threads-exhausted': {
    message: { zh: '没有应答的卡片占满了线程', en: 'Cards that do not answer occupy all threads' },
    advice: {
      zh: '取出没有应答的卡片；或以更大的 UV_THREADPOOL_SIZE 启动。',
      en: 'Take the mute cards out, or start with a larger UV_THREADPOOL_SIZE.',
    },
  },
  'pps-malformed': {
    message: { zh: '卡片的协议参数应答不合规', en: "The card's answer about protocol parameters is malformed" },
    advice: { zh: '取出卡片重新插入再试。', en: 'Insert the card again.' },
  },
  'protocol-mismatch': {
    message: { zh: '卡片不支持所要求的传输协议', en: 'The card does not speak the requested protocol' },
    advice: {
      zh: '确认卡片类型；社会保障卡使用 T=0。',
      en: 'Check the kind of card; a social security card speaks T=0.',
    },
  },
  'reader-ambiguous': {
    message: { zh: '不止一台读写器里有卡', en: 'More than one reader has a card' },
    advice: { zh: '用 --reader pcsc:名称 选择其中一台。', en: 'Choose one with --reader pcsc:name.' },
  },
  'reader-lost': {
    message: { zh: '读写器断开了', en: 'The reader was disconnected' },
    advice: { zh: '检查读写器的连线后重试。', en: 'Check the cable of the reader, then try again.' },
  },
  'reader-not-found': {
    message: { zh: '没有找到读写器', en: 'No such reader' },
    advice: {
      zh: '连接读写器；用 sscard readers 查看名称。',
      en: 'Connect the reader; sscard readers lists the names.',
    },
  },
  'record-malformed': {
    message: { zh: '卡上的记录格式不对', en: 'A record on the card is malformed' },
    advice: {
      zh: '记下文件与记录号；卡片需由发卡机构检查。',
      en: 'Note file and record; the issuer has to check the card.',
    },
  },
  'recorded-failure': {
    message: { zh: '报文在此处记录了一次故障', en: 'The transcript records a failure here' },
    advice: { zh: '查看报文中的这一行。', en: 'Look at this line of the transcript.' },
  },
  'replay-exhausted': {
    message: { zh: '报文已经用完', en: 'The transcript is at its end' },
    advice: { zh: '录制更长的报文，或用 match=any。', en: 'Record a longer exchange, or use match=any.' },
  },
  'replay-mismatch': {
    message: { zh: '命令与报文不符', en: 'The command is not the one in the transcript' },
    advice: { zh: '查看报文的该行；可用 match=header 放宽。', en: 'See that line; match=header is less strict.' },
  },
  'service-lost': {
    message: { zh: 'PC/SC 服务中断', en: 'The PC/SC service was lost' },
    advice: { zh: '重新启动 pcscd 后再试。', en: 'Start pcscd again, then try again.' },
  },
  'service-unavailable': {
    message: { zh: 'PC/SC 服务没有运行', en: 'The PC/SC service is not running' },
    advice: { zh: '启动 pcscd，或运行 sscard doctor。', en: 'Start pcscd, or run sscard doctor.' },
  },
  'status-unexpected': {
    message: { zh: '状态字与期望的不同', en: 'The status word is not the expected one' },
    advice: { zh: '对照状态字含义检查命令。', en: 'Check the command against the meaning of the status word.' },
  },
  'tlv-malformed': {
    message: { zh: '卡上数据的结构不对', en: 'The structure of the data on the card is malformed' },
    advice: { zh: '卡片需由发卡机构检查。', en: 'The issuer has to check the card.' },
  },
  unsupported: {
    message: { zh: '这台读写器或绑定做不到', en: 'This reader or binding cannot do that' },
    advice: { zh: '改用 --binding koffi，或换一台读写器。', en: 'Use --binding koffi or another reader.' },
  },
};
