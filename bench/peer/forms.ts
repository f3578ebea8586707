/**
 * The forms that training/export_onnx.py writes a network in: attention as one op of onnxruntime's
 * own, or of standard ops. Which is faster differs between backends, and the first is wrong on some
 * (WebGPU on SwiftShader), so both are measured and the faster one that is right is reported.
 */
export const peerForms = ['fused', 'plain'] as const;

export type PeerForm = (typeof peerForms)[number];

/** Makes the modulation vectors. */
export const conditioningFile = 'conditioning.onnx';
