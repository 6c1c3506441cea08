// Makes docs/read.svg: what `sscard read --reader sim:` shows on a terminal, from a real run on a pseudo-terminal
// (util-linux `script`). Usage, after a build: node test/tools/write-picture.mjs
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const { bin } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const command = fileURLToPath(new URL(bin.sscard, root));
const shown = 'sscard read --reader sim:';
const env = { PATH: process.env.PATH, HOME: '/nonexistent', TERM: 'xterm-256color', LANG: 'zh_CN.UTF-8' };
const words = ['-qec', `node ${command} read --reader sim:`, '/dev/null'];
const output = execFileSync('script', words, { env, encoding: 'utf8' });

const COLUMN = 8.4;
const LINE = 21;
const MARGIN = 16;
const STYLES = { 1: 'b', 2: 'd', 31: 'r', 32: 'g', 33: 'y' };
/** Select graphic rendition (ECMA-48, 8.3.117), or one character. */
const SGR = new RegExp(`${String.fromCharCode(0x1b)}\\[(\\d+)m|.`, 'gsu');
const isWide = (character) => /[⺀-鿿＀-｠]/u.test(character);
const escapeXml = (text) => text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);

/** One line with its SGR sequences: every word gets its own place, so that no font spoils the columns. */
function drawLine(line, y) {
  let style = '';
  let column = 0;
  const parts = [];
  for (const [token, sgr] of line.matchAll(SGR)) {
    if (sgr !== undefined) {
      style = STYLES[sgr] ?? '';
      continue;
    }
    const last = parts.at(-1);
    if (token === ' ') parts.push(undefined);
    else if (last?.style === style) last.text += token;
    else parts.push({ style, text: token, x: (MARGIN + column * COLUMN).toFixed(1) });
    column += isWide(token) ? 2 : 1;
  }
  const tspan = ({ style: sgrClass, text, x }) =>
    `<tspan${sgrClass ? ` class="${sgrClass}"` : ''} x="${x}">${escapeXml(text)}</tspan>`;
  return { column, svg: `<text y="${y}" xml:space="preserve">${parts.filter(Boolean).map(tspan).join('')}</text>` };
}

const lines = [`\x1b[32m$\x1b[0m ${shown}`, ...output.replaceAll('\r', '').trimEnd().split('\n')];
const drawn = lines.map((line, at) => drawLine(line, MARGIN + 20 + at * LINE));
const width = Math.ceil(MARGIN * 2 + Math.max(...drawn.map(({ column }) => column)) * COLUMN);
const height = MARGIN * 2 + 12 + lines.length * LINE;
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${shown}">
<style>text{font:14px "Noto Sans Mono CJK SC","Sarasa Mono SC","DejaVu Sans Mono",Menlo,Consolas,"PingFang SC","Microsoft YaHei",monospace;fill:#d8dee9}.b{font-weight:bold;fill:#fff}.d{fill:#8a93a6}.r{fill:#e06c75}.g{fill:#98c379}.y{fill:#e5c07b}</style>
<rect width="100%" height="100%" rx="8" fill="#1e222a"/>
${drawn.map(({ svg: text }) => text).join('\n')}
</svg>
`;
writeFileSync(new URL('docs/read.svg', root), svg);
