import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

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

/** Sends that many bytes of what it should send, then breaks the connection off. */
export function breakingAfter(count: number, file: SentFile): Answer {
  return (response, request) => {
    const { start, headers, status } = partOf(file, request);
    response.writeHead(status, headers);
    response.write(file.bytes.subarray(start, start + count), () => response.destroy());
  };
}

/** Sends the whole whatever is asked for. */
export function withoutRanges(file: SentFile): Answer {
  return (response) => {
    response.writeHead(200, headersOf(file)).end(file.bytes);
  };
}

export function saying(status: number, headers: Record<string, string> = {}, body = ''): Answer {
  return (response) => {
    response.writeHead(status, headers).end(body);
  };
}

/** Accepts the connection and says nothing at all. */
export const mute: Answer = () => undefined;

function headersOf({ bytes, etag, length = bytes.length }: SentFile): Record<string, string> {
  return { 'content-length': String(length), ...(etag ? { etag } : {}) };
}

function partOf(file: SentFile, { headers }: IncomingMessage) {
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
