import { createEngine, type GenerateRequest } from '../src/engine/index';

/** One timed run. */
export interface GenerateTiming {
  readonly samplingMs: number;
  /** Sum over steps; absent where the adapter has no timestamps. */
  readonly gpuMs?: number;
  readonly decodeMs: number;
  /** Multiply-adds done over the static model's. */
  readonly share: number;
}

declare global {
  /** Called by generate.ts, one run at a time. */
  var benchGenerate: ((request: Partial<GenerateRequest>) => Promise<GenerateTiming>) | undefined;
}

const engine = await createEngine();
await engine.load({
  kind: 'manifest',
  url: new URL('/models/emoji/manifest.json', location.href).href,
});

globalThis.benchGenerate = async (request) => {
  const { statistics } = await engine.generate({
    sampler: 'flow-euler',
    steps: 8,
    guidance: 2.5,
    guidanceChannels: 'all',
    seed: 1,
    images: 1,
    classId: 0,
    styleId: 0,
    dynamicWidth: true,
    dynamicTokens: true,
    preview: 'off',
    ...request,
  });
  const { samplingMs, decodeMs, gpuStepMs, multiplyAdds } = statistics;
  return {
    samplingMs,
    decodeMs,
    gpuMs: gpuStepMs?.reduce((sum, ms) => sum + ms, 0),
    share: multiplyAdds.done / multiplyAdds.static,
  };
};
