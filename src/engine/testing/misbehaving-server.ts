import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A server that does what a test wants of it, answer by answer. */
export interface MisbehavingServer {
  /** Address of a file; what is asked of it is answered by `answers` in turn, the last one over and over. */
  file(name: string, ...answers: readonly Answer[]): string;
  /** Headers of what was asked for so far, by file. */
  asked(name: string): readonly IncomingMessage['headers'][];
  /** Requests that are neither answered to the end nor given up. */
  readonly open: () => number;
  close(): void;
}

export async function startServer(): Promise<MisbehavingServer> {
  const files = new Map<string, Answer[]>();
  const requests = new Map<string, IncomingMessage['headers'][]>();
  const open = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const name = request.url?.slice(1) ?? '';
    requests.set(name, [...(requests.get(name) ?? []), request.headers]);
    open.add(response);
    // Any page may ask for its files, and learn what it needs to go on with one.
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-expose-headers', 'content-range, etag');
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { 'access-control-allow-headers': '*' }).end();
      return;
    }
    response.on('close', () => open.delete(response));
    const answers = files.get(name) ?? [];
    const answer = answers.length > 1 ? answers.shift() : answers.at(0);
    if (answer) answer(response, request);
    else response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not found</h1>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (!isInternet(address)) throw new Error('The server has no port.');
  return {
    file(name, ...answers) {
      files.set(name, [...answers]);
      return `http://127.0.0.1:${address.port}/${name}`;
    },
    asked: (name) => requests.get(name) ?? [],
    open: () => open.size,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function isInternet(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

/** What the server knows of the file it sends. */
export interface SentFile {
  readonly bytes: Uint8Array;
  readonly etag?: string;
  /** When it was last changed, as a header says it. */
  readonly modified?: string;
  /** Sent in place of the true length. */
  readonly length?: number;
}

/** Sends the whole, or the part that is asked for where the condition holds, as servers should. */
export function well(file: SentFile): Answer {
  return (response, request) => {
    const { start, headers, status } = partOf(file, request);
    response.writeHead(status, headers).end(file.bytes.subarray(start));
  };
}

/** Sends that many bytes of what it should send, then nothing for good; the connection stays open. */
export function stallingAfter(count: number, file: SentFile): Answer {
  return (response, request) => {
    const { start, headers, status } = partOf(file, request);
    response.writeHead(status, headers).write(file.bytes.subarray(start, start + count));
  };
}

/**
 * Sends that many bytes of what it should send, then breaks the connection off.
 * @param arrival of so many bytes of the file, which the break waits for: one that comes sooner takes
 * along what nobody has read yet
 */
export function breakingAfter(
  count: number,
  file: SentFile,
  arrival: (bytes: number) => Promise<unknown> = () => Promise.resolve(),
): Answer {
  return (response, request) => {
    const { start, headers, status } = partOf(file, request);
    const end = start + count;
    response.writeHead(status, headers);
    response.write(file.bytes.subarray(start, end), () => {
      void arrival(end).then(() => response.destroy());
    });
  };
}

/** Sends the whole whatever is asked for. */
export function withoutRanges(file: SentFile): Answer {
  return (response) => {
    response.writeHead(200, headersOf(file)).end(file.bytes);
  };
}

/** Sends what it should, and then more than it said there is; of the whole, where no part is asked for. */
export function overrunning(file: SentFile, more: Uint8Array = file.bytes): Answer {
  return (response, request) => {
    const { start, headers, status } = partOf(file, request);
    if (status === 206) {
      // In chunks: a length that is told ends an answer by itself.
      delete headers['content-length'];
      response.writeHead(status, headers).write(file.bytes.subarray(start));
      response.end(more);
    } else response.writeHead(status, headers).end(file.bytes);
  };
}

/** Sends without a length, and without an end, as long as somebody listens. */
export const endless: Answer = (response) => {
  const chunk = new Uint8Array(2 ** 16).fill(7);
  response.writeHead(200);
  const send = (): void => {
    if (!response.destroyed) response.write(chunk, send);
  };
  send();
};

export function saying(status: number, headers: Record<string, string> = {}, body = ''): Answer {
  return (response) => {
    response.writeHead(status, headers).end(body);
  };
}

/** Accepts the connection and says nothing at all. */
export const mute: Answer = () => undefined;

function headersOf(file: SentFile): Record<string, string> {
  const { bytes, etag, modified, length = bytes.length } = file;
  return {
    'content-length': String(length),
    ...(etag ? { etag } : {}),
    ...(modified ? { 'last-modified': modified } : {}),
  };
}

function partOf(
  file: SentFile,
  { headers }: IncomingMessage,
): {
  readonly start: number;
  readonly status: number;
  readonly headers: Record<string, string>;
} {
  const { bytes, etag, length = bytes.length } = file;
  const range = /^bytes=(\d+)-$/.exec(headers.range ?? '');
  const condition = headers['if-range'];
  if (!range || (condition !== undefined && condition !== etag)) {
    return { start: 0, status: 200, headers: headersOf(file) };
  }
  const start = Number(range[1]);
  const partial = {
    ...headersOf({ ...file, length: length - start }),
    'content-range': `bytes ${start}-${length - 1}/${length}`,
  };
  return { start, status: 206, headers: partial };
}
