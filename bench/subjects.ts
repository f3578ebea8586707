import type { Page } from 'playwright';
import type { Browser } from '../tools/browser-page';
import type { Output } from './agreement';
import type { Subject } from './measure';
import type { Mode } from './options';
import type { BenchPage } from './page/page';
import type { SubjectSpec } from './page/subject';
import type { EvaluationWork } from './work';

/** A page of the benchmark, once its script has run. */
export async function openBenchPage(browser: Browser): Promise<Page> {
  const page = await browser.open('bench/page/index.html');
  await page.waitForFunction(() => globalThis.benchPage !== undefined);
  return page;
}

/** The page's functions; `page.evaluate` carries the call over. */
declare const benchPage: BenchPage;

/** A network of ours on a page of its own. */
export class OurSubject implements Subject {
  readonly modes: readonly Mode[];
  readonly #works = new Map<Mode, EvaluationWork>();

  private constructor(
    readonly name: string,
    readonly spec: SubjectSpec,
    private readonly page: Page,
  ) {
    this.modes = spec.modes;
  }

  static async open(browser: Browser, spec: SubjectSpec): Promise<OurSubject> {
    const page = await openBenchPage(browser);
    await page.evaluate((given) => benchPage.openSubject(given), spec);
    const { config, backend, threads } = spec;
    return new OurSubject(`${config} on ${backend}, ${threads} thread(s)`, spec, page);
  }

  async outputs(mode: Mode): Promise<readonly Output[]> {
    const { outputs, work } = await this.page.evaluate((given) => benchPage.outputs(given), mode);
    this.#works.set(mode, work);
    return outputs.map(({ prediction, kept }) => ({
      prediction: Float32Array.from(prediction),
      kept: Uint32Array.from(kept),
    }));
  }

  time(mode: Mode, rounds: number): Promise<number> {
    return this.page.evaluate(([m, r]) => benchPage.time(m, r), [mode, rounds] as const);
  }

  /** Work of an evaluation in a mode whose outputs were asked for. */
  work(mode: Mode): EvaluationWork {
    const work = this.#works.get(mode);
    if (work) return work;
    throw new Error(`${this.name}: the work of "${mode}" is not known yet.`);
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}
