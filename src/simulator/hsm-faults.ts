import type { ServerResponse } from 'node:http';
import { send } from './hsm-http.ts';

/**
 * Misbehaviour of the key service on order. `request` counts the requests that reach it, from 1.
 * - `late`: the answer comes so many milliseconds later.
 * - `answer`: something else is sent in its place; a text as it is, anything else as JSON.
 * - `cut`: the connection ends after so many bytes of the answer, headers counted; the work was done.
 */
export type HsmFault =
  | { readonly kind: 'late'; readonly request: number; readonly milliseconds: number }
  | {
      readonly kind: 'answer';
      readonly request: number;
      readonly status?: number;
      readonly body: string | ((real: Readonly<Record<string, unknown>>) => unknown);
    }
  | { readonly kind: 'cut'; readonly request: number; readonly bytes: number };

/** Sends what the fault says in place of the real answer. */
export async function misbehave(
  response: ServerResponse,
  fault: HsmFault,
  status: number,
  body: Readonly<Record<string, unknown>>,
): Promise<void> {
  if (fault.kind === 'cut') return cut(response, fault.bytes, status, JSON.stringify(body));
  if (fault.kind === 'late') {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, fault.milliseconds);
      response.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
    });
    if (!response.destroyed) send(response, status, JSON.stringify(body), true);
    return;
  }
  const sent = typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body(body));
  send(response, fault.status ?? status, sent, false);
}

function cut({ socket }: ServerResponse, bytes: number, status: number, body: string): void {
  const head = `HTTP/1.1 ${status} OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const part = Buffer.from(head + body).subarray(0, bytes);
  if (part.length === 0) socket?.destroy();
  else socket?.write(part, () => socket.destroy());
}
