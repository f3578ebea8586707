/** What a file is, judged by its first bytes. */
export type FileKind =
  'safetensors' | 'zip' | 'empty' | 'torch-legacy' | 'pickle' | 'git-lfs' | 'web-page' | 'unknown';

/** How many bytes `sniff` looks at; a tar archive has its mark at byte 257. */
export const sniffedBytes = 262;

/** @param head the first `sniffedBytes` of the file, or all of a shorter one */
export function sniff(head: Uint8Array): FileKind {
  if (head.length === 0) return 'empty';
  if (startsWith(head, [0x50, 0x4b, 3, 4]) || startsWith(head, [0x50, 0x4b, 5, 6])) return 'zip';
  // A header length below 2^32, then the header's opening brace.
  if (startsWith(head, [0, 0, 0, 0, 0x7b], 4)) return 'safetensors';
  // PyTorch 0.1.10 to 1.5: a pickle of the number 0x1950a86a20f9469cfc6c; before: a tar archive.
  const magic = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
  if (head[0] === 0x80 && startsWith(head, [0x8a, 0x0a, ...magic], 2)) return 'torch-legacy';
  if (startsWith(head, ascii('ustar'), 257)) return 'torch-legacy';
  if (head[0] === 0x80 && head[1] <= 5) return 'pickle';
  if (startsWith(head, ascii('version https://git-lfs'))) return 'git-lfs';
  if (/^\s*<(!doctype|html)/i.test(new TextDecoder('latin1').decode(head))) return 'web-page';
  return 'unknown';
}

function startsWith(bytes: Uint8Array, prefix: readonly number[], offset = 0): boolean {
  return prefix.every((byte, i) => bytes[offset + i] === byte);
}

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}
