import type { Text } from './errors.ts';

/** One line for each verb. */
export const verbTexts: Readonly<Record<string, Text>> = {
  readers: { zh: '读写器及其中的卡；--watch 持续跟踪插拔', en: 'Readers and what is in them; --watch follows changes' },
  read: { zh: '读持卡人基本信息', en: "Read the holder's basic information" },
  check: {
    zh: '验卡：真伪、号码、有效期，给出一个结论',
    en: 'Check the card: genuine, numbers, validity; one verdict',
  },
  'pin status': { zh: '社保卡密码的状态（不输入密码）', en: 'State of the social PIN, without entering it' },
  'pin verify': { zh: '验证社保卡密码', en: 'Verify the social PIN' },
  'pin set': { zh: '由初始密码设置密码', en: 'Set the PIN, from the initial one' },
  'pin change': { zh: '修改密码', en: 'Change the PIN' },
  'pin reset': { zh: '重置密码（须密钥，不须旧密码）', en: 'Reset the PIN (needs a key, not the old PIN)' },
  'pin unblock': {
    zh: '解锁密码：恢复次数，密码不变（须密钥）',
    en: 'Unblock the PIN: restore its tries (needs a key)',
  },
  'account show': { zh: '医保个人账户余额与年度累计', en: 'Balance and year totals of the medical account' },
  'account log': { zh: '医保结算记录', en: 'Settlements kept on the card' },
  'files tree': { zh: '卡上有哪些目录、文件和数据项', en: 'Directories, files and items of a card' },
  'files read': { zh: '读任意数据项（地址或名称，all 为全部）', en: 'Read any items, by address or name, or all' },
  'files write': { zh: '写数据项：写前核对，写后读回', en: 'Write items: checked before, read back after' },
  'files dump': { zh: '把可读的内容逐字节存入文件', en: 'Save everything readable, byte for byte' },
  'files diff': { zh: '转储与卡、或两个转储相比', en: 'Compare a dump with the card, or two dumps' },
  'bank info': { zh: '银行卡号（遮蔽）、状态、密码次数', en: 'Account number (masked), state, tries of the PIN' },
  'bank balance': { zh: '电子现金余额与限额', en: 'Balance and limits of e-cash' },
  'bank log': { zh: '卡内的交易日志与圈存日志', en: 'Transactions and loads that the card has kept' },
  'bank verify': {
    zh: '金融应用的真伪（脱机数据认证）',
    en: 'Whether the debit side is genuine (offline data authentication)',
  },
  apdu: { zh: '直接收发 APDU，=9000 表示期望的状态字', en: 'Raw exchange; =9000 states the expected status' },
  script: { zh: '收发文件中的 APDU，一行一条', en: 'Raw exchange from a file, one a line' },
  'trace explain': { zh: '用文字解释报文（个人信息遮蔽）', en: 'Explain a transcript in words (personal data masked)' },
  'trace mask': { zh: '再次遮蔽报文，输出到标准输出', en: 'Mask a transcript again, onto stdout' },
  'trace replay': { zh: '用本程序重做报文里的操作，看是否一致', en: 'Do a recorded act again and compare' },
  'sim new': { zh: '制作一张模拟卡', en: 'Make a simulated card' },
  'sim show': {
    zh: '查看模拟卡及其 PSAM（不含持卡人与密钥）',
    en: 'Show a simulated card and its PSAM (no holder, no keys)',
  },
  'sim run': { zh: '对模拟卡执行脚本，再显示其状态', en: 'Run a script on a simulated card, then show its state' },
  'sim serve': {
    zh: '把模拟卡放进虚拟 PC/SC 读写器或模拟的串口设备',
    en: 'Put simulated cards into virtual PC/SC readers, or emulated serial units',
  },
  doctor: { zh: '检查安装，说明缺什么、怎么办', en: 'Check the installation and say what to do' },
  completion: { zh: '输出命令行补全脚本', en: 'Print a completion script for the shell' },
};

