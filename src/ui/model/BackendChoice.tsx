import type { BackendChoice as Backend } from '../../engine/api';
import { Choice } from '../parts/Choice';
import { useApp } from '../use-app';
import styles from './MachineSetting.module.css';

const options: readonly { readonly value: Backend; readonly label: string }[] = [
  { value: 'auto', label: 'Automatic' },
  { value: 'webgpu', label: 'Graphics card (WebGPU)' },
  { value: 'wasm', label: 'Processor' },
];

/** What is to compute. A change starts the engine anew, with everything on the page kept. */
export function BackendChoice() {
  const backend = useApp((app) => app.backend);
  const hasWebGpu = useApp((app) => app.hasWebGpu);
  const chooseBackend = useApp((app) => app.chooseBackend);
  return (
    <div className={styles.setting}>
      <Choice
        label="Compute on"
        options={options.map((option) => ({
          ...option,
          isDisabled: option.value === 'webgpu' && !hasWebGpu,
        }))}
        value={backend}
        onChange={(chosen) => void chooseBackend(chosen)}
      />
      <p className={styles.explanation}>
        {hasWebGpu
          ? 'Automatic takes a graphics card where there is one. A change starts again with the same model and settings; this browser remembers it.'
          : 'This browser has no WebGPU, or the page was not opened over https: the processor computes.'}
      </p>
    </div>
  );
}
