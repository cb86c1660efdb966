// Generated from core/wire; do not edit. `UPDATE=1 cargo test -p heliograph-wire` renews it.

export const PROTOCOL = 2;
export const MAX_MESSAGE_BYTES = 4096;

export function encodePointer(message) {
  switch (message.type) {
    case "move": {
      const view = new DataView(new ArrayBuffer(20));
      view.setUint8(0, 1);
      view.setUint16(2, message.grab, true);
      view.setUint32(4, message.seq, true);
      view.setFloat32(8, message.x, true);
      view.setFloat32(12, message.y, true);
      view.setFloat32(16, message.pinch, true);
      return view.buffer;
    }
    case "ping": {
      const view = new DataView(new ArrayBuffer(16));
      view.setUint8(0, 2);
      view.setUint32(4, message.seq, true);
      view.setFloat64(8, message.page_ms, true);
      return view.buffer;
    }
    case "pong": {
      const view = new DataView(new ArrayBuffer(24));
      view.setUint8(0, 3);
      view.setUint32(4, message.seq, true);
      view.setFloat64(8, message.page_ms, true);
      view.setFloat64(16, message.host_ms, true);
      return view.buffer;
    }
    case "shown": {
      const view = new DataView(new ArrayBuffer(20));
      view.setUint8(0, 4);
      view.setUint32(4, message.seq, true);
      view.setFloat64(8, message.drawn_ms, true);
      view.setUint32(16, message.rtp_timestamp, true);
      return view.buffer;
    }
  }
}

export function decodePointer(buffer) {
  const view = new DataView(buffer);
  if (view.byteLength === 0) return null;
  const tag = view.getUint8(0);
  if (tag === 1 && view.byteLength === 20) {
    return { type: "move", grab: view.getUint16(2, true), seq: view.getUint32(4, true), x: view.getFloat32(8, true), y: view.getFloat32(12, true), pinch: view.getFloat32(16, true) };
  }
  if (tag === 2 && view.byteLength === 16) {
    return { type: "ping", seq: view.getUint32(4, true), page_ms: view.getFloat64(8, true) };
  }
  if (tag === 3 && view.byteLength === 24) {
    return { type: "pong", seq: view.getUint32(4, true), page_ms: view.getFloat64(8, true), host_ms: view.getFloat64(16, true) };
  }
  if (tag === 4 && view.byteLength === 20) {
    return { type: "shown", seq: view.getUint32(4, true), drawn_ms: view.getFloat64(8, true), rtp_timestamp: view.getUint32(16, true) };
  }
  return null;
}
