import { describeVariants } from './testing/describe-variants';

/* The `fast` kernels need shader-f16, which SwiftShader has not: tools/lavapipe/fast.lavapipe.ts. */
describeVariants('exact', { abs: 5e-5, rel: 1e-5 });
