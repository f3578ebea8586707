/*
 * A set-up of the tests in Node. Before version 21 Node has no ArrayBuffer.prototype.transfer, so `release` does
 * nothing there; browsers have had it since 2024. With this one, what is used after it was given back fails here too.
 */

function transfer(this: ArrayBuffer, byteLength = this.byteLength): ArrayBuffer {
  const moved = structuredClone(this, { transfer: [this] });
  const given = new ArrayBuffer(byteLength);
  new Uint8Array(given).set(new Uint8Array(moved, 0, Math.min(byteLength, moved.byteLength)));
  return given;
}

if (!('transfer' in ArrayBuffer.prototype)) {
  const method = { value: transfer, writable: true, configurable: true };
  Object.defineProperty(ArrayBuffer.prototype, 'transfer', method);
}
