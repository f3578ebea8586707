export * from '../../testing/random';