/** Examples of each verb; they stand first in its help. */
export const verbExamples: Readonly<Record<string, readonly string[]>> = {
  readers: [
    'sscard readers',
    'sscard readers --watch --json',
    "sscard readers --reader 'serial:/dev/ttyS0?protocol=crt-f2'",
  ],
  read: [
    'sscard read',
    'sscard read --reader sim: --json',
    'sscard read --format national --operator 0071 --unmask 柜面核对',
  ],
  check: ['sscard check', 'sscard check --psam pcsc:SAM --json'],
  'pin status': ['sscard pin status'],
  'pin verify': ['sscard pin verify', 'sscard pin verify --last-try'],
  'pin set': ['sscard pin set', 'sscard pin set --reader sim:card.json --pin-from fd:3 3< pins.txt'],
  'pin change': ['sscard pin change', 'sscard pin change --reader sim:card.json --pin-from stdin < pins.txt'],
  'pin reset': ['sscard pin reset --psam pcsc:SAM', 'sscard pin reset --hsm https://keys.example:8443'],
  'pin unblock': ['sscard pin unblock --psam pcsc:SAM'],
  'account show': ['sscard account show', 'sscard account show --with-pin --json'],
  'account log': ['sscard account log --with-pin'],
  'files tree': ['sscard files tree', 'sscard files tree --generation 3.0 --json'],
  'files read': [
    "sscard files read 'DF04EF05|8C' --with-pin",
    'sscard files read name issueDate',
    'sscard files read all --psam pcsc:SAM --json',
  ],
  'files write': [
    "echo 'DF01EF06|28=0519-85529290' | sscard files write --psam pcsc:SAM",
    'sscard files write changes.txt',
  ],
  'files dump': ['sscard files dump card.dump --operator 0071 --unmask 换卡前留存'],
  'files diff': ['sscard files diff card.dump', 'sscard files diff old.dump new.dump'],
  'bank info': ['sscard bank info', 'sscard bank info --reader sim: --json'],
  'bank balance': ['sscard bank balance'],
  'bank log': ['sscard bank log --json'],
  'bank verify': ['sscard bank verify --ca-keys unionpay.json', 'sscard bank verify --reader sim:'],
  apdu: ['sscard apdu 00A4040000=9000', 'sscard apdu 0084000008 =9000 --reader sim:'],
  script: ['sscard script commands.txt --trace out.transcript', 'sscard script - --reader sim: < commands.txt'],
  'trace explain': ['sscard trace explain field.transcript', 'sscard trace explain field.transcript --json'],
  'trace mask': ['sscard trace mask foreign.transcript > safe.transcript'],
  'trace replay': ['sscard trace replay field.transcript', 'sscard trace replay old.transcript pin change'],
  'sim new': ['sscard sim new card.json', 'sscard sim new card.json --generation 3.0 --seed 1 --force'],
  'sim show': ['sscard sim show card.json'],
  'sim run': ['sscard sim run card.json commands.txt', 'echo 0084000008=9000 | sscard sim run card.json'],
  'sim serve': [
    'sscard sim serve card.json --vpcd 127.0.0.1:35963',
    'sscard sim serve new.json --contactless',
    'sscard sim serve card.json --serial ccid-gemplus',
    'sscard sim serve card.json --key-service 127.0.0.1:8443 --tls certificates',
  ],
  doctor: ['sscard doctor', 'sscard doctor --rules'],
  completion: ['source <(sscard completion bash)', 'sscard completion fish > ~/.config/fish/completions/sscard.fish'],
};

