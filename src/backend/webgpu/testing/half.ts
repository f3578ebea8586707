export * from '../../testing/half';
