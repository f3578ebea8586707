import type { Plugin } from 'vite';
import { contentPolicy, pageHeaders } from './headers.ts';

/**
 * Has the built page say its policy itself, for hosts that send no headers, and writes the headers down
 * for those that read `_headers` (Netlify, Cloudflare Pages).
 */
export function hosted(): Plugin {
  return {
    name: 'dydit-hosted',
    apply: 'build',
    transformIndexHtml: (html) => {
      const charset = '<meta charset="utf-8" />';
      if (!html.includes(charset)) throw new Error(`index.html has no ${charset}.`);
      const policy = `<meta http-equiv="Content-Security-Policy" content="${contentPolicy}" />`;
      return html.replace(charset, `${charset}\n    ${policy}`);
    },
    generateBundle() {
      const lines = Object.entries(pageHeaders).map(([name, value]) => `  ${name}: ${value}`);
      this.emitFile({
        type: 'asset',
        fileName: '_headers',
        source: ['/*', ...lines, ''].join('\n'),
      });
    },
  };
}
