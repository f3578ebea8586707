import { createEngine, type Engine } from '../../src/engine/index';
import type { Mode } from '../names';
import { pictureRequest } from '../picture-request';
import type { MachineSpec } from './subject';

/** A picture made by the engine as the page makes it. */
export interface PictureRun {
  readonly ms: number;
  readonly decodeMs: number;
  /** RGBA bytes. */
  readonly rgba: readonly number[];
}

/** The engine with the shipped model. */
export class PictureBench {
  private constructor(private readonly engine: Engine) {}

  /** @param manifest address of the model's manifest */
  static async open(spec: MachineSpec, manifest: string): Promise<PictureBench> {
    const engine = await createEngine({ backend: spec.backend, threads: spec.threads });
    await engine.load({ kind: 'manifest', url: manifest });
    return new PictureBench(engine);
  }

  async draw(mode: Mode, steps: number): Promise<PictureRun> {
    const { pictures, statistics } = await this.engine.generate(pictureRequest(mode, steps));
    const { totalMs: ms, decodeMs } = statistics;
    return { ms, decodeMs, rgba: [...pictures[0].rgba] };
  }

  close(): void {
    this.engine.dispose();
  }
}
