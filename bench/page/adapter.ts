import { adapterName, isSoftware } from '../../src/backend/webgpu/gpu/adapter-words';
import { requestAdapter } from '../../src/backend/webgpu/gpu/device';

/** A graphics adapter. */
export interface AdapterFacts {
  readonly description: string;
  /** True where the processor imitates it. */
  readonly software: boolean;
}

/** @throws DyditError `adapter-refused` where there is none */
export async function adapterFacts(): Promise<AdapterFacts> {
  const adapter = await requestAdapter(navigator.gpu);
  const description = adapterName(adapter);
  return { description, software: isSoftware(adapter, description) };
}
