export * from '../../testing/expect-close';