/** What a verb's help says beyond its line. */
export const verbNotes: Readonly<Record<string, Text>> = {
  read: {
    zh: '个人信息默认遮蔽。--format national 为十一项国家接口格式，jiangsu 为十三项，都须 --unmask。',
    en: 'Personal data are masked. --format national is the line of eleven fields, jiangsu of thirteen; both need --unmask.',
  },
  check: {
    zh: '结论 reject（退出码 10）：应用、真伪或号码未通过；warning：未验真伪、已过期或内容有异常；normal 须验明真伪。真伪须 PSAM 或密码机。',
    en: 'reject (exit code 10): application, genuineness or a number failed; warning: genuineness not tested, expired, or odd data; normal needs a tested chip, so a PSAM or key service.',
  },
  'pin status': {
    zh: '不发送密码。真卡一般不输入密码就不知道剩余次数（null），除非卡片描述的 pin.statusBy 为 empty-verify；模拟卡如此。',
    en: 'Sends no PIN. A real card rarely tells its tries without one (null), unless pin.statusBy of the profile is empty-verify; simulated cards have that.',
  },
  'pin verify': {
    zh: '密码由提示输入，或由 --pin-from 给出，一行一个，绝不写在命令行里。只剩一次或次数未知时须 --last-try。',
    en: 'The PIN is typed at a prompt or comes from --pin-from, one a line, never from the command line. With one try left, or an unknown number, --last-try is needed.',
  },
  'pin set': {
    zh: '依次输入：初始密码、新密码、再一次新密码。容易猜中的密码不发送。',
    en: 'Asked for in this order: initial PIN, new PIN, new PIN again. Easily guessed PINs are not sent.',
  },
  'pin change': {
    zh: '依次输入：旧密码、新密码、再一次新密码。应答丢失时结果未知（退出码 11），不会重发。',
    en: 'Asked for in this order: old PIN, new PIN, new PIN again. A lost answer is an unknown outcome (exit code 11); nothing is sent again.',
  },
  'pin reset': {
    zh: '依次输入：新密码、再一次新密码。须 PSAM 或密码机的 PUK、STK 密钥；次数同时恢复。',
    en: 'Asked for in this order: new PIN, new PIN again. Needs the keys PUK and STK of a PSAM or key service; the tries are restored too.',
  },
  'account show': {
    zh: '金额在 JSON 里以分为单位。卡片要求密码时加 --with-pin。',
    en: 'Amounts are fen in the JSON. Where the card wants the PIN, add --with-pin.',
  },
  'account log': {
    zh: '记录须密码才能读（--with-pin）；终端编号只显示末四位。',
    en: 'The card wants the PIN for them (--with-pin); of terminal numbers the last four are shown.',
  },
  'bank info': {
    zh: '不写卡，不输密码，不发起交易。每次读取使卡内交易计数器加一（卡片的规则）。卡号只显示前六后四位，--unmask 也如此。',
    en: 'Writes nothing, sends no PIN, begins no payment. The card counts each reading in its transaction counter. Of the account number the first six and last four digits are shown, with --unmask too.',
  },
  'bank balance': {
    zh: '金额在 JSON 里以币种的最小单位计。个别卡须先开始读取才给出余额，此时交易计数器加一。',
    en: 'Amounts in the JSON are in the smallest unit of the currency. A few cards give the balance only after a reading has begun; their transaction counter then rises by one.',
  },
  'bank log': {
    zh: '与日志格式不符的记录列在 raw 里，默认遮蔽。',
    en: "Records that are not as the log's format says stand in raw, masked unless --unmask.",
  },
  'bank verify': {
    zh: '须 CA 公钥（--ca-keys）。未通过退出码 10；not-possible（如只支持 CDA、没有公钥）退出码 0。测试公钥只对 sim: 或加 --test-keys 时有效，结果会注明。每次使交易计数器加一。',
    en: 'Needs CA keys (--ca-keys). Failed is exit code 10; not-possible (CDA only, no key) is 0. Test keys count for sim: or with --test-keys, and the answer says so. The transaction counter rises by one.',
  },
  'files tree': {
    zh: '加 --generation 则按描述列出，不需要卡。',
    en: 'With --generation it lists the description and needs no card.',
  },
  'files read': {
    zh: '地址如 DF04EF05|8C、DF02EF07:01、DF01EF15|40:01；名称见 files tree。须密码的文件加 --with-pin，须密钥的由 PSAM 或密码机打开；打不开的列为未读；指名要的打不开则退出码非零。默认遮蔽。',
    en: 'Addresses are DF04EF05|8C, DF02EF07:01, DF01EF15|40:01; for names see files tree. --with-pin opens files under the PIN, PSAM or key service those under keys; what stays shut is listed, and fails the command where it was named. Masked by default.',
  },
  'files write': {
    zh: '一行一项：地址=值（空值写空）；数据组写成 {"部分":"值"}，整个文件写成 @文件。文件名 - 或不写为标准输入。全部核对后才写卡；已相同的不写；中断后再次执行即可补完。',
    en: 'One a line: address=value (empty writes empty); groups as {"part":"value"}, whole files as @file. No file or - is stdin. Nothing is written before all is checked; what is the same already is not written; after a cut, run it again.',
  },
  'files dump': {
    zh: '含全部个人信息，须 --unmask；文件权限 0600，不覆盖已有文件。',
    en: 'Holds personal data in full, so --unmask is needed; mode 0600, no file is replaced.',
  },
  'files diff': {
    zh: '按字节比较，遮蔽显示；只比较两边都读到的。',
    en: 'Compares bytes, shows values masked; only what both have read is compared.',
  },
  apdu: {
    zh: '密码、密钥、锁定类命令只能发给 sim:（否则退出码 9）。真卡与报文的应答会遮蔽，--unmask 除外。61xx、6Cxx 原样显示。',
    en: 'PIN, key and block commands go to sim: only (else exit code 9). Answers of real cards and transcripts are masked unless --unmask. 61xx and 6Cxx are shown as they are.',
  },
  script: {
    zh: '一行一条：十六进制命令，可加 =9000；# 起头为注释；文件名 - 表示标准输入。规则同 apdu。',
    en: 'One exchange a line: a hex command, perhaps =9000; # starts a comment; the file - is stdin. Rules as for apdu.',
  },
  'trace explain': {
    zh: '按卡片描述说出每条命令涉及的文件、数据项和密钥；先遮蔽再显示，隐藏的字节为 *。',
    en: 'Names file, item and key of each command by the description of the card; masked first, hidden bytes are *.',
  },
  'trace mask': {
    zh: '其他程序写的报文也能遮蔽；注释不保留，因为没人知道里面有什么。',
    en: 'Works on transcripts of other programs, too; comments are dropped, as nobody knows what is in them.',
  },
  'trace replay': {
    zh: '操作名取自报文头 command，也可写在文件后面；密码与密文在报文里是隐藏的，任何值都算相符。',
    en: 'The act is the header command of the transcript, or the words after the file; PINs and cryptograms are hidden in it, so any fit.',
  },
  'sim new': {
    zh: '文件里有随机（或由 --seed 决定的）主密钥和密码，权限 0600。',
    en: 'The file holds random masters (or those of --seed) and the PIN; its mode is 0600.',
  },
  'sim run': {
    zh: '脚本格式同 script；不给脚本则读标准输入。写入的内容保存在卡文件里。',
    en: 'Scripts are those of script; without one, stdin. What is written stays in the card file.',
  },
  'sim serve': {
    zh: '第一张卡用所给端口（默认 127.0.0.1:35963），它的 PSAM 用下一个，以后每张加二。标准输入每行 insert 或 remove，可加 psam，可加卡的序号；输入结束即退出。--serial 把每张卡和它的 PSAM（第一个 SAM 卡座）放进一台模拟设备，输出伪终端的路径与读写器地址。--key-service 另起密钥服务（第一张卡的主密钥），--tls 目录内须有 ca.pem、server.pem、server-key.pem。',
    en: 'The first card is on the given port (default 127.0.0.1:35963), its PSAM on the next, each further card two ports on. Lines on stdin: insert or remove, perhaps psam, perhaps the number of a card; ends at the end of stdin. --serial puts each card and its PSAM (first SAM socket) into an emulated unit and prints the path of its pseudo-terminal and the reader address. --key-service starts the key service with the masters of the first card; the folder of --tls has ca.pem, server.pem and server-key.pem.',
  },
  doctor: {
    zh: '诊断本身总以 0 结束；结论在每一项里。--rules 列出现行的假设。',
    en: 'The diagnosis itself ends with 0; each line says what was found. --rules lists the assumptions in force.',
  },
  completion: { zh: '可选 bash、zsh、fish。', en: 'There are bash, zsh and fish.' },
};
