/** A page at rest, as far as it can be seen by anyone. */
export interface Standing {
  /** Whether it would generate if asked. */
  readonly isUsable: boolean;
  /** Whether there is anything to press that leads on. */
  readonly canGoOn: boolean;
  readonly liveEngines: number;
  /** Buffers, weights and programs beyond those of the model in use. */
  readonly liveObjects: number;
}

/** What must hold of any page at rest, in sentences where it does not. */
export function faultsOf({
  isUsable,
  canGoOn,
  liveEngines,
  liveObjects,
}: Standing): readonly string[] {
  return [
    ...(canGoOn ? [] : ['There is nothing to press that leads on']),
    ...(liveEngines > 1 ? [`${liveEngines} engines are alive`] : []),
    ...(isUsable && liveEngines !== 1 ? ['The engine is ready without a worker'] : []),
    ...(liveObjects > 0 ? [`${liveObjects} buffers and programs were not freed`] : []),
  ];
}
