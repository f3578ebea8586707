import type { Page } from 'playwright';
import type { Browser } from '../../tools/browser-page';
import type { Output } from '../agreement';
import type { Subject } from '../measure';
import type { ConfigName } from '../names';
import type { PeerPage, PeerSpec } from './page';

/** The page's functions; `page.evaluate` carries the call over. */
declare const peerPage: PeerPage;

export const peerName = 'onnxruntime-web';

/** The static network by onnxruntime-web, on a page of its own: its threads are set once for a page. */
export class PeerSubject implements Subject {
  readonly modes = ['static'] as const;
  readonly name: string;

  private constructor(
    readonly spec: PeerSpec & { readonly config: ConfigName; readonly batch: number },
    readonly version: string,
    private readonly page: Page,
    readonly slow: boolean,
  ) {
    const { config, backend, threads, form } = spec;
    this.name = `${config} by ${peerName} ${backend}, ${threads} thread(s), ${form}`;
  }

  /** @param slow where the processor imitates a graphics card an evaluation takes many seconds */
  static async open(
    browser: Browser,
    spec: PeerSubject['spec'],
    slow: boolean,
  ): Promise<PeerSubject> {
    const page = await browser.open('bench/peer/index.html');
    await page.waitForFunction(() => globalThis.peerPage !== undefined);
    const version = await page.evaluate((given) => peerPage.open(given), spec);
    return new PeerSubject(spec, version, page, slow);
  }

  async outputs(): Promise<readonly Output[]> {
    const outputs = await this.page.evaluate(() => peerPage.outputs());
    return outputs.map((prediction) => ({
      prediction: Float32Array.from(prediction),
      kept: new Uint32Array(),
    }));
  }

  time(_mode: 'static', rounds: number): Promise<number> {
    return this.page.evaluate((given) => peerPage.time(given), rounds);
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}
