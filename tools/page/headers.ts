import { createHash } from 'node:crypto';

/** Cross-origin isolation, without which threads can't share a memory. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** The styles that are in no file: react-aria adds them, beside its buttons and, on iOS, its dialogs. */
const addedStyles = [
  `@layer {
  [data-react-aria-pressable] {
    touch-action: pan-x pan-y pinch-zoom;
  }
}`,
  `@layer {
  * {
    overscroll-behavior: contain;
  }
}`,
];

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/**
 * What the page may do: run its own scripts and compile WebAssembly, nothing else; no inline script, no
 * eval, no frame, no form. It asks nothing of other machines by itself, but a visitor may name a model's
 * address on any of them.
 */
export const contentPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  `style-src 'self' ${addedStyles.map(hashOf).join(' ')}`,
  "img-src 'self' blob: data:",
  "connect-src 'self' https: http:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** What a host sends with the page and its scripts; see README.md. */
export const pageHeaders = { ...isolation, 'Content-Security-Policy': contentPolicy };

/** What Vite's own servers send: they put scripts and styles into their pages, which the policy forbids. */
export const developmentHeaders = isolation;
