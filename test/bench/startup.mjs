// Whole processes: `sscard read --reader sim:` against `node -e 0`, in turns, so that what else the machine does falls on
// both. Time from start to end, user and system time, and peak memory, each as the ratio of medians of this run.
// Needs a build and python3 (Node has no resource use of its children).
//
//   node test/bench/startup.mjs [rounds]
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const command = join(root, JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).bin.sscard);
const rounds = Number(process.argv[2] ?? 40);
const targets = { time: 1.6, memory: 1.8 };

const meter = `
import json, os, subprocess, sys, time
def run(words):
    begin = time.perf_counter()
    child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if status: sys.exit("%s ended with %d" % (words, status))
    return {"time": time.perf_counter() - begin, "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss}
programs = json.loads(sys.argv[1])
for words in programs: run(words)
print(json.dumps([[run(words) for words in programs] for _ in range(int(sys.argv[2]))]))
`;
const programs = [
  [process.execPath, '-e', '0'],
  [process.execPath, command, 'read', '--reader', 'sim:'],
];
const output = execFileSync('python3', ['-c', meter, JSON.stringify(programs), String(rounds)], { encoding: 'utf8' });
const measured = JSON.parse(output);

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function row(name, key, unit, scale) {
  const [base, ours] = [0, 1].map((at) => median(measured.map((round) => round[at][key])));
  const target = key in targets ? `  (at most ${targets[key]})` : '';
  const figures = [base, ours].map((value) => (value * scale).toFixed(1).padStart(8)).join('');
  return `${name.padEnd(14)}${figures} ${unit}   ${(ours / base).toFixed(2)} times${target}`;
}

process.stdout.write(
  `${[
    `medians of ${rounds} rounds   node -e 0 | sscard read --reader sim:`,
    row('time', 'time', 'ms ', 1000),
    row('processor time', 'cpu', 'ms ', 1000),
    row('peak memory', 'memory', 'MiB', 1 / 1024),
  ].join('\n')}\n`,
);
