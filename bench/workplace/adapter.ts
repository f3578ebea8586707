import { adapterName, isSoftware } from '../../src/backend/webgpu/gpu/adapter-words';
import { requestAdapter } from '../../src/backend/webgpu/gpu/device';

/** A graphics adapter. */
export interface AdapterFacts {
  readonly description: string;
  /** True where the processor imitates it. */
  readonly software: boolean;
  /** Optional features, by WebGPU's names. */
  readonly features: readonly string[];
}

/** @throws DyditError `adapter-refused` where there is none */
export async function adapterFacts(): Promise<AdapterFacts> {
  const adapter = await requestAdapter(navigator.gpu);
  const description = adapterName(adapter);
  const features = [...adapter.features];
  return { description, software: isSoftware(adapter, description), features };
}
