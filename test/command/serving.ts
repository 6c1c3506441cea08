import { spawn } from 'node:child_process';
import { command, environment, readObject } from './run.ts';

/** `sscard … --json` of a verb that goes on until it is ended. */
export function going(folder: string, words: readonly string[]) {
  const child = spawn(process.execPath, [command, ...words, '--json'], { env: environment(folder) });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const objects = () => out.trim().split('\n').map(readObject);
  return {
    type: (line: string) => child.stdin.write(`${line}\n`),
    until: (text: string) =>
      new Promise<void>((resolve) => {
        const look = () => out.includes(text) && resolve();
        child.stdout.on('data', look);
        look();
      }),
    /** Every object that was printed until now, each valid against the schema. */
    objects,
    interrupt: () => child.kill('SIGINT'),
    /** Ends stdin. @returns exit code and every object */
    async end() {
      child.stdin.end();
      const code = await closed;
      return { code, objects: objects() };
    },
  };
}
